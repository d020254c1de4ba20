import Bytes
@testable import JSON
import TestSupport
import Testing

@Suite struct JSONScannerTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1", "-1", "10", "0.5", "-0.0e+00", "1E400", "1e-400",
        "123456789012345678901",
        "\"\"", "\"a\"", "{}", "[]", " [ ] ", "\t\r\n{ \"a\" : [ 1 , { } , \"\\u0000\" ] } \n", "{\"a\":1,\"a\":2}",
        "{\"\":{}}", "[[],[[]],{}]", "\"\u{7F}\u{80}\u{9F}\u{2028}\u{FEFF}\u{FFFF}\u{10FFFF}\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\\ud800\"",
    ])
    func accepted(_ text: String) throws {
        #expect(try verdict(text.utf8) == nil)
        #expect(try verdict(("[" + text + "]").utf8) == nil)
        #expect(try verdict(("{\"x\":" + text + "}").utf8) == nil)
    }

    @Test(
        arguments: [
            ("", 0, .end), (" \n", 2, .end), ("[", 1, .end), ("{", 1, .end), ("[1", 2, .end), ("[1,", 3, .end),
            ("{\"a\"", 4, .end), ("{\"a\":", 5, .end), ("{\"a\":1", 6, .end), ("{\"a\":1,", 7, .end), ("\"", 1, .end),
            ("\"abc", 4, .end), ("\"\\", 2, .end), ("\"\\u", 3, .end), ("\"\\u00", 5, .end), ("\"\\u000", 6, .end),
            ("t", 1, .end), ("nul", 3, .end), ("-", 1, .end), ("1.", 2, .end), ("1e", 2, .end), ("1e+", 3, .end),
            ("[[1]", 4, .end), ("]", 0, .value), ("}", 0, .value), (",", 0, .value), ("[,1]", 1, .value),
            ("[1,]", 3, .value), ("[1,,2]", 3, .value), ("{\"a\":}", 5, .value), ("+1", 0, .value), (".5", 0, .value),
            ("NaN", 0, .value), ("Infinity", 0, .value), ("True", 0, .value), ("truE", 3, .value), ("nulL", 3, .value),
            ("'a'", 0, .value), ("\u{FEFF}{}", 0, .value), ("\u{0}", 0, .value), ("/**/1", 0, .value),
            ("\u{C}1", 0, .value),
            ("\u{B}1", 0, .value), ("\u{A0}1", 0, .value), ("{1:1}", 1, .name), ("{,}", 1, .name), ("{a:1}", 1, .name),
            ("{\"a\":1,}", 7, .name), ("{null:1}", 1, .name), ("{\"a\"}", 4, .colon), ("{\"a\" 1}", 5, .colon),
            ("{\"a\",1}", 4, .colon), ("{\"a\"::1}", 5, .value), ("[1 2]", 3, .comma), ("[1}", 2, .comma),
            ("[1:2]", 2, .comma), ("{\"a\":1]", 6, .comma), ("{\"a\":1 \"b\":2}", 7, .comma), ("[01]", 2, .comma),
            ("[0x1]", 2, .comma), ("[truefalse]", 5, .comma), ("[1\u{0}]", 2, .comma), ("1 2", 2, .trailing),
            ("{}{}", 2, .trailing), ("{}]", 2, .trailing), ("01", 1, .trailing), ("-01", 2, .trailing),
            ("1.5.5", 3, .trailing), ("1\u{0}", 1, .trailing), ("nullx", 4, .trailing), ("\"a\"b", 3, .trailing),
            ("\"a\n\"", 2, .control), ("\"\u{0}\"", 1, .control), ("\"\u{1F}\"", 1, .control), ("\"\t\"", 1, .control),
            ("{\"\r\":1}", 2, .control), ("\"\\a\"", 1, .escape), ("\"\\'\"", 1, .escape), ("\"\\U0041\"", 1, .escape),
            ("\"\\u004g\"", 1, .escape), ("\"\\u 041\"", 1, .escape), ("\"\\x41\"", 1, .escape),
            ("\"\\\n\"", 1, .escape),
            ("\"\\u00\"", 1, .escape), ("\"\\u\u{FF14}041\"", 1, .escape), ("-a", 1, .number), ("--1", 1, .number),
            ("-.5", 1, .number), ("1.a", 2, .number), ("1.e5", 2, .number), ("1ee5", 2, .number), ("1e+-5", 3, .number),
            ("[-]", 2, .number), ("-Infinity", 1, .number), ("[1.]", 3, .number),
        ] as [(String, Int, JSONSyntaxError.Reason)])
    func refused(_ text: String, _ offset: Int, _ reason: JSONSyntaxError.Reason) throws {
        #expect(try verdict(text.utf8) == JSONSyntaxError(offset: offset, reason: reason))
    }

    /// Every sequence of bytes that is a scalar's, and every one next to it that is not.
    @Test(
        arguments: [
            ([0x7F], true), ([0x80], false), ([0xBF], false), ([0xC0, 0x80], false), ([0xC0, 0xAF], false),
            ([0xC1, 0xBF], false), ([0xC2, 0x80], true), ([0xC2, 0x7F], false), ([0xC2, 0xC0], false),
            ([0xDF, 0xBF], true), ([0xE0, 0x80, 0x80], false), ([0xE0, 0x9F, 0xBF], false), ([0xE0, 0xA0, 0x80], true),
            ([0xE0, 0xA0, 0x7F], false), ([0xEC, 0xBF, 0xBF], true), ([0xED, 0x9F, 0xBF], true),
            ([0xED, 0xA0, 0x80], false), ([0xED, 0xBF, 0xBF], false), ([0xEE, 0x80, 0x80], true),
            ([0xEF, 0xBB, 0xBF], true), ([0xEF, 0xBF, 0xBF], true), ([0xEF, 0xBF, 0xC0], false),
            ([0xF0, 0x80, 0x80, 0x80], false), ([0xF0, 0x8F, 0xBF, 0xBF], false), ([0xF0, 0x90, 0x80, 0x80], true),
            ([0xF0, 0x90, 0x80, 0xC0], false), ([0xF0, 0x90, 0x7F, 0x80], false), ([0xF3, 0xBF, 0xBF, 0xBF], true),
            ([0xF4, 0x8F, 0xBF, 0xBF], true), ([0xF4, 0x90, 0x80, 0x80], false), ([0xF5, 0x80, 0x80, 0x80], false),
            ([0xF8, 0x88, 0x80, 0x80, 0x80], false), ([0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], false), ([0xFE], false),
            ([0xFF], false), ([0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], false),
        ] as [([UInt8], Bool)])
    func utf8(_ sequence: [UInt8], _ isValid: Bool) throws {
        for before in [0, 1, 13, 14, 15, 16, 17] {
            let text = [0x22] + [UInt8](repeating: 0x61, count: before) + sequence + [0x22]
            let expected = isValid ? nil : JSONSyntaxError(offset: 1 + before, reason: .utf8)
            #expect(try verdict(text) == expected)
            // Cut anywhere inside, by the closing quote or by the end of the text.
            for length in 1..<max(1, sequence.count) where isValid {
                let cut = text.prefix(1 + before + length)
                let error = JSONSyntaxError(offset: 1 + before, reason: .utf8)
                #expect(try verdict(cut) == error)
                #expect(try verdict(cut + [0x22]) == error)
                #expect(try verdict(cut + [0x61, 0x61, 0x61, 0x22]) == error)
            }
        }
    }

    /// All two-byte and three-byte beginnings, against Swift's own decoder.
    @Test func utf8AsSwiftSeesIt() throws {
        var generator = SeededGenerator(seed: 11)
        let edges: [UInt8] = [0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xFF]
        for lead in UInt8(0x80)...0xFF {
            for second in edges {
                var sequence = [lead, second]
                for _ in 0..<Int.random(in: 0...2, using: &generator) {
                    sequence.append(edges.randomElement(using: &generator) ?? 0x80)
                }
                let isValid = String(validating: sequence, as: UTF8.self) != nil
                #expect(try (verdict([0x22] + sequence + [0x22]) == nil) == isValid, "\(sequence)")
            }
        }
    }

    /// Strings are read 16 bytes a step: a byte that ends a step is found wherever in the step it is.
    @Test func blockBoundaries() throws {
        for length in 0...40 {
            let plain = [0x22] + [UInt8](repeating: 0x7E, count: length) + [0x22]
            #expect(try verdict(plain) == nil)
            #expect(try verdict(plain.dropLast()) == JSONSyntaxError(offset: length + 1, reason: .end))
            for at in 0..<length {
                for (special, error) in [
                    ([0x22], .trailing), ([0x5C, 0x6E], nil), ([0x5C, 0x5C], nil), ([0x00], .control),
                    ([0x1F], .control), ([0x80], .utf8), ([0xFF], .utf8), ([0xC3, 0xA9], nil), ([0x20], nil),
                    ([0x7F], nil), ([0x21], nil), ([0x23], nil), ([0x5B], nil), ([0x5D], nil),
                    ([0xF0, 0x9F, 0x98, 0x80], nil),
                ] as [([UInt8], JSONSyntaxError.Reason?)] {
                    var text = plain
                    text.replaceSubrange((1 + at)...(1 + at), with: special)
                    let offset = error == .trailing ? 2 + at : 1 + at
                    let expected = error.map { JSONSyntaxError(offset: offset, reason: $0) }
                    let actual = try verdict(text)
                    if actual != expected {
                        Issue.record("\(special) at \(at) of \(length): \(String(describing: actual))")
                    }
                }
            }
        }
    }

    @Test func depth() throws {
        func nested(_ depth: Int, _ open: String, _ close: String, _ inner: String = "") -> [UInt8] {
            Array((String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)).utf8)
        }
        #expect(JSONScanner.depthLimit == 512)
        for depth in [1, 511, 512] {
            #expect(try verdict(nested(depth, "[", "]")) == nil)
            #expect(try verdict(nested(depth, "{\"a\":", "}", "1")) == nil)
        }
        #expect(try verdict(nested(513, "[", "]")) == JSONSyntaxError(offset: 512, reason: .depth))
        #expect(try verdict(nested(513, "{\"a\":", "}", "1")) == JSONSyntaxError(offset: 5 * 512, reason: .depth))
        #expect(try verdict(nested(1_000_000, "[", "]")) == JSONSyntaxError(offset: 512, reason: .depth))
        #expect(try verdict(nested(1_000_000, "[", "")) == JSONSyntaxError(offset: 512, reason: .depth))
        #expect(try verdict(nested(1_000_000, "{\"a\":", "")) == JSONSyntaxError(offset: 5 * 512, reason: .depth))
        // Side by side is no depth.
        let wide = "[" + String(repeating: "[],", count: 10_000) + "{}]"
        #expect(try verdict(wide.utf8) == nil)
    }

    @Test func nothingToRead() throws {
        var scanner = JSONScanner(Bytes(start: nil, count: 0))
        #expect(throws: JSONSyntaxError(offset: 0, reason: .end)) { _ = try scanner.text() }
    }

    /// Every beginning of a text is refused at its very end, but where the text could end there.
    @Test func everyCut() throws {
        let text = Array("{\"key\":[true,false,null,-12.5e+3,\"a\\n\\u00e9é😀\",{}],\"k\\\"2\":\"\"}".utf8)
        #expect(try verdict(text) == nil)
        for length in text.indices {
            let error = try #require(try verdict(text.prefix(length)))
            let isInsideScalar = error.reason == .utf8 && text[length] & 0xC0 == 0x80
            #expect(isInsideScalar || error == JSONSyntaxError(offset: length, reason: .end), "\(length)")
        }
    }

    @Test(arguments: [
        ("[1,2]", false), ("[1,\n2]", true), ("\r[]", true), ("[]\n", true), ("{\"a\" :\r\n1}", true),
        ("{ \t}", false), ("[\"\\n\"]", false),
    ])
    func lineBreaks(_ text: String, _ expected: Bool) throws {
        try lend(text.utf8) { lent in
            var scanner = JSONScanner(lent)
            _ = try scanner.text()
            #expect(scanner.sawLineBreak == expected)
        }
    }

    @Test func stepByStep() throws {
        try lend(" {\"a\" : 1, \"b\":[2 ,3] } x".utf8) { lent in
            var scanner = JSONScanner(lent)
            var object = try scanner.openObject()
            let first = try #require(try scanner.nextMember(of: &object))
            #expect(first.name.bytes.equals("\"a\"") && first.value.bytes.equals("1"))
            let second = try #require(try scanner.nextMember(of: &object))
            #expect(second.name.reads("b") && second.value.kind == .array && second.value.bytes.equals("[2 ,3]"))
            #expect(try scanner.nextMember(of: &object) == nil)
            #expect(throws: JSONSyntaxError(offset: 24, reason: .trailing)) { try scanner.finish() }
        }
        try lend("[1]".utf8) { lent in
            var scanner = JSONScanner(lent)
            #expect(throws: JSONSyntaxError(offset: 0, reason: .value)) { _ = try scanner.openObject() }
            var array = try scanner.openArray(depth: 511)
            #expect(try scanner.nextElement(of: &array)?.bytes.equals("1") == true)
            #expect(try scanner.nextElement(of: &array) == nil)
        }
        try lend("[[1]]".utf8) { lent in
            var scanner = JSONScanner(lent)
            var array = try scanner.openArray(depth: 511)
            #expect(throws: JSONSyntaxError(offset: 1, reason: .depth)) { _ = try scanner.nextElement(of: &array) }
        }
    }
}
