import JSONRPC
import LSP

/// Asks a person in an editor, in the words of every question.
final class EditorConsent: Asker {
    private let editor: any EditorAsker

    init(_ editor: any EditorAsker) { self.editor = editor }

    func ask(_ question: Question, id: String) {
        editor.ask(EditorQuestion(question.message, about: question.subject), id: id)
    }
    // What an editor shows can't be taken back. A later answer is told to be too late.
    func withdraw(id: String) {}

    func verdict(in response: Response) -> Verdict {
        switch editor.verdict(ClientAnswer(response)) {
        case .yes: .yes
        case .no: .no
        case .cantBeAsked: .notAsked("the editor has no window/showMessageRequest")
        }
    }
}
