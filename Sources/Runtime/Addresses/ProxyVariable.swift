import Bytes
import Platform

/// A variable that names a proxy. Its value may hold a login. When libcurl can't use the value, its message repeats it
/// or parts of it; `conceal` keeps those out of ours.
public struct ProxyVariable: Sendable {
    /// The variable's name.
    public let name: String
    private let value: String

    /// A variable and its value.
    public init(name: String, value: String) { (self.name, self.value) = (name, value) }

    /// The variable that libcurl uses for a base URL, if any.
    public static func inUse(isClearText: Bool, isLoopback: Bool) -> ProxyVariable? {
        if isLoopback { return nil }
        let own = isClearText ? ["http_proxy"] : ["https_proxy", "HTTPS_PROXY"]
        for name in own + ["all_proxy", "ALL_PROXY"] {
            guard let value = Environment.text(of: name), !value.isEmpty else { continue }
            return ProxyVariable(name: name, value: value)
        }
        return nil
    }

    /// libcurl's `text` without the login in this variable. When the value has no documented form, any part of it may
    /// be the password: then `plain`, which repeats nothing, replaces the text.
    public func conceal(in text: String, plain: String) -> String {
        guard let login = Self.login(in: value) else {
            return "\(plain); the value of \(name) is not of the form http://NAME:PASSWORD@HOST:PORT, with what is "
                + "special in a name or password percent-encoded"
        }
        var told = text
        // The longest first, because it contains the others.
        for secret in Self.spellings(of: login).sorted(by: { $0.utf8.count > $1.utf8.count }) {
            told = told.replacingAll(secret, by: "***")
        }
        return told
    }

    /// The name and password in a value, as spelled; empty if it has none, nil if it isn't
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
        // Percent-encoding is unambiguous. A character that should be encoded and isn't can be read in several ways.
        let pieces = parts[0].split(separator: "%", omittingEmptySubsequences: false)
        guard pieces.dropFirst().allSatisfy({ $0.prefix(2).count == 2 && $0.prefix(2).allSatisfy(\.isHexDigit) }),
            pieces.joined().utf8.allSatisfy({ $0.isAlphanumeric || "-._~!$&'()*+,;=:".utf8.contains($0) })
        else { return nil }
        return parts[0]
    }

    /// Whether this is a host, with or without a port.
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

    /// The spellings of a login that a text may contain: the whole and its parts, raw and decoded. Parts of less than
    /// four characters are left out: they are as likely any other word.
    private static func spellings(of login: Substring) -> [String] {
        guard !login.isEmpty else { return [] }
        let parts = login.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let texts = ([login] + (parts.count == 2 ? [parts[1]] : [])).map(String.init)
        return (texts + texts.map(\.percentDecoded)).filter { $0.utf8.count >= 4 }
    }
}

extension String {
    /// A copy with each `part` replaced.
    fileprivate func replacingAll(_ part: String, by other: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
