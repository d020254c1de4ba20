import Bytes

/// What is being typed before the cursor, and what is to be searched for.
struct CompletionContext {
    /// What is searched for.
    let kind: RecordKind
    /// The words to search for; empty for the newest ones.
    let query: String
    /// The bytes that an item replaces.
    let range: Range<Int>
    /// Those of them before the cursor, as typed.
    let typed: String
    /// Whether an item is a whole line of an attendees document.
    let isLine: Bool

    /// Letters of a name that are worth a search, at least.
    private static let leastLetters = 2

    /// Reads the text before `offset`; nil where nothing of ours is typed.
    static func before(_ offset: Int, in document: TextDocument, isAttendees: Bool) -> CompletionContext? {
        word(offset, in: document.text) ?? (isAttendees ? line(offset, in: document) : nil)
    }

    /// The beginning of an id that stands alone, or what is typed in its place: a name in any script.
    private static func word(_ offset: Int, in text: Bytes) -> CompletionContext? {
        var (start, length) = (offset, 0)
        while start > 0, length <= ResourceID.lengthLimit {
            let character = text.character(before: start)
            guard character.isOfWord || isJoiner(character) else { break }
            start -= character.count
            length += 1
        }
        let typed = text.slice(start, offset).text
        guard let kind = RecordKind.allCases.first(where: { typed.utf8.starts(with: $0.prefix.utf8) }),
            RecordSearch.method(kind) != nil
        else { return nil }
        // By scalars: a mark behind the underscore is one character with it.
        let query = typed.unicodeScalars.dropFirst(kind.prefix.utf8.count)
        guard query.allSatisfy({ $0 != "_" && $0 != "-" }) else { return nil }
        var end = offset
        while end < text.count {
            let character = text.character(at: end)
            guard character.isLetterOrDigit || isJoiner(character) else { break }
            end += character.count
        }
        return CompletionContext(kind: kind, query: String(query), range: start..<end, typed: typed, isLine: false)
    }

    /// Whether nobody sees this character, but words of Persian or Sinhala need it between their letters.
    private static func isJoiner(_ character: Bytes) -> Bool {
        character.text.unicodeScalars.first?.properties.isJoinControl ?? false
    }

    /// The beginning of a line that is a person's name or address.
    private static func line(_ offset: Int, in document: TextDocument) -> CompletionContext? {
        let content = document.content(of: document.line(at: offset))
        var start = content.lowerBound
        while start < offset, document.text[start].isSpace { start += 1 }
        let typed = document.text.slice(start, offset).text
        guard typed.unicodeScalars.count(where: { $0.properties.isAlphabetic }) >= leastLetters,
            typed.utf8.first != UInt8(ascii: "#"),
            IDFinder.ids(in: document.text, start..<offset, limit: 1).isEmpty
        else { return nil }
        var end = offset
        while end < content.upperBound, document.text[end].isWordByte || document.text[end] >= 0x80 { end += 1 }
        return CompletionContext(kind: .contact, query: typed, range: start..<end, typed: typed, isLine: true)
    }
}

extension UInt8 {
    /// Whether it may be in a word of letters, digits, `_` and `-`.
    fileprivate var isWordByte: Bool { isAlphanumeric || self == UInt8(ascii: "_") || self == UInt8(ascii: "-") }
}
