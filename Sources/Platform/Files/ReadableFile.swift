import Bytes

/// A file that is open for reading. Opening never waits, neither for a pipe's writer nor for a terminal.
package struct ReadableFile: ~Copyable {
    private let descriptor: FileDescriptor
    /// Nil when the system has no facts about it.
    private let status: FileStatus?

    /// Opens what is at `path`, even a directory or a pipe.
    package init(_ path: FilePath) throws(SystemError) {
        descriptor = try FileDescriptor.open(path, .nonBlocking)
        status = try? FileStatus(descriptor)
    }

    deinit { descriptor.close() }

    /// Whether it is a regular file.
    package var isRegular: Bool { status?.kind == .file }
    package var isDirectory: Bool { status?.kind == .folder }
    /// Whether this process's user owns it.
    package var isOurs: Bool { status?.isOurs ?? false }
    /// Whether its group or others may do anything with it.
    package var isOpenToOthers: Bool { status?.isOpenToOthers ?? false }

    /// Its first bytes: `limit`, or all if it has fewer. Call it once.
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

    /// The content of the regular file at `path`; nil when it can't be read, is something else, or exceeds `limit`
    /// bytes.
    package static func whole(_ path: FilePath, limit: Int) -> ByteBuffer? {
        guard let file = try? ReadableFile(path), file.isRegular, let content = try? file.start(limit + 1) else {
            return nil
        }
        return content.count > limit ? nil : content
    }
}
