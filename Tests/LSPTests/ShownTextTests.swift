import Bytes
import JSON
import Testing

@testable import LSP

/// Text from outside where a person reads it.
@Suite struct ShownTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("cnt_a", "cnt_a"), ("_em_", #"\_em\_"#), ("*b*", #"\*b\*"#), ("`c`", #"\`c\`"#),
        ("[x](y)", #"\[x\](y)"#), ("![x](y)", #"!\[x\](y)"#), ("<b>", #"\<b>"#), ("a&amp;", #"a\&amp;"#),
        ("# h", "\\# h"), ("a # h", "a # h"), ("- l", #"\- l"#), ("a-b", "a-b"), ("1. l", #"1\. l"#),
        ("1.5 h", #"1\.5 h"#),
        ("12) l", #"12\) l"#), ("a (b)", "a (b)"), ("> q", #"\> q"#), ("=", #"\="#), ("10:30", "10:30"),
        ("http://e.example", #"http\://e.example"#), ("WWW.e.example", #"WWW\.e.example"#),
        ("a@b.example", "a@b.example"),
        ("~~s~~", #"\~\~s\~\~"#), ("a|b", #"a\|b"#), (#"\*"#, #"\\\*"#), ("a\nb", #"a\\u{a}b"#),
        ("\u{202e}x", #"\\u{202e}x"#),
        ("漢字 é", "漢字 é"),
    ])
    func markdownHasNoMeaning(text: String, shown: String) { #expect(text.inMarkdown == shown) }

    private func contact(_ name: String, _ address: String) -> RecordFacts? {
        let text = ByteBuffer()
        var json = JSONWriter(text)
        json.beginObject()
        json.member("first_name", name)
        json.name("emails")
        json.beginArray()
        json.beginObject()
        json.member("email", address)
        json.endObject()
        json.endArray()
        json.endObject()
        return ResourceID("cnt_a").flatMap { id in
            withExtendedLifetime(text) { RecordFacts(JSONSlice(checked: text.bytes), id) }
        }
    }

    @Test(arguments: [
        ("Ana Souza", "ana@acme.example", "cnt_a Ana Souza <ana@acme.example>"),
        ("", "ana@acme.example", "cnt_a <ana@acme.example>"), ("Ana", "", "cnt_a Ana"),
        ("A\nB", "a@b", #"cnt_a A\u{a}B <a@b>"#), ("# Ana", "a@b", "cnt_a Ana <a@b>"),
        ("cnt_b", "a@b", "cnt_a cnt b <a@b>"),
        ("x@evil.example", "a@b", "cnt_a x evil.example <a@b>"), ("<x>, y", "a@b", "cnt_a x y <a@b>"),
        ("Ana", "a@b>\n#", "cnt_a Ana"), ("Ana", "a b@c", "cnt_a Ana"), ("Ana", "\u{202e}a@b", "cnt_a Ana"),
    ])
    func nothingInANameMakesALine(name: String, address: String, line: String) {
        #expect(contact(name, address)?.personLine == line)
    }

    @Test(arguments: [
        ("file:///a/b.md", true, "md"), ("FILE:///a/B.CSV", true, "csv"), ("untitled:Untitled-1", true, ""),
        ("file:///a/.attendees", true, "attendees"), ("file:///a.b/c", true, ""),
        ("file:///c.tsv?x=y.z#f.g", true, "tsv"),
        ("git:/a.md", false, "md"), ("", false, ""), ("file", false, ""), ("http://x/a.md", false, "md"),
    ])
    func whatADocumentIs(uri: String, isServed: Bool, ending: String) {
        #expect(DocumentURI.isServed(uri) == isServed && DocumentURI.ending(uri) == ending)
    }

    @Test(arguments: [
        (#""a""#, "a"), (#""a\nb\t\"\\\/""#, "a\nb\t\"\\/"), (#""\u00e9\ud83d\ude00""#, "é😀"),
        (#""\ud83d""#, "\u{FFFD}"),
        (#""\ud83dx""#, "\u{FFFD}x"), (#""\ude00\ud83d\ude00""#, "\u{FFFD}😀"), (#""""#, ""), ("7", ""),
    ])
    func stringsAreDecoded(spelled: String, text: String) {
        let (source, out) = (ByteBuffer(text: spelled), ByteBuffer())
        withExtendedLifetime(source) { JSONSlice(checked: source.bytes).appendText(to: out) }
        #expect(out.bytes.text.utf8.elementsEqual(text.utf8))
    }

    @Test(arguments: [
        ("cnt_ad", 6, "contact", "ad", 0..<6), ("x cnt_ad", 8, "contact", "ad", 2..<8),
        ("ngmt_", 5, "engagement", "", 0..<5),
        ("cnt_adam", 6, "contact", "ad", 0..<8), ("cmp_a", 5, "company", "a", 0..<5), ("usr_a", 5, "user", "a", 0..<5),
        ("cnt_ad", 4, "contact", "", 0..<6),
    ])
    func whatIsTyped(text: String, offset: Int, kind: String, query: String, range: Range<Int>) {
        let document = TextDocument(uri: "file:///a", version: 1, text: ByteBuffer(text: text))
        let context = CompletionContext.before(offset, in: document, isAttendees: false)
        #expect(context?.kind.word == kind && context?.query == query && context?.range == range)
    }

    @Test(arguments: [("xcnt_a", 6), ("cnt_a-b", 7), ("cnt", 3), ("tag_a", 5), ("cnt_a b", 7), ("", 0), ("-cnt_a", 6)])
    func nothingOfOursIsTyped(text: String, offset: Int) {
        let document = TextDocument(uri: "file:///a", version: 1, text: ByteBuffer(text: text))
        #expect(CompletionContext.before(offset, in: document, isAttendees: false) == nil)
    }

    @Test func peopleAreTypedInAttendeesDocuments() {
        let text = "# Kickoff ngmt_a\nAda L\n  a\ncnt_b Ada\nada@x, more"
        let document = TextDocument(uri: "file:///a", version: 1, text: ByteBuffer(text: text))
        func query(_ line: Int, _ character: Int) -> String? {
            let offset = document.offset(of: TextPosition(line: line, character: character), .utf8)
            return CompletionContext.before(offset, in: document, isAttendees: true)?.query
        }
        #expect(query(1, 5) == "Ada L" && query(1, 2) == "Ad" && query(1, 1) == nil)
        #expect(query(0, 9) == nil && query(2, 3) == nil && query(3, 9) == nil && query(4, 5) == "ada@x")
    }
}
