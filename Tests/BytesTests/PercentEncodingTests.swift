import Bytes
import Testing

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("", "", ""), ("abc", "abc", "abc"), ("a%41%2fb", "aA/b", "aA/b"), ("%c3%A9", "é", "é"), ("+", "+", "+"),
        ("%", "%", nil), ("a%4", "a%4", nil), ("%4g1", "%4g1", nil), ("%+1", "%+1", nil), ("%%41", "%A", nil),
        ("%FF", "\u{FFFD}", nil),
    ])
    func decoding(_ text: String, _ kept: String, _ strict: String?) {
        #expect(text.percentDecoded == kept)
        #expect(text.strictlyPercentDecoded == strict)
        #expect("x\(text)".dropFirst().percentDecoded == kept)
    }

    @Test func aPlusInAForm() {
        let decoded = PercentEncoding.decode("a+b%2B".utf8, brokenEscape: .refused, plusIsSpace: true)
        #expect(decoded == Array("a b+".utf8))
    }

    @Test func encodingComesBack() {
        let text = String(String.UnicodeScalarView((0...0x2FF).compactMap(Unicode.Scalar.init)))
        let out = ByteBuffer()
        out.appendPercentEncoded(text)
        let encoded = out.bytes.text
        #expect(encoded.utf8.allSatisfy { $0.isAlphanumeric || "-._~%".utf8.contains($0) })
        #expect(encoded.hasPrefix("%00%01") && encoded.contains("%2F0123456789%3A"))
        #expect(encoded.strictlyPercentDecoded == text)
    }
}
