import Bytes
import Platform

/// The file that holds a job's table.
struct TableFile {
    /// The name by which messages know it.
    let name: String
    let content: ByteBuffer
    /// Whether it is read as stdin is: it came on stdin, or it is no regular file.
    let isInput: Bool
    private let status: FileStatus?

    /// Bytes of a table, at most.
    private static let limit = 256 * 1024 * 1024

    /// Reads the file at `path`, or stdin for `-`, to its end. Whatever is no regular file is read as stdin is.
    init(_ path: String) throws(Failure) {
        let isStandard = path == "-"
        name = isStandard ? "stdin" : path
        let file: FileDescriptor
        do throws(SystemError) {
            file = isStandard ? .standardInput : try FileDescriptor.open(FilePath(path), .reading)
        } catch {
            let text = "The table \(path.printable) can't be opened: \(error.text)."
            throw Failure(sentence: text, code: Failure.noInput)
        }
        let status = try? FileStatus(file)
        self.status = status
        // Another name of stdin takes what would be the answer, too: /dev/stdin, /dev/fd/0.
        let input = try? FileStatus(.standardInput)
        isInput = status?.kind != .file || input.map { status?.isSame(as: $0) == true } ?? false
        content = ByteBuffer()
        defer { if !isStandard { file.close() } }
        while true {
            do throws(SystemError) {
                if try file.read(onto: content, atLeast: 64 * 1024) == 0 { break }
            } catch .interrupted {
                continue
            } catch {
                // A directory reports this only now.
                let isMissing = !isStandard && status?.kind == .folder
                let text = "The table \(name.printable) can't be read: \(error.text)."
                throw Failure(sentence: text, code: isMissing ? Failure.noInput : Failure.ioError)
            }
            guard content.count <= Self.limit else {
                throw Failure(
                    sentence: "The table \(name.printable) is larger than 256 MiB; cut it in pieces.",
                    code: Failure.badData)
            }
        }
    }

    /// Whether `other` is this file.
    func isSame(as other: FileStatus) -> Bool { status?.isSame(as: other) ?? false }
}
