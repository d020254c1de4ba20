import Bytes
import Platform

/// The certificates of the system and those of one more file, as one file for libcurl, which trusts one file in the
/// place of another and not two besides each other.
enum TrustFile {
    /// A file of certificates is a few hundred kilobytes.
    private static let limit = 16 * 1024 * 1024

    /// Nil where one of the two can't be read, or the system has no such files.
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
