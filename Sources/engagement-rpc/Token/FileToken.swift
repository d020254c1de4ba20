import Bytes
import Platform

/// A token in the first line of a file.
final class FileToken: TokenSource {
    private let path: FilePath
    private let warn: (String) -> Void
    private var hasWarned = false

    /// Calls `warn` once if others may read the file.
    init(_ path: FilePath, warn: @escaping (String) -> Void) { (self.path, self.warn) = (path, warn) }

    var subject: String { "The token file" }

    /// Never waits: reads only a regular file, no FIFO or directory.
    func read() -> TokenReading {
        do throws(SystemError) {
            return reading(of: try ReadableFile(path))
        } catch {
            return .failed("The token file can't be opened (\(error.text)); check the path of --token-file.")
        }
    }

    private func reading(of file: borrowing ReadableFile) -> TokenReading {
        guard file.isRegular else {
            return .failed("The token file is not a regular file; --token-file takes the path of one.")
        }
        guard file.isOurs else {
            return .failed("The token file belongs to another user; copy it, or name it in --token-command 'cat FILE'.")
        }
        if file.isOpenToOthers, !hasWarned {
            hasWarned = true
            warn("The token file can be read or changed by others; chmod 600 keeps it to its owner.")
        }
        guard let start = try? file.start(TokenText.readLimit) else {
            return .failed("The token file can't be read; check its permissions.")
        }
        let end = start.bytes.firstPosition(of: 0x0A) ?? start.count
        return .token(TokenText.trimmed(start.bytes.slice(0, end).text))
    }
}
