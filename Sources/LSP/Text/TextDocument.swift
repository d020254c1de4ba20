import Bytes

/// The text of one open document, as its editor has it.
package final class TextDocument {
    /// Its address, as the client spells it.
    package let uri: String
    /// The version that the client has given to this text; nil where it gives none.
    package private(set) var version: Int?
    private let buffer: ByteBuffer
    private var lines: LineIndex
    private var lastChange: [Range<Int>] = []
    /// Whether the text is too long, or was lost: such a document is left alone.
    private var isUnknown = false

    /// Bytes of a document that is served, at most.
    package static let sizeLimit = 4 * 1024 * 1024

    init(uri: String, version: Int?, text: ByteBuffer) {
        self.uri = uri
        self.version = version
        buffer = text
        lines = LineIndex(Bytes(start: nil, count: 0))
        adopt()
    }

    /// Its text in UTF-8, borrowed until the next change; nothing for a document that is left alone.
    package var text: Bytes { buffer.bytes }
    /// Whether it is left alone, because it is too long or its text is not known.
    package var isLeftAlone: Bool { isUnknown }
    /// How many lines it has, at least 1.
    package var lineCount: Int { lines.count }

    /// What the last change has touched, as bytes: the words there are still being typed.
    package var touched: [Range<Int>] { lastChange }

    /// Whether the word in `range` touches an end of the last change.
    package func isBeingTyped(_ range: Range<Int>) -> Bool {
        lastChange.contains { change in
            [change.lowerBound, change.upperBound].contains { $0 >= range.lowerBound && $0 <= range.upperBound }
        }
    }

    /// A new round of changes begins.
    func beginChanges(_ version: Int?) {
        if let version { self.version = version }
        lastChange = []
    }

    /// The person has finished what they were typing.
    func settle() { lastChange = [] }

    /// Replaces the whole text.
    func replaceAll(_ write: (ByteBuffer) -> Void) {
        buffer.truncate(to: 0)
        write(buffer)
        lastChange = []
        adopt()
    }

    private func adopt() {
        isUnknown = buffer.count > Self.sizeLimit || buffer.isIncomplete
        if isUnknown { buffer.truncate(to: 0) }
        buffer.shrink(to: 1024)
        lines = LineIndex(buffer.bytes)
    }

    /// Replaces the text between two places by `new`.
    func replace(_ range: TextRange, with new: Bytes, _ encoding: PositionEncoding) {
        if isUnknown { return }
        let bytes = offsets(of: range, encoding)
        guard buffer.replace(bytes, with: new), buffer.count <= Self.sizeLimit else {
            buffer.truncate(to: 0)
            buffer.markIncomplete()
            return adopt()
        }
        let delta = new.count - bytes.count
        // What changes between two changes of one round is part of the change.
        lastChange = lastChange.map { range in
            let start = range.lowerBound >= bytes.upperBound ? range.lowerBound + delta : range.lowerBound
            let end = range.upperBound >= bytes.upperBound ? range.upperBound + delta : range.upperBound
            return min(start, max(0, end))..<max(start, end)
        }
        if lastChange.count < Self.cursorLimit {
            // Behind a line that ends, what stands in it is not typed on.
            let ends = new.prefix { $0 == 0x0A || $0 == 0x0D }.count
            lastChange.append(bytes.lowerBound + ends..<bytes.lowerBound + new.count)
        }
        lines.change(bytes, to: new.count, in: buffer.bytes)
    }

    /// Places of one change that are remembered, at most.
    private static let cursorLimit = 64

    // MARK: Places

    /// The byte at a place. A place behind a line's end is that end, one behind the last line the text's end, and one
    /// inside a character its start.
    package func offset(of position: TextPosition, _ encoding: PositionEncoding) -> Int {
        guard position.line >= 0 else { return 0 }
        guard position.line < lines.count else { return buffer.count }
        let range = content(of: position.line)
        guard position.character > 0 else { return range.lowerBound }
        let line = buffer.bytes.slice(range.lowerBound, range.upperBound)
        switch encoding {
        case .utf16: return range.lowerBound + CodeUnits.length(line, units: position.character)
        case .utf8:
            var length = min(position.character, line.count)
            while length > 0, length < line.count, line[length] & 0xC0 == 0x80 { length -= 1 }
            return range.lowerBound + length
        }
    }

    /// The bytes of a range. One that ends before it starts is empty.
    package func offsets(of range: TextRange, _ encoding: PositionEncoding) -> Range<Int> {
        let start = offset(of: range.start, encoding)
        // Typing replaces nothing, and a line may be long.
        if range.start == range.end { return start..<start }
        return start..<max(start, offset(of: range.end, encoding))
    }

    /// The place of the byte at `offset`.
    package func position(of offset: Int, _ encoding: PositionEncoding) -> TextPosition {
        let line = lines.line(at: offset)
        let start = lines.start(of: line)
        let character =
            encoding == .utf8 ? offset - start : CodeUnits.count(buffer.bytes.slice(start, max(start, offset)))
        return TextPosition(line: line, character: character)
    }

    /// The range of some bytes.
    package func range(of bytes: Range<Int>, _ encoding: PositionEncoding) -> TextRange {
        TextRange(position(of: bytes.lowerBound, encoding), position(of: bytes.upperBound, encoding))
    }

    /// The bytes of a line, without its terminator.
    package func content(of line: Int) -> Range<Int> {
        guard line < lines.count else { return buffer.count..<buffer.count }
        let (start, text) = (lines.start(of: line), buffer.bytes)
        var end = line + 1 < lines.count ? lines.start(of: line + 1) : text.count
        if line + 1 < lines.count {
            end -= end - start > 1 && text[end - 1] == 0x0A && text[end - 2] == 0x0D ? 2 : 1
        }
        return start..<end
    }

    /// The bytes of a line, with its terminator.
    func line(_ number: Int) -> Range<Int> {
        content(of: number).lowerBound..<content(of: number + 1).lowerBound
    }

    /// The line of the byte at `offset`.
    package func line(at offset: Int) -> Int { lines.line(at: offset) }
}
