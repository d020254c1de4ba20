import Bytes
import Platform

/// Joins the system's certificates and those of one more file in one file, because libcurl trusts only one file.
enum TrustFile {
    /// Bytes of a file, at most. Files of certificates have a few hundred kilobytes.
    private static let limit = 16 * 1024 * 1024

    /// Nil when either file can't be read, or the system has no memory files.
    static func both(_ system: FilePath, and added: FilePath) -> MemoryFile? {
        guard let all = ReadableFile.whole(system, limit: limit), let second = ReadableFile.whole(added, limit: limit)
        else {
            return nil
        }
        all.append(UInt8(ascii: "\n"))
        all.append(second)
        return MemoryFile(all, name: "certificates")
    }
}
