import Bytes
import Platform

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
        case own(FileDescriptor)
        /// One that others share: only what there is room for is written.
        case shared
    }

    private var channel = Channel.unknown
    /// The end of a line of which the beginning was taken.
    private var rest: [UInt8] = []

    /// A writer for descriptor 2.
    public init() {}

    deinit { if case .own(let descriptor) = channel { descriptor.close() } }

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
        if let count = rest.withUnsafeBytes({ try? descriptor.write($0) }) { rest.removeFirst(count) }
        return rest.isEmpty
    }

    /// Writes as much as is taken and keeps the rest for the next time.
    private func put(_ bytes: Bytes) {
        guard rest.isEmpty else { return }
        do throws(SystemError) {
            rest = Array(bytes.dropping(try descriptor.write(bytes)))
        } catch .wouldBlock {
            rest = Array(bytes)
        } catch {}
    }

    private var descriptor: FileDescriptor {
        if case .own(let descriptor) = channel { descriptor } else { .standardError }
    }

    private var isReady: Bool {
        if case .unknown = channel {
            let isFile = (try? FileStatus(.standardError))?.kind == .file
            // A file that is opened anew would be written from its beginning.
            channel = (isFile ? nil : OwnDescription.open(.standardError, .writing)).map { .own($0) } ?? .shared
        }
        return descriptor.wait(for: .writable, milliseconds: 0)
    }
}
