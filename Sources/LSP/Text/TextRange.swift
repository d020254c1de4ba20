import JSON

/// From one place of a document up to another.
package struct TextRange: Equatable {
    /// Where it starts.
    package let start: TextPosition
    /// Where it ends; what stands there is not in it.
    package let end: TextPosition

    /// From `start` up to `end`.
    package init(_ start: TextPosition, _ end: TextPosition) {
        self.start = start
        self.end = end
    }

    /// The start of a document.
    package static let start = TextRange(.start, .start)
}

extension JSONSlice {
    /// A whole number that a place may have; nil for anything else.
    private var count: Int? { integer.flatMap { $0 >= 0 ? $0 : nil } }

    /// The value as a place in a document.
    package var position: TextPosition? {
        guard let line = member("line")?.count, let character = member("character")?.count else { return nil }
        return TextPosition(line: line, character: character)
    }

    /// The value as a range of a document.
    package var range: TextRange? {
        guard let start = member("start")?.position, let end = member("end")?.position else { return nil }
        return TextRange(start, end)
    }
}

extension JSONWriter {
    /// Writes a place.
    package mutating func position(_ position: TextPosition) {
        beginObject()
        member("line", position.line)
        member("character", position.character)
        endObject()
    }

    /// Writes a member with a range.
    package mutating func member(_ name: String, _ range: TextRange) {
        self.name(name)
        beginObject()
        self.name("start")
        position(range.start)
        self.name("end")
        position(range.end)
        endObject()
    }
}
