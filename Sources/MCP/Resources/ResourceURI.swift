import Bytes

/// The parts of a resource's URI: `engagement:///ngmt_…`, with a query or a second segment after the id.
///
/// The id is in the path, because an authority is compared without case (RFC 3986 §3.2.2), and hosts may lower-case it.
/// An id in the authority is accepted too.
struct ResourceURI {
    /// In lower case.
    let scheme: String
    let id: String
    /// What follows the id; nil for nothing.
    let part: String?
    /// The words of `expand`, without blanks around them.
    let expand: [String]

    /// Bytes of a URI, at most.
    static let limit = 1024

    /// Parses a URI and undoes its percent-encoding once; nil for any other text.
    init?(_ text: String) {
        guard text.utf8.count <= Self.limit, let colon = text.firstIndex(of: ":"), !text.contains("#") else {
            return nil
        }
        scheme = text[..<colon].lowercased()
        var rest = text[text.index(after: colon)...]
        guard rest.hasPrefix("//") else { return nil }
        rest = rest.dropFirst(rest.hasPrefix("///") ? 3 : 2)
        var words: [String] = []
        if let mark = rest.firstIndex(of: "?") {
            guard let found = Self.expansions(rest[rest.index(after: mark)...]) else { return nil }
            words = found
            rest = rest[..<mark]
        }
        var segments: [String] = []
        for segment in rest.split(separator: "/", omittingEmptySubsequences: false) {
            guard let decoded = segment.strictlyPercentDecoded else { return nil }
            segments.append(decoded)
        }
        guard 1...2 ~= segments.count, !segments.contains(where: \.isEmpty) else { return nil }
        id = segments[0]
        part = segments.count == 2 ? segments[1] : nil
        expand = words
    }

    /// The words of `expand=…`; nil for any other query.
    private static func expansions(_ query: Substring) -> [String]? {
        if query.isEmpty { return [] }
        let name = "expand="
        guard query.hasPrefix(name), let value = query.dropFirst(name.count).strictlyPercentDecoded else { return nil }
        return value.commaSeparatedWords
    }
}

extension String {
    /// The words between commas, without blanks around them; empty ones are left out.
    var commaSeparatedWords: [String] {
        split(separator: ",").compactMap { part in
            let word = part.drop { $0.isWhitespace }
            let end = word.lastIndex { !$0.isWhitespace }
            return end.map { String(word[...$0]) }
        }
    }
}
