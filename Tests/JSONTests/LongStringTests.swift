import Bytes
import JSON
import TestSupport
import Testing

/// Strings that are long enough to be passed over 64 bytes a step, against a reader that takes a byte at a time.
@Suite struct LongStringTests {
    enum Verdict: Equatable {
        case string(end: Int, hasEscapes: Bool)
        case refused(offset: Int, JSONSyntaxError.Reason)
    }

    /// RFC 8259, section 7, as plainly as it can be written. `text` begins with the quote.
    static func plainVerdict(_ text: [UInt8]) -> Verdict {
        func refused(_ offset: Int, _ reason: JSONSyntaxError.Reason) -> Verdict {
            .refused(offset: offset, reason)
        }
        var (at, hasEscapes) = (1, false)
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""): return .string(end: at + 1, hasEscapes: hasEscapes)
            case 0..<0x20: return refused(at, .control)
            case 0x80...:
                let character = (2...4).first { length in
                    let end = at + length
                    return end <= text.count && String(validating: text[at..<end], as: UTF8.self) != nil
                }
                guard let character else { return refused(at, .utf8) }
                at += character
            case UInt8(ascii: "\\"):
                hasEscapes = true
                guard at + 1 < text.count else { return refused(text.count, .end) }
                switch text[at + 1] {
                case UInt8(ascii: "u"):
                    for index in at + 2..<at + 6 {
                        guard index < text.count else { return refused(text.count, .end) }
                        guard "0123456789abcdefABCDEF".utf8.contains(text[index]) else { return refused(at, .escape) }
                    }
                    at += 6
                case let letter where "\"\\/bfnrt".utf8.contains(letter): at += 2
                default: return refused(at, .escape)
                }
            default: at += 1
            }
        }
        return refused(text.count, .end)
    }

    static func verdict(_ text: [UInt8]) -> Verdict {
        text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(Bytes(start: bytes.baseAddress, count: bytes.count))
            do throws(JSONSyntaxError) {
                let value = try scanner.value(depth: 0)
                return .string(end: value.bytes.count, hasEscapes: value.hasEscapes)
            } catch { return .refused(offset: error.offset, error.reason) }
        }
    }

    static let pieces: [[UInt8]] =
        [
            "\\", "\\\\", "\\\\\\", "\\\"", "\\n", "\\/", "\\u0041", "\\u00g1", "\\u00", "\\\\\\u00aF", "\\x", "\"",
            "\u{1}", "\u{7F}",
            String(repeating: "\\", count: 63), String(repeating: "\\", count: 64),
            String(repeating: "\\\"", count: 40),
            String(repeating: "\\", count: 129), "é", "—", "\u{1F600}", "\\é", "é\\", "——\\\"é",
            "\u{D7FF}\u{E000}\u{10FFFF}\u{10000}",
            String(repeating: "話", count: 50), String(repeating: "\u{1F600}é", count: 30),
        ].map { Array($0.utf8) } + [
            [0xC3], [0xE2, 0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0x80], [0xC3, 0xA9, 0xA9],
        ]

    /// Each piece at each place of three steps.
    @Test(arguments: pieces) func aPieceAnywhere(piece: [UInt8]) {
        for before in 0...200 {
            for after in [0, 1, 14, 15, 16, 17, 62, 63, 64, 65, 130] {
                let start = [UInt8(ascii: "\"")] + [UInt8](repeating: UInt8(ascii: "x"), count: before) + piece
                let text = start + [UInt8](repeating: UInt8(ascii: "y"), count: after) + [UInt8(ascii: "\"")]
                #expect(Self.verdict(text) == Self.plainVerdict(text), "\(before) before \(piece), \(after) after")
            }
        }
    }

    @Test func manyPieces() {
        var generator = SeededGenerator(seed: 7)
        for round in 0..<20_000 {
            var text = [UInt8(ascii: "\"")]
            while Int.random(in: 0..<12, using: &generator) > 0 {
                let length = Int.random(in: 0..<70, using: &generator)
                text += [UInt8](repeating: UInt8(ascii: "z"), count: length)
                text += Self.pieces.randomElement(using: &generator) ?? []
            }
            text.append(UInt8(ascii: "\""))
            #expect(Self.verdict(text) == Self.plainVerdict(text), "round \(round): \(text)")
        }
    }

    /// Both sides of each border of RFC 3629, section 4.
    static let borders: [UInt8] = [
        0x22, 0x5C, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
        0xEF,
        0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    ]

    /// Every lead with every second byte, in every place of a step, before what may follow.
    @Test(arguments: borders) func sequencesOfBytes(lead: UInt8) {
        var generator = SeededGenerator(seed: UInt64(lead))
        for second in Self.borders {
            for before in 0...130 {
                let rest = (0..<3).map { _ in Self.borders.randomElement(using: &generator) ?? 0 }
                for tail in [[], [0x80], [0xBF, 0xBF], rest] {
                    var text = [UInt8(ascii: "\"")] + [UInt8](repeating: UInt8(ascii: "x"), count: before)
                    text +=
                        [lead, second] + tail + [UInt8](repeating: UInt8(ascii: "y"), count: 70) + [UInt8(ascii: "\"")]
                    #expect(Self.verdict(text) == Self.plainVerdict(text), "\(before) before \([lead, second] + tail)")
                }
            }
        }
    }
}
