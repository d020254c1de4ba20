import Bytes
import JSON

/// A question to the person about a write to one engagement, by `window/showMessageRequest`.
final class AttendeesQuestion: EditorAsker {
    /// The title of the answer that is a yes.
    private let yes: String
    private unowned let server: LanguageServer
    /// The document that it is about, and its text; nil for none.
    private let subject: (open: OpenAttendees, text: [UInt8])?
    /// Told of a question that the client can't show.
    private let onFailure: (EditorQuestion) -> Void
    /// Told as soon as it is answered by anything but a yes.
    private var onNo: () -> Void = {}
    private var asked: (question: EditorQuestion, id: String)?
    /// The work that a yes has begun, as the client shows it.
    private var work: Int?
    /// The number of the call that asks.
    private(set) var call: Int?

    static let no = "Keep as it is"

    init(
        _ yes: String, _ server: LanguageServer, about subject: (open: OpenAttendees, text: [UInt8])?,
        onFailure: @escaping (EditorQuestion) -> Void
    ) {
        (self.yes, self.server, self.subject, self.onFailure) = (yes, server, subject, onFailure)
    }

    /// Notes the call that asks, and who is told as soon as the answer is anything but a yes.
    func belong(to call: Int, onNo: @escaping () -> Void) { (self.call, self.onNo) = (call, onNo) }

    /// The person has said yes: the work begins.
    func beginWork() { work = server.work.begin("\(yes): attendees", token: nil, server.client) }

    func endWork() { if let work { server.work.end(work) } }

    func ask(_ question: EditorQuestion, id: String) {
        endWork()
        asked = (question, id)
        // Heard once the call no longer waits for it.
        server.requests.expect(id) { [server, yes] answer in
            guard answer.chooses(yes) else { return }
            server.tell(.warning, "That answer came too late, or the document was closed: nothing was changed.")
        }
        server.requests.post("window/showMessageRequest", id: id) { [server, yes] json in
            Self.write(question.text, yes: yes, server, to: &json)
        }
    }

    /// Writes a question's params. The harmless answer is first, because Enter picks the first in several editors; but
    /// in one the first is the only one that can be chosen.
    static func write(_ question: String, yes: String, _ server: LanguageServer, to json: inout JSONWriter) {
        json.member("type", MessageKind.warning.rawValue)
        json.member("message", question.broken)
        json.name("actions")
        json.beginArray()
        for title in server.client.name == "vim-lsp" ? [yes, no] : [no, yes] {
            json.beginObject()
            json.member("title", title)
            json.endObject()
        }
        json.endArray()
    }

    func verdict(_ answer: ClientAnswer) -> EditorVerdict {
        guard let asked else { return .no }
        server.requests.forget(asked.id)
        let verdict = judge(answer, asked.question)
        if verdict == .yes { beginWork() } else { onNo() }
        return verdict
    }

    private func judge(_ answer: ClientAnswer, _ question: EditorQuestion) -> EditorVerdict {
        if case .refused(-32601) = answer {
            onFailure(question)
            return .cantBeAsked
        }
        guard answer.chooses(yes) else { return .no }
        guard let subject else { return .yes }
        if subject.open.isOpen, let document = server.documents[subject.open.uri],
            document.text.elementsEqual(subject.text)
        {
            return .yes
        }
        server.tell(.warning, "The document was changed since the question, so nothing was replaced. Save it again.")
        return .no
    }
}

extension ClientAnswer {
    /// Whether the person has chosen the action with this title.
    func chooses(_ title: String) -> Bool {
        guard case .result(let result?) = self, result.kind == .object, let chosen = result.member("title") else {
            return false
        }
        return chosen.spells(utf8: Array(title.utf8))
    }
}
