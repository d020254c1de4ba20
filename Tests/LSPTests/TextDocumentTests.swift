import Bytes
import JSON
import TestSupport
import Testing

@testable import LSP

/// The text store against a simple one that knows nothing of indices: both get the same random changes.
@Suite struct TextDocumentTests {
    /// A document as an array of UTF-16 code units.
    private struct Model {
        var units: [UInt16]

        var text: String { String(decoding: units, as: UTF16.self) }

        /// Where each line starts and where its content ends.
        var lines: [(start: Int, end: Int)] {
            var (found, start, at): ([(Int, Int)], Int, Int) = ([], 0, 0)
            while at < units.count {
                let unit = units[at]
                guard unit == 10 || unit == 13 else {
                    at += 1
                    continue
                }
                let length = unit == 13 && at + 1 < units.count && units[at + 1] == 10 ? 2 : 1
                found.append((start, at))
                at += length
                start = at
            }
            return found + [(start, units.count)]
        }

        func index(_ position: TextPosition, _ encoding: PositionEncoding) -> Int {
            let lines = lines
            guard position.line < lines.count else { return units.count }
            let line = lines[position.line]
            if encoding == .utf16 {
                let index = min(line.start + position.character, line.end)
                let isInside = index > line.start && index < line.end && UTF16.isTrailSurrogate(units[index])
                return isInside ? index - 1 : index
            }
            var bytes = 0
            var index = line.start
            while index < line.end {
                let isPair = UTF16.isLeadSurrogate(units[index])
                let end = index + (isPair ? 2 : 1)
                bytes += String(decoding: units[index..<end], as: UTF16.self).utf8.count
                if bytes > position.character { return index }
                index = end
            }
            return line.end
        }

        mutating func replace(_ range: TextRange, _ text: String, _ encoding: PositionEncoding) {
            let start = index(range.start, encoding)
            units.replaceSubrange(start..<max(start, index(range.end, encoding)), with: Array(text.utf16))
        }
    }

    private static let pieces = [
        "", "a", "cnt_a", "\n", "\r", "\r\n", "\n\r", "é", "漢字", "😀", "😀😀", "a\nb\r\nc\rd", "\r\r", "\n\n", "\u{2028}",
        "long line without an end, and then some more of it ", "\u{10FFFF}", "e\u{301}",
    ]

    @Test(arguments: [PositionEncoding.utf8, .utf16]) func randomChangesAgree(encoding: PositionEncoding) {
        for seed in 0..<400 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let first = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                Self.pieces.randomElement(using: &random) ?? ""
            }.joined()
            let document = TextDocument(uri: "file:///a", version: 0, text: ByteBuffer(text: first))
            var model = Model(units: Array(first.utf16))
            for step in 0..<30 {
                let lines = model.lines.count
                func position() -> TextPosition {
                    TextPosition(
                        line: Int.random(in: 0...lines, using: &random),
                        character: Int.random(in: 0...12, using: &random))
                }
                let (one, two) = (position(), position())
                let range = Bool.random(using: &random) ? TextRange(one, two) : TextRange(one, one)
                let text = Self.pieces.randomElement(using: &random) ?? ""
                Array(text.utf8).withUnsafeBytes { document.replace(range, with: $0, encoding) }
                model.replace(range, text, encoding)
                let isSame = check(document, model, encoding)
                #expect(isSame, "seed \(seed), step \(step): \(range) \(text.debugDescription)")
                if !isSame { return }
            }
        }
    }

    private func check(_ document: TextDocument, _ model: Model, _ encoding: PositionEncoding) -> Bool {
        let lines = model.lines
        guard document.text.text.utf8.elementsEqual(model.text.utf8), document.lineCount == lines.count else {
            return false
        }
        for (number, line) in lines.enumerated() {
            let start = String(decoding: model.units[..<line.start], as: UTF16.self).utf8.count
            let content = String(decoding: model.units[line.start..<line.end], as: UTF16.self)
            guard document.content(of: number) == start..<start + content.utf8.count else { return false }
            let position = document.position(of: start + content.utf8.count, encoding)
            let length = encoding == .utf8 ? content.utf8.count : content.utf16.count
            guard position == TextPosition(line: number, character: length) else { return false }
        }
        return true
    }

    @Test func placesBeyondTheEndAreTheEnd() {
        let document = TextDocument(uri: "file:///a", version: nil, text: ByteBuffer(text: "ab\r\n😀c\n"))
        let cases: [(Int, Int, Int)] = [
            (0, 0, 0), (0, 2, 2), (0, 3, 2), (0, .max, 2), (1, 0, 4), (1, 1, 4), (1, 2, 8), (1, 3, 9), (1, 99, 9),
            (2, 0, 10), (2, 5, 10), (3, 0, 10), (.max, .max, 10),
        ]
        for (line, character, offset) in cases {
            let position = TextPosition(line: line, character: character)
            #expect(document.offset(of: position, .utf16) == offset, "\(position)")
        }
        #expect(document.offset(of: TextPosition(line: 1, character: 3), .utf8) == 4)
        #expect(document.offset(of: TextPosition(line: 1, character: 4), .utf8) == 8)
        let back = TextRange(TextPosition(line: 1, character: 0), .start)
        #expect(document.offsets(of: back, .utf16) == 4..<4)
    }

    @Test func whatIsTooLongIsLeftAlone() {
        let limit = TextDocument.sizeLimit
        let whole = TextDocument(
            uri: "file:///a", version: 1, text: ByteBuffer(text: String(repeating: "a", count: limit)))
        #expect(!whole.isLeftAlone)
        Array("b".utf8).withUnsafeBytes { whole.replace(.start, with: $0, .utf16) }
        #expect(whole.isLeftAlone && whole.text.isEmpty)
        Array("b".utf8).withUnsafeBytes { whole.replace(.start, with: $0, .utf16) }
        #expect(whole.text.isEmpty)
        whole.replaceAll { $0.append("c") }
        #expect(!whole.isLeftAlone && whole.text.text == "c")
    }

    @Test func theTypedWordIsKnown() {
        let document = TextDocument(uri: "file:///a", version: 1, text: ByteBuffer(text: "cnt_a cnt_b cnt_c"))
        func typed() -> [String] {
            IDFinder.ids(in: document.text, 0..<document.text.count).filter { document.isBeingTyped($0.range) }
                .map(\.id.text)
        }
        func type(_ text: String, at character: Int, deleting count: Int = 0) {
            let range = TextRange(
                TextPosition(line: 0, character: character), TextPosition(line: 0, character: character + count))
            Array(text.utf8).withUnsafeBytes { document.replace(range, with: $0, .utf16) }
        }
        #expect(typed() == [])
        document.beginChanges(2)
        type("x", at: 11)
        #expect(typed() == ["cnt_bx"])
        document.beginChanges(3)
        type("", at: 11, deleting: 1)
        #expect(typed() == ["cnt_b"])
        document.beginChanges(4)
        type("1", at: 5)
        type("2", at: 12)
        #expect(typed() == ["cnt_a1", "cnt_b2"])
        document.beginChanges(5)
        type("!", at: 19)
        #expect(typed() == ["cnt_c"])
        document.settle()
        #expect(typed() == [])
    }

    /// Editors that keep lines say of a new line that it begins at the end of the one above.
    @Test func aLineAboveIsNotTyped() {
        let document = TextDocument(uri: "file:///a", version: 1, text: ByteBuffer(text: "cnt_a\n"))
        func typed(_ text: String) -> [String] {
            document.beginChanges(2)
            let end = document.content(of: document.lineCount - 2).upperBound
            let place = document.position(of: end, .utf8)
            Array(text.utf8).withUnsafeBytes { document.replace(TextRange(place, place), with: $0, .utf8) }
            return IDFinder.ids(in: document.text, 0..<document.text.count).filter { document.isBeingTyped($0.range) }
                .map(\.id.text)
        }
        #expect(typed("\ncnt_b") == ["cnt_b"])
        #expect(typed("\r\ncnt_c") == ["cnt_c"])
        #expect(typed("1") == ["cnt_c1"])
        #expect(typed("\n") == [], "a line is finished")
    }

    @Test func unitsAreCountedEightAtATime() {
        let long = "äöü€😀 plain text that is longer than eight bytes 😀😀"
        for text in ["", "a", long, String(repeating: "漢😀x", count: 9)] {
            Array(text.utf8).withUnsafeBytes { bytes in
                #expect(CodeUnits.count(bytes) == text.utf16.count)
                var units = 0
                for (index, scalar) in text.unicodeScalars.enumerated() {
                    let bytesBefore = String(text.unicodeScalars.prefix(index)).utf8.count
                    #expect(CodeUnits.length(bytes, units: units) == bytesBefore)
                    units += scalar.utf16.count
                    if scalar.utf16.count == 2 { #expect(CodeUnits.length(bytes, units: units - 1) == bytesBefore) }
                }
                #expect(CodeUnits.length(bytes, units: units + 5) == bytes.count)
            }
        }
    }
}
