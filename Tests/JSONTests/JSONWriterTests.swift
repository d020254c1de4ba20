import Bytes
import Foundation
import JSON
import Testing

@Suite struct JSONWriterTests {
    static func written(_ body: (inout JSONWriter) -> Void) -> String {
        let out = ByteBuffer()
        var writer = JSONWriter(out)
        body(&writer)
        return withExtendedLifetime(out) { out.bytes.text }
    }

    @Test func valuesAndCommas() {
        let text = Self.written { writer in
            writer.beginObject()
            writer.member("a", 1)
            writer.member("b", "x")
            writer.member("c", true)
            writer.member("d", ["p", "q"])
            writer.member("e", [String]())
            writer.name("f")
            writer.beginArray()
            writer.null()
            writer.bool(false)
            writer.integer(Int.min)
            writer.raw(Bytes("{\"raw\":1}"))
            writer.beginObject()
            writer.endObject()
            writer.beginArray()
            writer.endArray()
            writer.string("")
            writer.endArray()
            writer.name("g")
            writer.beginObject()
            writer.member("h", 0)
            writer.endObject()
            writer.member("i", -1)
            writer.endObject()
        }
        let expected =
            #"{"a":1,"b":"x","c":true,"d":["p","q"],"e":[],"#
            + #""f":[null,false,-9223372036854775808,{"raw":1},{},[],""],"g":{"h":0},"i":-1}"#
        #expect(text == expected)
    }

    @Test(arguments: [
        ("", #""""#), ("a/b", #""a/b""#), ("\"\\", #""\"\\""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{8}\u{C}\u{1F}", #""\u0000\u0008\u000c\u001f""#),
        ("\u{7E}\u{7F}\u{80}\u{9F}\u{A0}", "\"~\\u007f\\u0080\\u009f\u{A0}\""),
        ("é😀", "\"é😀\""), ("\u{200A}\u{200B}\u{200F}\u{2010}", "\"\u{200A}\\u200b\\u200f\u{2010}\""),
        ("\u{2027}\u{2028}\u{2029}\u{202A}\u{202E}\u{202F}", "\"\u{2027}\\u2028\\u2029\\u202a\\u202e\u{202F}\""),
        ("\u{2065}\u{2066}\u{2069}\u{206A}\u{2070}", "\"\\u2065\\u2066\\u2069\\u206a\u{2070}\""),
        ("\u{FEFF}", #""\ufeff""#), ("\u{2060}\u{AD}\u{180E}\u{3164}", #""\u2060\u00ad\u180e\u3164""#),
        ("\u{E0041}", #""\udb40\udc41""#), ("x\u{FE0F}\u{E0101}", #""x\ufe0f\udb40\udd01""#),
        ("\u{61B}\u{61C}", "\"\u{61B}\\u061c\""), ("\r\n", #""\r\n""#), ("\u{1B}[31m", #""\u001b[31m""#),
    ])
    func strings(_ text: String, _ expected: String) {
        #expect(Array(Self.written { $0.string(text) }.utf8) == Array(expected.utf8))
    }

    /// Every scalar comes back, and none that disturbs goes out as it is.
    @Test func allScalars() throws {
        var text = String.UnicodeScalarView()
        for value in UInt32(0)...0x1_1000 where Unicode.Scalar(value) != nil {
            text.append(Unicode.Scalar(value) ?? " ")
        }
        text.append("\u{10FFFF}")
        let written = Self.written { $0.string(String(text)) }
        #expect(!written.unicodeScalars.contains { $0.isDisturbing })
        try withValue(written) { value in
            #expect(value.string.map { Array($0.unicodeScalars) } == Array(text))
        }
    }

    /// All that Unicode calls a control, a bidirectional control or ignorable, because it has no looks, disturbs.
    @Test func disturbing() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            let isUnseen =
                properties.generalCategory == .control || properties.isBidiControl
                || properties.isDefaultIgnorableCodePoint
            if isUnseen && !scalar.isDisturbing { Issue.record("U+\(String(value, radix: 16))") }
        }
        for scalar in "aé\u{A0}漢😀\u{300}".unicodeScalars { #expect(!scalar.isDisturbing) }
    }
}

@Suite struct JSONPrettyTests {
    static func pretty(_ text: String, indent: Int = 0) throws -> String {
        let out = ByteBuffer()
        try withValue(text) { $0.appendPretty(to: out, indent: indent) }
        return withExtendedLifetime(out) { out.bytes.text }
    }

    @Test(arguments: [
        ("1.50", "1.50"), ("\"\\u0041\"", "\"\\u0041\""), ("{}", "{}"), ("[ ]", "[]"), (" { \n } ", "{}"),
        ("[1,2]", "[\n  1,\n  2\n]"), ("{\"b\":1,\"a\":2,\"b\":3}", "{\n  \"b\": 1,\n  \"a\": 2,\n  \"b\": 3\n}"),
        ("[[],{},[[]]]", "[\n  [],\n  {},\n  [\n    []\n  ]\n]"),
        (
            "{\"a\":{\"b\":[true,null]},\"c\":\"x, y: [z]\"}",
            "{\n  \"a\": {\n    \"b\": [\n      true,\n      null\n    ]\n  },\n  \"c\": \"x, y: [z]\"\n}"
        ),
    ])
    func layout(_ text: String, _ expected: String) throws {
        #expect(try Self.pretty(text) == expected)
        // What was laid out once stays as it is.
        #expect(try Self.pretty(expected) == expected)
    }

    static let compact: [(String, String)] = [
        (" [ 1.50 ,\n{ \"a\" : \"x  y\" } ] ", "[1.50,{\"a\":\"x  y\"}]"), ("{ }", "{}"), ("[ ]", "[]"),
        ("null", "null"),
        ("{\"b\":1,\"b\" : [2, 3],\"a\":{}}", "{\"b\":1,\"b\":[2,3],\"a\":{}}"),
        // As the API spelled it, halves of surrogate pairs too, but for what could disturb a terminal.
        ("\"cut \\ud83d \\u0041\"", "\"cut \\ud83d \\u0041\""),
        ("{\"\u{200F}\":\"\u{61C}\u{200E}\u{202E}\u{9B}é\"}", "{\"\\u200f\":\"\\u061c\\u200e\\u202e\\u009bé\"}"),
    ]

    @Test(arguments: compact)
    func onOneLine(_ text: String, _ expected: String) throws {
        for spelled in [text, expected] {
            let out = ByteBuffer()
            try withValue(spelled) { $0.appendCompact(to: out) }
            let compact = withExtendedLifetime(out) { out.bytes.text }
            #expect(compact == expected)
        }
    }

    @Test func indented() throws {
        #expect(try Self.pretty("[1,[2]]", indent: 2) == "[\n      1,\n      [\n        2\n      ]\n    ]")
    }

    @Test func deepest() throws {
        let depth = JSONScanner.depthLimit
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let pretty = try Self.pretty(text)
        #expect(pretty.filter { !$0.isWhitespace } == text)
    }
}
