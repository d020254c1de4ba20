import Bytes

/// A file that is open for reading. Opening waits for nobody: not for who would write to a pipe, nor for a terminal.
package struct ReadableFile: ~Copyable {
    private let descriptor: FileDescriptor
    /// Nil where the system tells nothing of it.
    private let status: FileStatus?

    /// What is at `path`, be it a directory or a pipe.
    package init(_ path: FilePath) throws(SystemError) {
        descriptor = try FileDescriptor.open(path, .nonBlocking)
        status = try? FileStatus(descriptor)
    }

    deinit { descriptor.close() }

    /// Whether it is a file in the narrow sense.
    package var isRegular: Bool { status?.kind == .file }
    package var isDirectory: Bool { status?.kind == .folder }
    /// Whether it belongs to who runs this process.
    package var isOurs: Bool { status?.isOurs ?? false }
    /// Whether its group or everybody may do anything with it.
    package var isOpenToOthers: Bool { status?.isOpenToOthers ?? false }

    /// Its first bytes, `limit` of them or as many as there are. To be called once.
    package func start(_ limit: Int) throws(SystemError) -> ByteBuffer {
        let content = ByteBuffer(capacity: min(limit, 4096))
        while content.count < limit {
            do throws(SystemError) {
                if try descriptor.read(onto: content, atLeast: min(limit - content.count, 4096)) == 0 { break }
            } catch .interrupted {
                continue
            }
        }
        if content.count > limit { content.truncate(to: limit) }
        return content
    }

    /// All of the regular file at `path`: nil when it can't be read, is another thing, or is over `limit` bytes.
    package static func whole(_ path: FilePath, limit: Int) -> ByteBuffer? {
        guard let file = try? ReadableFile(path), file.isRegular, let content = try? file.start(limit + 1) else {
            return nil
        }
        return content.count > limit ? nil : content
    }
}
