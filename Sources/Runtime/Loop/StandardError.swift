import Bytes
import Glibc

/// Writes lines to stderr without ever waiting for a reader: many hosts open a pipe for it and never read, and a
/// terminal can be stopped.
public final class StandardError {
    private var lost = 0
    /// The line that tells that so many lines were lost, newline included.
    public var lossNote: (Int) -> String = {
        "engagement-rpc: warning: \($0) log lines lost, because nobody read them\n"
    }
    /// Whether the terminal's cursor stands behind a line that is to be written over by whatever comes next.
    public var isInLine = false

    private enum Channel {
        /// Not looked at yet: most processes never say anything.
        case unknown
        /// A description of our own, which does not block.
        case own(Int32)
        /// One that others share: only what there is room for is written.
        case shared
    }

    private var channel = Channel.unknown
    /// The end of a line of which the beginning was taken.
    private var rest: [UInt8] = []

    /// A writer for descriptor 2.
    public init() {}

    deinit { if case .own(let descriptor) = channel { close(descriptor) } }

    /// Writes `line`, newline included and at most a page long, or counts it as lost when there is no room.
    public func write(_ line: Bytes) {
        guard isReady, finishLine() else {
            lost += 1
            return
        }
        if isInLine { put(Bytes("\r\u{1B}[K")) }
        isInLine = false
        if lost > 0 {
            var note = lossNote(lost)
            note.withUTF8 { put(Bytes($0)) }
            lost = 0
            guard isReady, rest.isEmpty else {
                lost += 1
                return
            }
        }
        put(line)
    }

    /// Writes what is left of the last line; false when there is no room for it.
    private func finishLine() -> Bool {
        guard !rest.isEmpty else { return true }
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { rest.removeFirst(count) }
        return rest.isEmpty
    }

    /// Writes as much as is taken and keeps the rest for the next time.
    private func put(_ bytes: Bytes) {
        guard rest.isEmpty else { return }
        let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        if count > 0 || errno == EAGAIN { rest = Array(bytes.dropping(max(0, count))) }
    }

    private var descriptor: Int32 {
        if case .own(let descriptor) = channel { descriptor } else { 2 }
    }

    private var isReady: Bool {
        if case .unknown = channel {
            var status = stat()
            let isFile = fstat(2, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            // A file that is opened anew would be written from its beginning.
            let opened = isFile ? -1 : OwnDescription.open(2, O_WRONLY)
            channel = opened >= 0 ? .own(opened) : .shared
        }
        return OwnDescription.isWritable(descriptor)
    }
}
