import Bytes
import Testing

@Suite struct BytesTests {
    static func lend<Result>(_ text: String, _ body: (Bytes) -> Result) -> Result {
        var text = text
        return text.withUTF8 { body(Bytes($0)) }
    }

    @Test func equality() {
        let empty = Bytes(start: nil, count: 0)
        #expect(empty.equals(empty) && empty.equals("") && Bytes("").equals(empty))
        #expect(!empty.equals("a") && !Bytes("a").equals(empty))
        #expect(Bytes("abc").equals("abc") && !Bytes("abc").equals("abd") && !Bytes("abc").equals("ab"))
        #expect(Self.lend("abc") { $0.equals(Bytes("abc")) })
    }

    @Test(arguments: [
        ("Content-Type", true), ("content-type", true), ("CONTENT-TYPE", true), ("content-typ", false),
        ("content-type ", false), ("content\u{0}type", false), ("content_type", false), ("", false),
        ("cöntent-type", false),
    ])
    func caseless(_ text: String, _ expected: Bool) {
        #expect(Self.lend(text) { $0.equalsIgnoringCase("content-type") } == expected)
    }

    @Test func prefixes() {
        #expect(Bytes("abc").starts(with: "ab") && Bytes("abc").starts(with: "abc") && Bytes("abc").starts(with: ""))
        #expect(!Bytes("abc").starts(with: "abcd") && !Bytes("abc").starts(with: "b"))
        #expect(!Bytes(start: nil, count: 0).starts(with: "a") && Bytes(start: nil, count: 0).starts(with: ""))
    }

    @Test func slices() {
        let bytes = Bytes("abcdef")
        #expect(bytes.slice(0, 6).equals("abcdef") && bytes.slice(2, 4).equals("cd") && bytes.slice(3, 3).isEmpty)
        #expect(bytes.dropping(0).equals("abcdef") && bytes.dropping(4).equals("ef") && bytes.dropping(6).isEmpty)
        #expect(bytes.slice(2, 5)[0] == UInt8(ascii: "c"))
        #expect(Bytes(start: nil, count: 0).slice(0, 0).isEmpty && Bytes(start: nil, count: 0).dropping(0).isEmpty)
    }

    @Test func positions() {
        #expect(Bytes("abcabc").firstPosition(of: UInt8(ascii: "b")) == 1)
        #expect(Bytes("abcabc").dropping(2).firstPosition(of: UInt8(ascii: "b")) == 2)
        #expect(Bytes("abc").firstPosition(of: 0) == nil && Bytes("").firstPosition(of: 0) == nil)
        #expect(Bytes(start: nil, count: 0).firstPosition(of: 0) == nil)
        #expect(Self.lend("a\u{0}") { $0.firstPosition(of: 0) } == 1)
    }

    @Test func lastPositions() {
        #expect(Bytes("abcabc").lastPosition(of: UInt8(ascii: "b")) == 4)
        #expect(Bytes("abcabc").slice(0, 4).lastPosition(of: UInt8(ascii: "b")) == 1)
        #expect(Bytes("abc").lastPosition(of: 0) == nil && Bytes(start: nil, count: 0).lastPosition(of: 0) == nil)
    }

    @Test func parts() {
        #expect(
            Bytes("abcabd").holds(Bytes("abd")) && Bytes("abc").holds(Bytes("abc")) && Bytes("abc").holds(Bytes("")))
        #expect(!Bytes("abcab").holds(Bytes("abd")) && !Bytes("ab").holds(Bytes("abc")))
        #expect(!Bytes(start: nil, count: 0).holds(Bytes("a")) && Bytes(start: nil, count: 0).holds(Bytes("")))
    }

    @Test(arguments: [
        ("", ""), (" ", ""), (" \t\r\n", ""), ("a", "a"), (" a", "a"), ("a\r\n", "a"), ("\t a b \n", "a b"),
        ("\u{B}a\u{C}", "\u{B}a\u{C}"), ("\u{A0}a", "\u{A0}a"),
    ])
    func trimming(_ text: String, _ expected: String) {
        #expect(Self.lend(text) { $0.trimmed.text } == expected)
    }

    @Test func textOfBrokenUTF8() {
        #expect(([0x61, 0xFF, 0x62] as [UInt8]).withUnsafeBytes { $0.text } == "a\u{FFFD}b")
    }

    @Test func classes() {
        for byte in UInt8.min...UInt8.max {
            let scalar = Unicode.Scalar(byte)
            #expect(byte.isSpace == " \t\n\r".unicodeScalars.contains(scalar))
            #expect(byte.isDigit == ("0"..."9").contains(scalar))
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            #expect(byte.isAlphanumeric == (byte.isDigit || isLetter))
        }
    }

    @Test func fingerprints() {
        var seen: Set<UInt64> = []
        for length in 0...40 {
            let bytes = [UInt8](repeating: 0, count: length)
            let number = bytes.withUnsafeBytes { $0.fingerprint }
            #expect(bytes.withUnsafeBytes { $0.fingerprint } == number)
            // The same bytes elsewhere, not aligned.
            #expect(([1] + bytes).withUnsafeBytes { $0.dropping(1).fingerprint } == number)
            seen.insert(number)
            for index in 0..<length {
                var other = bytes
                other[index] = 1
                seen.insert(other.withUnsafeBytes { $0.fingerprint })
            }
        }
        #expect(seen.count == 41 + 40 * 41 / 2, "no two alike")
    }
}
