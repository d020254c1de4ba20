import Bytes
import JSON
import JSONRPC

/// Where a redirect points, as far as a person may be told: scheme, host and path, and nothing of a login, a query or a
/// fragment, which may hold secrets.
enum RedirectTarget {
    /// What is told of the value of a `Location`; nil for one that can't be told apart.
    static func shown(_ location: Bytes) -> String? {
        let text = location.text.prefix { $0 != "?" && $0 != "#" }
        guard let (scheme, rest) = authority(of: text) else {
            return text.isEmpty ? nil : String(text).printable.cut(after: 200)
        }
        let whole = rest.prefix { !isSlash($0) }
        let host = whole.lastIndex(of: "@").map { whole[whole.index(after: $0)...] } ?? whole
        // What has no number behind its colon may be a login whose @ stands behind a ? or #.
        let port =
            host.last == "]" ? nil : host.split(separator: ":", omittingEmptySubsequences: false).dropFirst().last
        guard !host.isEmpty, (port ?? "").utf8.allSatisfy(\.isDigit) else { return nil }
        return (scheme + host + rest.dropFirst(whole.count)).printable.cut(after: 200)
    }

    /// What comes before the host, `https://`, and what from there on; nil for a path alone.
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
