import Bytes
import Platform

/// Writes lines to stderr without waiting for a reader: many hosts open a pipe for it and never read it, and a terminal
/// can be stopped.
public final class StandardError {
    private var lost = 0
    /// The line that reports the number of lost lines, newline included.
    public var lossNote: (Int) -> String = {
        "engagement-rpc: warning: \($0) log lines lost, because nobody read them\n"
    }
    /// Whether the terminal's cursor is at the end of a line that the next output must overwrite.
    public var isInLine = false

    private enum Channel {
        /// Not opened yet: most processes write nothing.
        case unknown
        /// A description of our own, which does not block.
        case own(FileDescriptor)
        /// A shared description. `write` polls it first.
        case shared
    }

    private var channel = Channel.unknown
    /// The rest of a line whose beginning was written.
    private var rest: [UInt8] = []

    /// A writer for descriptor 2.
    public init() {}

    deinit { if case .own(let descriptor) = channel { descriptor.close() } }

    /// Writes `line`, newline included, at most a page long; without room it counts the line as lost.
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

    /// Writes the rest of the last line; false when there is no room for it.
    private func finishLine() -> Bool {
        guard !rest.isEmpty else { return true }
        if let count = rest.withUnsafeBytes({ try? descriptor.write($0) }) { rest.removeFirst(count) }
        return rest.isEmpty
    }

    /// Writes as much as stderr accepts, and keeps the rest for the next time.
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
            // Opened anew, a file would be overwritten from its beginning.
            channel = (isFile ? nil : OwnDescription.open(.standardError, .writing)).map { .own($0) } ?? .shared
        }
        return descriptor.wait(for: .writable, milliseconds: 0)
    }
}
