import Bytes
import Platform

/// The name servers that the C library asks, for telling which one is silent.
enum NameServers {
    /// The file that lists them; resolv.conf(5).
    private static let path = "/etc/resolv.conf"

    /// What to put behind a sentence about a lookup: the servers that are asked; empty when none is named.
    static var words: String {
        let servers = addresses
        return servers.isEmpty ? "" : " (\(path) names \(servers.joined(separator: ", ")))"
    }

    /// At most three, as the C library takes them.
    private static var addresses: [String] {
        guard let content = ReadableFile.whole(FilePath(path), limit: 64 * 1024) else { return [] }
        let lines = content.bytes.text.split { $0.isNewline }.map { $0.split { $0 == " " || $0 == "\t" } }
        return lines.filter { $0.count >= 2 && $0[0] == "nameserver" }.prefix(3).map { String($0[1].prefix(64)) }
    }
}
