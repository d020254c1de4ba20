import Bytes
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct JSONSliceTests {
    @Test(
        arguments: [
            ("{}", .object), ("[]", .array), ("\"\"", .string), ("0", .number), ("true", .true), ("false", .false),
            ("null", .null),
        ] as [(String, JSONSlice.Kind)])
    func kinds(_ text: String, _ kind: JSONSlice.Kind) throws {
        try withValue(" \n\(text) ") { value in
            #expect(value.kind == kind && value.bytes.text == text)
            #expect(value.bool == (kind == .true ? true : kind == .false ? false : nil))
            // Asked for what it is not, a value says so and nothing else.
            #expect((value.plainString != nil) == (kind == .string) && (value.string != nil) == (kind == .string))
            #expect((value.integer != nil) == (kind == .number))
            #expect(value.members.contains { _ in true } == false && value.elements.contains { _ in true } == false)
            #expect(value.member("a") == nil && value.reads("") == (kind == .string))
        }
    }

    @Test func members() throws {
        try withValue(#" { "a" : 1 , "b\n":[2, 3],"a":{"x":null} , "\u0063":"d" } "#) { value in
            #expect(value.members.map(\.name.bytes.text) == [#""a""#, #""b\n""#, #""a""#, #""\u0063""#])
            #expect(value.members.map(\.value.bytes.text) == ["1", "[2, 3]", #"{"x":null}"#, #""d""#])
            #expect(value.member("a")?.integer == 1, "the first of two")
            #expect(value.member("c")?.string == "d", "escaped name")
            #expect(value.member("b\n")?.kind == .array)
            #expect(value.member("x") == nil && value.member("") == nil && value.member("A") == nil)
            #expect(value.elements.contains { _ in true } == false)
        }
    }

    @Test func elements() throws {
        try withValue(#"[1 , "a,]" ,[],[[2]],{"k":[3]}, null]"#) { value in
            #expect(value.elements.map(\.bytes.text) == ["1", #""a,]""#, "[]", "[[2]]", #"{"k":[3]}"#, "null"])
            #expect(value.members.contains { _ in true } == false)
            var iterator = value.elements.makeIterator()
            for _ in 0..<6 { #expect(iterator.next() != nil) }
            for _ in 0..<3 { #expect(iterator.next() == nil) }
        }
    }

    @Test func deepestLevel() throws {
        let depth = JSONScanner.depthLimit
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        try withValue(text) { value in
            var value = value
            for _ in 1..<depth { value = try #require(value.elements.first { _ in true }) }
            #expect(value.bytes.text == "[]")
        }
    }

    @Test(
        arguments: [
            (#""""#, ""), (#""abc é 😀""#, "abc é 😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u00e9\u20AC\ud83d\uDE00""#, "é€😀"), (#""a\u0000b""#, "a\u{0}b"),
            (#""\ufeffx\uFFFE\uffff""#, "\u{FEFF}x\u{FFFE}\u{FFFF}"),
            (#""\\u0041""#, "\\u0041"), (#""\ud83d\ude00\ud83d\ude01""#, "😀😁"),
            (#""\ud800""#, nil), (#""\udc00""#, nil), (#""\ude00\ud83d""#, nil), (#""\ud83d\u0041""#, nil),
            (#""\ud83d\n""#, nil), (#""\ud83dx""#, nil), (#""\ud83d\ud83d\ude00""#, nil), (#""x\ud800 y""#, nil),
        ] as [(String, String?)])
    func strings(_ text: String, _ expected: String?) throws {
        try withValue(text) { value in
            #expect(value.string.map { Array($0.unicodeScalars) } == expected.map { Array($0.unicodeScalars) })
            #expect(value.hasEscapes == text.contains("\\"))
            #expect(value.plainString?.text == (text.contains("\\") ? nil : expected))
        }
    }

    @Test func readsLiterals() throws {
        for (text, expected) in [
            (#""name""#, true), (#""n\u0061me""#, true), (#""\u006E\u0061\u006d\u0065""#, true), (#""Name""#, false),
            (#""nam""#, false), (#""names""#, false), (#""n\u0061m""#, false), (#""n\u0061mes""#, false),
            (#""n\u0161me""#, false), (#""\ud83dame""#, false), (#""\nname""#, false), (#""name\u0000""#, false),
            ("1", false), ("null", false), (#"["name"]"#, false), (#""na\u0301me""#, false),
        ] {
            #expect(try withValue(text) { $0.reads("name") } == expected, "\(text)")
        }
        // Canonically equivalent is not equal.
        #expect(try withValue(#""\u212A""#) { $0.reads("K") } == false)
        #expect(try withValue(#""\u037e""#) { $0.reads(";") } == false)
        #expect(try withValue(#""\"\\\/\b\f\n\r\t""#) { $0.reads("\"\\/\u{8}\u{C}\n\r\t") })
        #expect(try withValue(#""\u00e9""#) { $0.reads("é") } == false, "only ASCII is compared with escapes")
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-12", -12), ("3.0", 3), ("3e0", 3), ("3E2", 300), ("1.5e1", 15),
            ("-1.50E+2", -150),
            ("300e-2", 3), ("0.00", 0), ("-0.0e5", 0), ("0e999999999999999999999", 0), ("0.0e-99999999999999999999", 0),
            ("9007199254740992", 9_007_199_254_740_992), ("-9007199254740992", -9_007_199_254_740_992),
            ("9007199254740991", 9_007_199_254_740_991), ("9007199254740993", nil), ("-9007199254740993", nil),
            ("900719925474099.2e1", 9_007_199_254_740_992),
            ("9007199254740992.0000000000000000000", 9_007_199_254_740_992),
            ("1000000000000000.0", 1_000_000_000_000_000), ("100000000000000000000e-18", 100),
            ("1e15", 1_000_000_000_000_000),
            ("1e16", nil), ("1e400", nil), ("-1e400", nil), ("1e-1", nil), ("1.5", nil), ("-0.5", nil), ("1e-400", nil),
            ("0.99999999999999999999999", nil), ("1.00000000000000000000001", nil), ("4503599627370496.5", nil),
            ("99999999999999999999", nil), ("1e99999999999999999999999", nil), ("1e-99999999999999999999999", nil),
            ("0.000000000000000000000000000001e30", 1), ("12345678901234567890e-10", nil),
            ("1234567890123450e-1", 123_456_789_012_345),
        ] as [(String, Int?)])
    func integers(_ text: String, _ expected: Int?) throws {
        #expect(try withValue(text) { $0.integer } == expected)
    }

    @Test func integersOfAnyLength() throws {
        let zeros = String(repeating: "0", count: 100_000)
        #expect(try withValue("1\(zeros)e-100000") { $0.integer } == 1)
        #expect(try withValue("0.\(zeros)5e100001") { $0.integer } == 5)
        #expect(try withValue("1\(zeros)") { $0.integer } == nil)
        #expect(try withValue("1.\(zeros)") { $0.integer } == 1)
        #expect(try withValue("1.\(zeros)1") { $0.integer } == nil)
    }

    /// Against `Decimal`, which is exact for as many digits.
    @Test func integersAsDecimalSeesThem() throws {
        var generator = SeededGenerator(seed: 21)
        func digits(_ range: ClosedRange<Int>) -> String {
            String(
                (0..<Int.random(in: range, using: &generator)).map { _ in
                    "0012359".randomElement(using: &generator) ?? "0"
                })
        }
        for _ in 0..<3_000 {
            var text = Bool.random(using: &generator) ? "-" : ""
            text += Bool.random(using: &generator) ? "0" : "1" + digits(0...14)
            if Bool.random(using: &generator) { text += "." + digits(1...12) }
            if Bool.random(using: &generator) { text += "e\(Int.random(in: -20...20, using: &generator))" }
            var exact = try #require(Decimal(string: text))
            var rounded = Decimal()
            NSDecimalRound(&rounded, &exact, 0, .plain)
            let isWhole = rounded == exact && exact.magnitude <= Decimal(9_007_199_254_740_992)
            let expected = isWhole ? Int(truncating: exact as NSDecimalNumber) : nil
            let actual = try withValue(text) { $0.integer }
            if actual != expected {
                Issue.record("\(text): \(String(describing: actual)), not \(String(describing: expected))")
            }
        }
    }

    @Test(arguments: [
        ("{}", nil), (#"{"a":1,"b":2}"#, nil), (#"{"a":1,"b":2,"a":3}"#, "a"), (#"{"a":1,"\u0061":3}"#, "a"),
        (#"{"\ud800":1,"\udc00":2}"#, nil), (#"{"x":{"a":1,"a":2}}"#, nil), ("[1,1]", nil), (#""a""#, nil),
    ])
    func aRepeatedNameIsFound(text: String, name: String?) throws {
        #expect(try withValue(text) { $0.repeatedName?.string } == name)
    }
}
