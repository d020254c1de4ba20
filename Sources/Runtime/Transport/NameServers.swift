import Bytes
import Platform

/// The name servers that the C library asks; errors name them, because one may be silent.
enum NameServers {
    /// The file that lists them; resolv.conf(5).
    private static let path = "/etc/resolv.conf"

    /// A suffix for a sentence about a lookup: the servers; empty when the file names none.
    static var words: String {
        let servers = addresses
        return servers.isEmpty ? "" : " (\(path) names \(servers.joined(separator: ", ")))"
    }

    /// At most three, as the C library uses no more.
    private static var addresses: [String] {
        guard let content = ReadableFile.whole(FilePath(path), limit: 64 * 1024) else { return [] }
        let lines = content.bytes.text.split { $0.isNewline }.map { $0.split { $0 == " " || $0 == "\t" } }
        return lines.filter { $0.count >= 2 && $0[0] == "nameserver" }.prefix(3).map { String($0[1].prefix(64)) }
    }
}
