import Bytes
import Glibc

/// A file that is read in one go.
enum WholeFile {
    /// What stands in the file at `path`: nil when it can't be read, is no regular file, or is over `limit` bytes.
    static func read(_ path: FilePath, limit: Int) -> ByteBuffer? {
        let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let content = ByteBuffer(capacity: 4096)
        while content.count <= limit {
            let room = content.spare(atLeast: 4096)
            let count = Glibc.read(descriptor, room.baseAddress, room.count)
            if count == 0 { return content }
            if count > 0 { content.commit(count) } else if errno != EINTR { return nil }
        }
        return nil
    }
}
