import Bytes

/// Checks the text of a token.
enum TokenText {
    /// Bytes of a token, at most.
    static let limit = 8192
    /// Bytes read from a source: enough to notice a token that is too long.
    static let readLimit = limit + 4
    /// The prefix of the API's own keys.
    static let keyPrefix = "sk-apik_"

    /// Why a text can't be a token, or nil. Recognises what people copy along with one.
    static func fault(_ token: String) -> String? {
        let bytes = Array(token.utf8)
        guard let first = bytes.first, let last = bytes.last else { return "is empty" }
        if token.lowercased().hasPrefix("bearer ") {
            return "begins with the word Bearer, which is added where it is needed"
        }
        let quotes = Array("\"'`".utf8)
        if quotes.contains(first) || quotes.contains(last) { return "has quotes around it" }
        if isPlaceholder(token) { return "is still a placeholder and not a key" }
        if bytes.contains(0) { return "comes from a file in UTF-16; save it as UTF-8" }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "holds something other than visible ASCII" }
        return bytes.count > limit ? "is longer than \(limit) bytes" : nil
    }

    /// Texts that examples and configurations have in place of a key.
    private static func isPlaceholder(_ token: String) -> Bool {
        let text = token.lowercased()
        if text.hasPrefix("${")
            || text.hasPrefix("$") && text.dropFirst().utf8.allSatisfy({ $0.isAlphanumeric || $0 == 0x5F })
        {
            return true
        }
        let brackets = [("<", ">"), ("{{", "}}"), ("[", "]"), ("%", "%")]
        if brackets.contains(where: { text.hasPrefix($0.0) && text.hasSuffix($0.1) }) { return true }
        let stem = text.hasPrefix(keyPrefix) ? text.dropFirst(keyPrefix.count) : text[...]
        if ["your_", "your-", "changeme", "change_me", "replace_me", "insert_"].contains(where: stem.hasPrefix) {
            return true
        }
        return stem.hasSuffix("...") || stem.hasSuffix("…")
            || 3...64 ~= stem.count && stem.allSatisfy { $0 == "x" }
    }

    /// `line` without a byte-order mark, and without blanks and line breaks at its ends.
    static func trimmed(_ line: String) -> String {
        var scalars = line.unicodeScalars[...]
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
        while let last = scalars.last, isBlank(last) { scalars.removeLast() }
        return String(scalars)
    }

    /// Blanks and line breaks, including those of copied text.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t"..."\r", "\u{85}", "\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}": true
        default: false
        }
    }
}
