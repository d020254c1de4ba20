import Bytes
import Glibc

/// Writes lines to stderr without ever waiting for a reader: many hosts open a pipe for it and never read.
public final class StandardError {
    private var lost = 0
    /// The line that tells that so many lines were lost, newline included.
    public var lossNote: (Int) -> String = {
        "engagement-rpc: warning: \($0) log lines lost, because nobody read them\n"
    }
    /// Whether the terminal's cursor stands behind a line that is to be written over by whatever comes next.
    public var isInLine = false

    /// A writer for descriptor 2.
    public init() {}

    /// Writes `line`, newline included and at most a page long, or counts it as lost when there is no room.
    public func write(_ line: Bytes) {
        guard isReady else {
            lost += 1
            return
        }
        if isInLine { _ = Glibc.write(2, "\r\u{1B}[K", 4) }
        isInLine = false
        if lost > 0 {
            let note = lossNote(lost)
            lost = 0
            _ = note.utf8.withContiguousStorageIfAvailable { Glibc.write(2, $0.baseAddress, $0.count) }
            guard isReady else {
                lost += 1
                return
            }
        }
        _ = Glibc.write(2, line.baseAddress, line.count)
    }

    private var isReady: Bool {
        var entry = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) == 1 && entry.revents & Int16(POLLOUT) != 0
    }
}
