import Bytes
import Glibc

/// A file that is open for reading. Opening waits for nobody: not for who would write to a pipe, nor for a terminal.
public struct ReadableFile: ~Copyable {
    private let descriptor: Int32
    private let status: stat

    /// What the system has against it, in its words.
    public struct Refusal: Error {
        /// As in "Permission denied".
        public let reason: String

        init(_ code: Int32 = errno) { reason = String(cString: strerror(code)) }
    }

    /// What is at `path`, be it a directory or a pipe.
    public init(_ path: FilePath) throws(Refusal) {
        let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        guard descriptor >= 0 else { throw Refusal() }
        self.descriptor = descriptor
        var status = stat()
        // Of what nothing is known it is neither a file nor a directory.
        if fstat(descriptor, &status) != 0 { status = stat() }
        self.status = status
    }

    deinit { close(descriptor) }

    /// Whether it is a file in the narrow sense.
    public var isRegular: Bool { status.st_mode & S_IFMT == S_IFREG }
    /// Whether it is a directory.
    public var isDirectory: Bool { status.st_mode & S_IFMT == S_IFDIR }
    /// Whether it belongs to who runs this process.
    public var isOurs: Bool { status.st_uid == geteuid() }
    /// Whether its group or everybody may do anything with it.
    public var isOpenToOthers: Bool { status.st_mode & (S_IRWXG | S_IRWXO) != 0 }

    /// Its first bytes, `limit` of them or as many as there are. To be called once.
    public func start(_ limit: Int) throws(Refusal) -> ByteBuffer {
        let content = ByteBuffer(capacity: min(limit, 4096))
        while content.count < limit {
            let room = content.spare(atLeast: min(limit - content.count, 4096))
            guard !room.isEmpty else { throw Refusal(ENOMEM) }
            let count = read(descriptor, room.baseAddress, min(room.count, limit - content.count))
            if count == 0 { break }
            if count > 0 { content.commit(count) } else if errno != EINTR { throw Refusal() }
        }
        return content
    }

    /// All of the regular file at `path`: nil when it can't be read, is another thing, or is over `limit` bytes.
    static func whole(_ path: FilePath, limit: Int) -> ByteBuffer? {
        guard let file = try? ReadableFile(path), file.isRegular, let content = try? file.start(limit + 1) else {
            return nil
        }
        return content.count > limit ? nil : content
    }
}
