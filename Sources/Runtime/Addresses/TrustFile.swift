import Bytes
import CSystem
import Glibc

/// The certificates of the system and those of one more file, as one file for libcurl, which trusts one file in the
/// place of another and not two besides each other.
final class TrustFile {
    /// A path that leads to both for as long as this object lives.
    let path: FilePath
    private let descriptor: Int32

    /// A file of certificates is a few hundred kilobytes.
    private static let limit = 16 * 1024 * 1024

    /// Nil where one of the two can't be read, or the system has no such files.
    init?(system: FilePath, besides added: FilePath) {
        guard let first = ReadableFile.whole(system, limit: Self.limit),
            let second = ReadableFile.whole(added, limit: Self.limit)
        else { return nil }
        first.append(UInt8(ascii: "\n"))
        first.append(second)
        let descriptor = rpc_memory_file("certificates")
        guard descriptor >= 0 else { return nil }
        path = FilePath("/proc/self/fd/\(descriptor)")
        self.descriptor = descriptor
        var rest = first.bytes
        while !rest.isEmpty {
            let count = write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno != EINTR { return nil }
            rest = rest.dropping(max(0, count))
        }
        guard path.withCString({ access($0, R_OK) }) == 0 else { return nil }
    }

    deinit { close(descriptor) }
}
