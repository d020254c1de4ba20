import Bytes
import Platform

/// Text for the person who has started the process.
enum StandardText {
    /// Whether what goes to stdout is to be coloured.
    static var isColoured: Bool {
        FileDescriptor.standardOutput.isTerminal && (Environment.bytes(of: "NO_COLOR") ?? []).isEmpty
            && Word.variable("TERM")?.text != "dumb"
    }

    /// Writes `text` to stdout. Throws when that fails, but not when the reader has gone.
    static func show(_ text: String) throws(Failure) {
        do throws(SystemError) {
            try FileDescriptor.standardOutput.writeAll(text: text)
        } catch .brokenPipe {
            return
        } catch {
            throw Failure(sentence: "The answer can't be written to stdout: \(error.text).", code: Failure.ioError)
        }
    }

    /// Writes `text` to stderr, if anyone reads it.
    static func say(_ text: String) {
        if !text.isEmpty { try? FileDescriptor.standardError.writeAll(text: text) }
    }
}
