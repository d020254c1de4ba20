import Bytes
import Tables
import Testing

@testable import LSP

/// Who is named in an attendees document, and what is not.
@Suite struct AttendeesTextTests {
    private static func document(_ text: String) -> TextDocument {
        TextDocument(uri: "file:///ngmt_a.attendees", version: 1, text: ByteBuffer(text.utf8))
    }

    private static func told(_ text: String) -> String {
        let document = document(text)
        let read = AttendeesText(document)
        let people = read.entries.map { entry in
            "\(entry.line):" + document.text.slice(entry.range.lowerBound, entry.range.upperBound).text
        }
        let faults = read.faults.map { fault in
            "\(fault.line)!" + document.text.slice(fault.range.lowerBound, fault.range.upperBound).text
        }
        return (people + faults + read.nobody.map { "\($0)-" }).joined(separator: " | ")
    }

    @Test(arguments: [
        ("", ""), ("\n\n  \n", ""), ("# cnt_a\n#a@b.c\n", ""), ("cnt_a", "0:cnt_a"),
        ("cnt_a\r\ncnt_b\r\n", "0:cnt_a | 1:cnt_b"),
        ("  cnt_a  ", "0:cnt_a"), ("cnt_a Ada", "0:cnt_a"), ("cnt_a Ada Lovelace <ada@x.io>", "0:cnt_a"),
        ("cnt_a <ada@x.io>", "0:cnt_a"), ("cnt_a<ada@x.io>", "0:cnt_a"), ("cnt_a O'Brien (Sales)", "0:cnt_a"),
        ("ada@x.io", "0:ada@x.io"), ("Ada <ada@x.io>", "0:ada@x.io"), ("\"Doe, Jane\" <j@x.io>", "0:j@x.io"),
        ("mailto:ada@x.io", "0:mailto:ada@x.io"), ("cnt_a, cnt_b", "0:cnt_a | 0:cnt_b"),
        // Somebody else on the line is never taken for a part of a name.
        ("cnt_a cnt_b", "0:cnt_a | 0:cnt_b"), ("cnt_a bob@x.io", "0:cnt_a | 0:bob@x.io"),
        ("cnt_a Ada, bob@x.io", "0:cnt_a | 0:bob@x.io | 0!Ada"), ("cnt_a <ada>", "0:cnt_a | 0!<ada>"),
        ("Ada Lovelace", "0!Ada Lovelace"), ("cnt_", "0!cnt_"), ("cnt_a-b", "0!cnt_a-b"), ("ngmt_a", "0!ngmt_a"),
        ("ada@", "0!ada@"), ("(nobody)", "0-"), ("(nobody)\n(nobody)", "0- | 1-"), ("cnt_ä", "0!cnt_ä"),
        ("é cnt_a", "0:cnt_a | 0!é"),
        ("cnt_a A\u{200B}da", "0:cnt_a | 0!A\u{200B}da"), (" # no comment", "0!# no comment"),
    ])
    func lines(_ text: String, _ expected: String) {
        #expect(Self.told(text) == expected)
    }

    @Test func aDocumentIsReadAsItWasWritten() {
        let names = [
            "Ada", "", "#x", "a\nb", "<b@c.d>", "cnt_evil", "x, y@z.w; (nobody)", "\"", "‮evil\u{200B}", "a|b", "，",
        ]
        for name in names {
            let attendee = Attendee(id: "cnt_a", name: name, addresses: [name + "@x.io", "a b@c", "ok@x.io"])
            let document = Self.document("# x\n" + attendee.line + "\ncnt_b\n")
            let read = AttendeesText(document)
            #expect(read.entries.map(\.person) == [.id("cnt_a"), .id("cnt_b")], "\(attendee.line)")
            #expect(read.faults.isEmpty && document.lineCount == 4, "\(attendee.line)")
        }
    }

    @Test(arguments: [
        ("file:///x/ngmt_a.attendees", "ngmt_a"), ("file:///x/ngmt_a.attendees?x#y", "ngmt_a"),
        ("file:///x/cnt_a.attendees", nil), ("file:///x/ngmt_a.txt", nil), ("file:///x/ngmt_.attendees", nil),
        ("untitled:ngmt_a.attendees", nil), ("file:///x/.attendees", nil),
    ])
    func itsNameSaysWhichItIs(_ uri: String, _ id: String?) {
        #expect(AttendeesDocuments.id(of: uri)?.text == id)
    }
}
