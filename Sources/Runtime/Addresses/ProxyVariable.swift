import Bytes
import Platform

/// A variable that names a proxy, whose value may hold a name and password. libcurl repeats the value, or what it takes
/// for the host or the port in it, when it can't follow it: nothing of that is told.
public struct ProxyVariable: Sendable {
    /// The variable's name.
    public let name: String
    private let value: String

    /// A variable with its value.
    public init(name: String, value: String) { (self.name, self.value) = (name, value) }

    /// The variable that libcurl obeys for a base URL, if any.
    public static func inUse(isClearText: Bool, isLoopback: Bool) -> ProxyVariable? {
        if isLoopback { return nil }
        let own = isClearText ? ["http_proxy"] : ["https_proxy", "HTTPS_PROXY"]
        for name in own + ["all_proxy", "ALL_PROXY"] {
            guard let value = Environment.text(of: name), !value.isEmpty else { continue }
            return ProxyVariable(name: name, value: value)
        }
        return nil
    }

    /// A text of libcurl's without anything of a login in this variable. Of a value that is none as libcurl documents
    /// it any part may be the password, so then `plain`, which repeats nothing, stands in its place.
    public func conceal(in text: String, plain: String) -> String {
        guard let login = Self.login(in: value) else {
            return "\(plain); the value of \(name) is not of the form http://NAME:PASSWORD@HOST:PORT, with what is "
                + "special in a name or password percent-encoded"
        }
        var told = text
        // The longest first: a part would be found in the whole.
        for secret in Self.spellings(of: login).sorted(by: { $0.utf8.count > $1.utf8.count }) {
            told = told.replacingAll(secret, by: "***")
        }
        return told
    }

    /// The name and password in a value, as spelled; empty where there are none, nil where the value is not
    /// `[SCHEME://][LOGIN@]HOST[:PORT][/]`.
    private static func login(in value: String) -> Substring? {
        guard value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        var rest = value[...]
        if let mark = rest.firstRange(of: "://") {
            let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
            guard schemes.contains(rest[..<mark.lowerBound].lowercased()) else { return nil }
            rest = rest[mark.upperBound...]
        }
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.contains(where: { "/?#\\".contains($0) }) else { return nil }
        let parts = rest.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count <= 2, let place = parts.last, isPlace(place) else { return nil }
        guard parts.count == 2 else { return "" }
        // What stands there percent-encoded can be nothing else; what has to be and is not may be read as anything.
        let pieces = parts[0].split(separator: "%", omittingEmptySubsequences: false)
        guard pieces.dropFirst().allSatisfy({ $0.prefix(2).count == 2 && $0.prefix(2).allSatisfy(\.isHexDigit) }),
            pieces.joined().utf8.allSatisfy({ $0.isAlphanumeric || "-._~!$&'()*+,;=:".utf8.contains($0) })
        else { return nil }
        return parts[0]
    }

    /// Whether this is a host, or one and a port.
    private static func isPlace(_ text: Substring) -> Bool {
        var host = text
        let end = text.lastIndex(of: "]") ?? text.startIndex
        if let colon = text[end...].firstIndex(of: ":") {
            guard let port = Int(text[colon...].dropFirst()), 1...65535 ~= port else { return false }
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            return host.dropFirst().dropLast().utf8.allSatisfy { $0.isAlphanumeric || ":.%-_~".utf8.contains($0) }
        }
        return !host.isEmpty && host.utf8.allSatisfy { $0.isAlphanumeric || "-._".utf8.contains($0) }
    }

    /// How a login may stand in a text: whole or its parts, as spelled and decoded. Parts of less than four characters
    /// are as likely any other word, and stand nowhere by themselves.
    private static func spellings(of login: Substring) -> [String] {
        guard !login.isEmpty else { return [] }
        let parts = login.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let texts = ([login] + (parts.count == 2 ? [parts[1]] : [])).map(String.init)
        return (texts + texts.map(\.percentDecoded)).filter { $0.utf8.count >= 4 }
    }
}

extension String {
    /// With each `part` replaced.
    fileprivate func replacingAll(_ part: String, by other: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
