import Bytes
import Testing

@testable import LSP

/// The changes that bring an attendees document up to date, as editors apply them.
@Suite struct AttendeesEditsTests {
    private static func document(_ text: String) -> TextDocument {
        TextDocument(uri: "file:///ngmt_a.attendees", version: 1, text: ByteBuffer(text.utf8))
    }

    private static func base(_ ids: [String], rooms: [String] = []) -> AttendeesBase? {
        let people = ids.map {
            "{\"id\":\"\($0)\",\"first_name\":\"N\($0.dropFirst(4))\",\"emails\":[{\"email\":\"\($0.dropFirst(4))@x.io\"}]}"
        }
        let rooms = rooms.map { "{\"id\":\"\($0)\",\"first_name\":\"R\"}" }
        let text = ByteBuffer(
            "{\"id\":\"ngmt_a\",\"title\":\"T\",\"people\":[\(people.joined(separator: ","))],\"rooms\":[\(rooms.joined(separator: ","))]}"
                .utf8)
        return ResourceID("ngmt_a").flatMap { AttendeesBase(file: text, $0) }
    }

    private static func edits(_ text: String, to base: AttendeesBase) -> [EditedText.Change] {
        let document = document(text)
        return AttendeesEdits(document, AttendeesText(document), to: base) { base.id(of: $0) }.edits.map {
            EditedText.Change(range: document.range(of: $0.range, .utf8), text: $0.text)
        }
    }

    /// What becomes of a document, and the number of edits.
    private static func updated(_ text: String, to ids: [String], rooms: [String] = []) throws -> (String, Int) {
        let base = try #require(Self.base(ids, rooms: rooms))
        let edits = Self.edits(text, to: base)
        return (EditedText.byPlaces(text, edits), edits.count)
    }

    @Test(arguments: [
        ("# T (ngmt_a)\ncnt_a Na <a@x.io>\n", ["cnt_a"], "# T (ngmt_a)\ncnt_a Na <a@x.io>\n", 0),
        ("# U (ngmt_a)\ncnt_a x\n", ["cnt_a"], "# T (ngmt_a)\ncnt_a x\n", 1),
        ("a@x.io\n# mine\ncnt_b y\n", ["cnt_a", "cnt_b"], "cnt_a Na <a@x.io>\n# mine\ncnt_b y\n", 1),
        ("cnt_a x\ncnt_b y\ncnt_c z", ["cnt_b"], "cnt_b y", 2),
        ("cnt_a x\ncnt_b y\ncnt_c z\n", ["cnt_b"], "cnt_b y\n", 2),
        ("cnt_a Eve <eve@x.io>\n", ["cnt_a"], "cnt_a Na <a@x.io>\n", 1),
        ("cnt_a x", ["cnt_a", "cnt_b"], "cnt_a x\ncnt_b Nb <b@x.io>", 1),
        ("cnt_a x\n", ["cnt_a", "cnt_b"], "cnt_a x\ncnt_b Nb <b@x.io>\n", 1),
        ("cnt_a x\r\n", ["cnt_a", "cnt_b"], "cnt_a x\r\ncnt_b Nb <b@x.io>\r\n", 1),
        ("cnt_a x\n\n  \n", ["cnt_a", "cnt_b"], "cnt_a x\ncnt_b Nb <b@x.io>\n\n  \n", 1),
        ("", ["cnt_a"], "cnt_a Na <a@x.io>", 1), ("\n", ["cnt_a"], "cnt_a Na <a@x.io>\n", 1),
        ("\n\n", ["cnt_a"], "cnt_a Na <a@x.io>\n\n\n", 1), ("(nobody)\n", ["cnt_a"], "cnt_a Na <a@x.io>\n", 1),
        ("(nobody)\n(nobody)\n", ["cnt_a"], "cnt_a Na <a@x.io>\n", 1),
        ("cnt_a x\ncnt_a x\n", ["cnt_a"], "cnt_a x\n", 1), ("what?\ncnt_a x\n", ["cnt_a"], "cnt_a x\n", 1),
        ("cnt_a, cnt_b, cnt_c\n", ["cnt_a", "cnt_b"], "cnt_a Na <a@x.io>\ncnt_b Nb <b@x.io>\n", 1),
        ("# Room: R (cnt_r)\ncnt_a x\n", ["cnt_a"], "cnt_a x\n", 1),
        // Somebody at the end goes, somebody comes: one change.
        ("# mine\ncnt_a x\ncnt_b y\n", ["cnt_a", "cnt_c"], "# mine\ncnt_a x\ncnt_c Nc <c@x.io>\n", 1),
        ("# mine\na@x.io\ncnt_b y\n", ["cnt_a", "cnt_c"], "# mine\ncnt_a Na <a@x.io>\ncnt_c Nc <c@x.io>\n", 1),
    ])
    func smallEdits(_ text: String, _ ids: [String], _ expected: String, _ count: Int) throws {
        let (found, edits) = try Self.updated(text, to: ids)
        #expect(found == expected)
        #expect(edits == count)
        // What it says then is what is there.
        let document = Self.document(found)
        let base = try #require(Self.base(ids))
        #expect(AttendeesDocuments.says(AttendeesText(document), base))
    }

    @Test(arguments: [
        ("a\nb\nc\n", 0, "b\nc\n"), ("a\nb\nc\n", 1, "a\nc\n"), ("a\nb\nc\n", 2, "a\nb\n"), ("a\nb\nc", 2, "a\nb"),
        ("a\r\nb\r\n", 1, "a\r\n"), ("a\r\nb\r\n", 0, "b\r\n"), ("a", 0, ""), ("a\n", 0, "\n"),
    ])
    func aLineGoes(_ text: String, _ line: Int, _ expected: String) {
        let document = Self.document(text)
        let range = document.range(of: AttendeesEdits.removal(of: line, from: document), .utf8)
        let edits = [EditedText.Change(range: range, text: "")]
        #expect(EditedText.byPlaces(text, edits) == expected)
        #expect(EditedText.byLines(text, edits, text.contains("\r\n") ? "\r\n" : "\n") == expected)
    }

    /// Two editors, one that puts the text together by places and one that has a list of lines, come to the same; it
    /// lists exactly the people, and no blank line has come or gone.
    @Test func editorsAgree() throws {
        let lines = [
            "# T (ngmt_a)", "# U (ngmt_a)", "# mine", "# Room: R (cnt_r)", "# Room: S (cnt_s)", "cnt_a", "cnt_b Ada",
            "cnt_c Nc <c@x.io>", "a@x.io", "Bé <b@x.io>", "cnt_d Eve <eve@x.io>", "cnt_a, cnt_b, c@x.io", "cnt_z",
            "cnt_r", "who?", "cnt_b, who?", "(nobody)", "", "  ",
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let chosenEnd = ["\n", "\n", "\r\n"].randomElement(using: &random) ?? "\n"
            let count = Int.random(in: 0...6, using: &random)
            let chosen = (0..<count).map { _ in lines.randomElement(using: &random) ?? "" }
            let text = chosen.joined(separator: chosenEnd) + (Bool.random(using: &random) ? chosenEnd : "")
            let lineEnd = text.contains("\r\n") ? "\r\n" : "\n"
            let ids = ["cnt_a", "cnt_b", "cnt_c", "cnt_d"].filter { _ in Bool.random(using: &random) }.shuffled()
            let base = try #require(Self.base(ids, rooms: Bool.random(using: &random) ? ["cnt_r"] : []))
            let edits = Self.edits(text, to: base)
            let found = EditedText.byPlaces(text, edits)
            #expect(EditedText.byLines(text, edits, lineEnd) == found, "\(text.debugDescription), \(ids), \(edits)")
            let read = AttendeesText(Self.document(found))
            #expect(AttendeesDocuments.says(read, base), "\(text.debugDescription), \(ids): \(found.debugDescription)")
            #expect(ids.isEmpty || read.nobody.isEmpty, "\(text.debugDescription), \(ids): \(found.debugDescription)")
            // A document without a line looks like one blank line.
            let isEnded = text.hasSuffix(lineEnd)
            #expect(
                EditedText.isBare(text) || EditedText.isBare(found)
                    || EditedText.blanks(found, isEnded: isEnded) == EditedText.blanks(text, isEnded: isEnded),
                "\(text.debugDescription), \(ids): \(found.debugDescription)")
            let again = Self.edits(found, to: base)
            #expect(again.isEmpty, "\(text.debugDescription), \(ids): \(found.debugDescription), then \(again)")
        }
    }
}
