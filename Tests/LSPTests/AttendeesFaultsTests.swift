import Bytes
import JSON
import Testing

@testable import LSP

/// The marks of an attendees document, its lens, and what comes of a press or a save: they say the same.
@Suite struct AttendeesFaultsTests {
    /// A process that allows everything, and whose API never answers.
    private final class Surroundings: EditorSurroundings {
        private(set) var sent: [String] = []
        private(set) var writeCount = 0
        let seconds = 0.0

        func send(_ write: (ByteBuffer) -> Void) {
            let frame = ByteBuffer()
            write(frame)
            sent.append(withExtendedLifetime(frame) { frame.bytes.text })
        }

        func wake(_ alarm: Alarm, in seconds: Double) {}
        func cancel(_ alarm: Alarm) {}
        func offers(_ method: String) -> Bool { true }
        func state(of id: ResourceID, _ urgency: Urgency?) -> RecordState? { nil }
        func dropLookUps() -> Bool { false }
        func call(
            _ method: String, _ writeParams: (inout JSONWriter) -> Void, isWanted: @escaping () -> Bool,
            then: @escaping (CallReply) -> Void
        ) {}
        func write(
            _ method: String, asking asker: any EditorAsker, granted: [UInt8]?,
            _ writeParams: (inout JSONWriter) -> Void, then: @escaping (CallReply) -> Void
        ) -> Int {
            writeCount += 1
            return writeCount
        }
        func giveUp(call: Int) {}
    }

    /// A folder with what the document was made from.
    private final class Folder: AttendeesFolder {
        private static let base =
            #"{"id":"ngmt_a","title":"T","people":[{"id":"cnt_a"},{"id":"cnt_b"}],"rooms":[{"id":"cnt_r"}]}"#
        let wallSeconds = 0

        func uri(of name: String) -> String? { "file:///" + name }
        func name(of uri: String) -> String? { String(uri.dropFirst("file:///".count)) }
        func read(_ name: String) -> ByteBuffer? { ByteBuffer(text: Self.base) }
        func write(_ name: String, _ content: ByteBuffer) -> Bool { true }
        func hold(_ name: String) {}
        func release(_ name: String) {}
        func isOpenElsewhere(_ name: String) -> Bool { false }
    }

    /// An editor in which somebody has typed a text over the document.
    private final class Editor {
        private let surroundings: Surroundings
        private let attendees: AttendeesDocuments
        private let server: LanguageServer
        private let document: TextDocument

        init(_ text: String) {
            let (surroundings, attendees) = (Surroundings(), AttendeesDocuments(Folder()))
            let document = TextDocument(
                uri: "file:///ngmt_a.attendees", version: 1, text: ByteBuffer(text: "cnt_a\ncnt_b\n"))
            (self.surroundings, self.attendees, self.document) = (surroundings, attendees, document)
            server = LanguageServer(version: "1", surroundings: surroundings, attendees: attendees)
            attendees.take(.opened, document)
            document.replaceAll { $0.append(text: text) }
            attendees.take(.edited, document)
        }

        var faults: [EditorDiagnostic] { attendees.faults(in: document) }
        /// Each mark as its line and code.
        var marks: [String] { faults.map { "\(document.line(at: $0.range.lowerBound)) \($0.code)" } }
        var lens: String? { attendees.lenses(of: document).first?.command.title }
        var writeCount: Int { surroundings.writeCount }

        /// What the person is told by a press, then by a save.
        func told() -> [String] {
            attendees.replace(document, token: nil)
            attendees.take(.saved, document)
            return surroundings.sent
        }
    }

    private static let faulty = [
        ("cnt_a\n(nobody)\n", ["1 invalid_value"]), ("cnt_c\n(nobody)\n", ["1 invalid_value"]),
        ("(nobody)\ncnt_a\ncnt_b\n", ["0 invalid_value"]), ("cnt_r\n(nobody)\n", ["1 invalid_value"]),
        ("x@y.example\n(nobody)\n", ["1 invalid_value"]),
        ("(nobody)\ncnt_a\n(nobody)\n", ["0 invalid_value", "2 invalid_value"]),
        ("", ["0 required"]), ("# mine\n\n", ["0 required"]), ("cnt_r\n", ["0 required"]),
        ("# mine\ncnt_r Room\n", ["0 required"]),
    ]

    @Test(arguments: faulty)
    func aFaultOfTheWholeDocumentStopsIt(_ text: String, _ marks: [String]) throws {
        let editor = Editor(text)
        #expect(editor.marks == marks)
        #expect(editor.lens == "Replace: mend \(marks.count) fault\(marks.count == 1 ? "" : "s") first")
        let message = try #require(editor.faults.first).message
        let told = editor.told()
        #expect(told.count == 2 && told.allSatisfy { $0.contains("\(message) Nobody was asked.") }, "\(told)")
        #expect(editor.writeCount == 0)
    }

    private static let faultless = [
        ("(nobody)\n", "Replace: drops 2, adds 0", 1), ("cnt_a\n", "Replace: drops 1, adds 0", 1),
        ("cnt_r\ncnt_c\n", "Replace: drops 2, adds 1", 1), ("cnt_r\ncnt_a\ncnt_b\n", "No change", 0),
    ]

    @Test(arguments: faultless)
    func nothingElseStopsIt(_ text: String, _ lens: String, _ writeCount: Int) {
        let editor = Editor(text)
        #expect(editor.marks == [])
        #expect(editor.lens == lens)
        _ = editor.told()
        #expect(editor.writeCount == writeCount)
    }

    /// While a line is wrong, it may be the one with the people.
    @Test func aWrongLineIsOneFault() {
        let editor = Editor("who?\n")
        #expect(editor.marks == ["0 invalid_value"])
        #expect(editor.lens == "Replace: mend 1 fault first")
    }
}
