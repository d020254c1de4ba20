import JSONRPC
import LSP

/// Asks a person in an editor, in the words of every question.
final class EditorConsent: Asker {
    private let editor: any EditorAsker

    init(_ editor: any EditorAsker) { self.editor = editor }

    func ask(_ question: Question, id: String) { editor.ask(question.message, id: id) }
    func withdraw(id: String) { editor.withdraw(id: id) }

    func verdict(in response: Response) -> Verdict {
        switch editor.verdict(ClientAnswer(response)) {
        case .yes: .yes
        case .no: .no
        case .cantBeAsked: .notAsked("the editor has no window/showMessageRequest")
        }
    }
}
