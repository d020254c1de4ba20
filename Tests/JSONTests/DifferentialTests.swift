import Bytes
import Foundation
import JSON
import TestSupport
import Testing

/// The scanner's verdict against `JSONSerialization`'s, on valid texts damaged at random.
@Suite struct DifferentialTests {
    static let seeds = [
        #"{"a":1,"b":[true,false,null],"c":{"d":"e"}}"#, #"[-0.5e+10,12,0,1E-3,-7]"#,
        #"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"]"#,
        #" [ { } , [ ] , "" ] "#, #"{"é":"😀","":0}"#, #""plain text that is longer than sixteen bytes""#,
        "[1,\n2,\r\n\t3]", #"[[[[[[]]]]]]"#, "null", "-12", #"{"id":"x","method":"y","params":{"list":[1,2,3]}}"#,
    ]

    static let pieces: [[UInt8]] = [
        Array("\"".utf8), Array("\\".utf8), Array(",".utf8), Array(":".utf8), Array("[".utf8), Array("]".utf8),
        Array("{".utf8), Array("}".utf8), Array("0".utf8), Array("-".utf8), Array("+".utf8), Array(".".utf8),
        Array("e".utf8), Array("9".utf8), Array("true".utf8), Array("null".utf8), Array("\\u".utf8),
        Array("\\ud800".utf8), Array("\\udc00".utf8), Array(" ".utf8), Array("\n".utf8), Array("\t".utf8), [0x00],
        [0x1F],
        [0x7F], [0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF], [0xFE, 0xFF], [0xF4, 0x90, 0x80, 0x80],
        [0xE2, 0x80, 0xA8], Array("1e400".utf8), Array("99999999999999999999".utf8), Array("/*".utf8),
        Array("NaN".utf8),
    ]

    static func damaged(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Array((seeds.randomElement(using: &generator) ?? "").utf8)
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let at = Int.random(in: 0...bytes.count, using: &generator)
            let length = Int.random(in: 0...min(4, bytes.count - at), using: &generator)
            switch Int.random(in: 0...4, using: &generator) {
            case 0: bytes.removeSubrange(at..<(at + length))
            case 1: bytes.insert(contentsOf: bytes[at..<(at + length)], at: at)
            case 2: bytes.replaceSubrange(at..<(at + length), with: pieces.randomElement(using: &generator) ?? [])
            case 3: bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: at)
            default: if at < bytes.count { bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &generator) }
            }
        }
        return bytes
    }

    /// Why the two may differ. Any other difference is a fault of one of them.
    enum Difference: CaseIterable, Sendable {
        /// `JSONSerialization` takes a comma before a closing bracket; RFC 8259 §2 has none.
        case trailingComma
        /// It skips a byte order mark; we refuse it.
        case byteOrderMark
        /// It guesses UTF-16 and UTF-32 from the zero bytes; we read UTF-8 only.
        case otherEncoding
        /// It refuses an escaped half of a surrogate pair, which RFC 8259 §8.2 allows and calls unpredictable.
        case loneSurrogate
        /// It refuses numbers that no `Double` can hold; we keep them as spelled.
        case hugeNumber
    }

    static func theirs(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    static func difference(_ bytes: [UInt8], _ error: JSONSyntaxError?) -> Difference? {
        if let error {
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return .byteOrderMark }
            if bytes.contains(0) { return .otherEncoding }
            let before = bytes[..<error.offset].last { !$0.isSpace }
            return before == UInt8(ascii: ",") && "]}".utf8.contains(bytes[error.offset]) ? .trailingComma : nil
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let pairs = #/\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}/#
        if text.replacing(pairs, with: "").contains(#/\\u[dD][89a-fA-F][0-9a-fA-F]{2}/#) { return .loneSurrogate }
        let numbers = text.matches(of: #/-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/#)
        return numbers.contains { Double(String($0.output.0))?.isInfinite ?? false } ? .hugeNumber : nil
    }

    @Test(arguments: 1...4)
    func damagedTexts(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var agreed = [true: 0, false: 0]
        for _ in 0..<5_000 {
            let bytes = Self.damaged(&generator)
            let error = try verdict(bytes)
            let theirs = Self.theirs(bytes)
            guard (error == nil) != theirs else {
                agreed[theirs, default: 0] += 1
                continue
            }
            if Self.difference(bytes, error) == nil {
                Issue.record("\(String(decoding: bytes, as: UTF8.self).debugDescription): \(String(describing: error))")
            }
        }
        #expect(agreed.values.allSatisfy { $0 > 500 }, "both kinds of text have to come up")
    }

    /// One text for each difference, so that the list holds nothing that is none.
    @Test(
        arguments: [
            (Array("[1,]".utf8), .trailingComma), (Array("{\"a\":1 , }".utf8), .trailingComma),
            ([0xEF, 0xBB, 0xBF] + Array("{}".utf8), .byteOrderMark),
            ([0x5B, 0, 0x31, 0, 0x5D, 0], .otherEncoding), ([0, 0x5B, 0, 0x31, 0, 0x5D], .otherEncoding),
            (Array("\"\\ud800\"".utf8), .loneSurrogate), (Array("\"\\ude00\\ud83d\"".utf8), .loneSurrogate),
            (Array("{\"\\uDFFF\":1}".utf8), .loneSurrogate), (Array("1e400".utf8), .hugeNumber),
            (Array("[-1E+999]".utf8), .hugeNumber),
        ] as [([UInt8], Difference)])
    func knownDifferences(_ bytes: [UInt8], _ expected: Difference) throws {
        let error = try verdict(bytes)
        #expect((error == nil) != Self.theirs(bytes))
        #expect(Self.difference(bytes, error) == expected)
    }

    /// What one might take for a difference and is none.
    @Test(arguments: [
        ("1e-400", true), ("[1]\u{0}", false), ("\u{0}", false), ("\"\u{0}\"", false), ("\"\u{1F}\"", false),
        ("\"\u{7F}\"", true), ("{\"a\":1,\"a\":2}", true), ("01", false), ("[1]x", false), ("[1] [2]", false),
        ("'a'", false), ("NaN", false), ("\"\\u0000\"", true), ("\"\u{2028}\"", true), ("", false), (" ", false),
        ("123456789012345678901234567890", true), ("[,]", false), ("{,}", false), ("[1,,]", false), ("1.", false),
        (String(repeating: "[", count: 512) + String(repeating: "]", count: 512), true),
        (String(repeating: "[", count: 513) + String(repeating: "]", count: 513), false),
    ])
    func agreement(_ text: String, _ isAccepted: Bool) throws {
        #expect(try (verdict(text.utf8) == nil) == isAccepted)
        #expect(Self.theirs(Array(text.utf8)) == isAccepted)
    }
}
