import Bytes
import JSON
import JSONRPC

/// The target of a redirect, as it may be shown: scheme, host and path. Login, query and fragment are left out, because
/// they may contain secrets.
enum RedirectTarget {
    /// The shown part of a `Location`; nil for one that can't be parsed.
    static func shown(_ location: Bytes) -> String? {
        let text = location.text.prefix { $0 != "?" && $0 != "#" }
        guard let (scheme, rest) = authority(of: text) else {
            return text.isEmpty ? nil : String(text).printable.cut(after: 200)
        }
        let whole = rest.prefix { !isSlash($0) }
        let host = whole.lastIndex(of: "@").map { whole[whole.index(after: $0)...] } ?? whole
        // If no number follows the colon, it may be a login whose @ comes after a ? or #.
        let port =
            host.last == "]" ? nil : host.split(separator: ":", omittingEmptySubsequences: false).dropFirst().last
        guard !host.isEmpty, (port ?? "").utf8.allSatisfy(\.isDigit) else { return nil }
        return (scheme + host + rest.dropFirst(whole.count)).printable.cut(after: 200)
    }

    /// The part before the host, `https://`, and the part from there on; nil for a path alone.
    private static func authority(of text: Substring) -> (scheme: String, rest: Substring)? {
        let start = text.firstIndex { isSlash($0) || $0 == ":" } ?? text.endIndex
        let afterScheme = start < text.endIndex && text[start] == ":" ? text.index(after: start) : text.startIndex
        let slashes = text[afterScheme...].prefix(2).prefix(while: isSlash)
        let rest = text[slashes.endIndex...]
        guard afterScheme > text.startIndex || slashes.count > 1 else { return nil }
        return (String(text[..<afterScheme]) + (slashes.isEmpty ? "" : "//"), rest)
    }

    private static func isSlash(_ character: Character) -> Bool { character == "/" || character == "\\" }
}
