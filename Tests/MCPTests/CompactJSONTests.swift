import Bytes
import Testing

@testable import MCP

/// JSON without space between tokens and without raw characters that disturb.
struct CompactJSONTests {
    @Test(arguments: [
        ("{ \"a\" : [ 1 ,\r\n\t2.50 ] }", #"{"a":[1,2.50]}"#),
        (#"  "a b"  "#, #""a b""#),
        (#"{"a b":" c  d "}"#, #"{"a b":" c  d "}"#),
        (#"["\" , \\ ", "\\"  , 1]"#, #"["\" , \\ ","\\",1]"#),
        ("\"a\u{2028}b\u{2029}\"", #""a\u2028b\u2029""#),
        ("\"\u{7F}\u{80}\u{85}\u{9F}\u{A0}\"", "\"\\u007f\\u0080\\u0085\\u009f\u{A0}\""),
        ("\"\u{202A}\u{202E}\u{2066}\u{2069}\"", #""\u202a\u202e\u2066\u2069""#),
        // Joiners and marks that scripts need stay: families of emoji and right-to-left text.
        ("\"\u{200D}\u{200F}\u{2027}\u{202F}\u{206A}\"", "\"\u{200D}\u{200F}\u{2027}\u{202F}\u{206A}\""),
        ("\"é€😀\u{2014}\"", "\"é€😀\u{2014}\""),
        (#""\u2028 stays as spelled""#, #""\u2028 stays as spelled""#),
        // Halves of surrogate pairs become the replacement character, whole pairs stay.
        (#""\ud83d\ude00\uD83D\uDE00""#, #""\ud83d\ude00\uD83D\uDE00""#),
        (#""\ud83d""#, #""\ufffd""#), (#""\ude00x""#, #""\ufffdx""#),
        (#""\ud83d\ud83d\ude00""#, #""\ufffd\ud83d\ude00""#),
        (#""\ud83d\n\ude00""#, #""\ufffd\n\ufffd""#), (#""\\ud83d""#, #""\\ud83d""#),
        (#"{"\udbff":1}"#, #"{"\ufffd":1}"#),
        ("[]", "[]"), ("null", "null"), ("[ ]", "[]"), (#""""#, #""""#),
    ])
    func isCompactAndPrintable(spaced: String, compact: String) {
        #expect(Self.compact(spaced) == compact)
        #expect(Self.compact(compact) == compact, "and stays so")
    }

    /// What the client spelled, such as an id, goes back to it as the same value.
    @Test func whatIsTheClientsKeepsItsHalves() {
        let (buffer, out) = (ByteBuffer(Array("\"\\ud83d\u{2028}\"".utf8)), ByteBuffer())
        withExtendedLifetime((buffer, out)) {
            CompactJSON.append(buffer.bytes, to: out, isClients: true)
            #expect(out.bytes.text == #""\ud83d\u2028""#)
        }
    }

    @Test(arguments: [
        (#"{"a":"b"}"#, #""{\"a\":\"b\"}""#), (#"["\\","\""]"#, #""[\"\\\\\",\"\\\"\"]""#), ("1", "\"1\""),
    ])
    func quotedIsTheSameOnceMore(compact: String, quoted: String) throws {
        let (buffer, out) = (ByteBuffer(Array(compact.utf8)), ByteBuffer())
        CompactJSON.appendQuoted(buffer, to: out)
        let text = withExtendedLifetime(out) { out.bytes.text }
        #expect(text == quoted)
        #expect(try read(text) { $0.string } == compact)
    }

    private static func compact(_ text: String) -> String {
        let (buffer, out) = (ByteBuffer(Array(text.utf8)), ByteBuffer())
        return withExtendedLifetime((buffer, out)) {
            CompactJSON.append(buffer.bytes, to: out)
            return out.bytes.text
        }
    }
}
