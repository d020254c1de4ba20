import JSON
import JSONRPC

/// What became of a question, as the client says.
public enum Elicited: Sendable {
    /// The person has said yes, in the form's one field.
    case yes
    /// The form came back without a yes in it: some hosts send forms by themselves.
    case unfilled
    /// The person has said no.
    case declined
    /// The question was put away.
    case cancelled
    /// Nobody was asked; why, as far as it was told.
    case notAsked(String)

    /// What the client has answered to an `elicitation/create` of ours.
    public init(_ response: Response) {
        // Some libraries write every member that a message may have.
        let error = response.error.flatMap { $0.kind == .null ? nil : $0 }
        guard let result = response.result, error == nil, !response.isAmbiguous else {
            self = .notAsked(error?.member("message")?.string ?? "the client gave no clear answer")
            return
        }
        self.init(result)
    }

    /// What an `ElicitResult` says. Where it can be read in two ways, it says nothing.
    init(_ result: JSONSlice?) {
        let isClear = result?.repeatedName == nil && (result?.member("error")?.kind ?? .null) == .null
        switch isClear ? result?.member("action")?.string : nil {
        case "accept":
            let content = result?.member("content")
            let isYes = content?.member(Reply.field)?.bool == true && content?.repeatedName == nil
            self = isYes ? .yes : .unfilled
        case "decline": self = .declined
        case "cancel": self = .cancelled
        default: self = .notAsked("the client gave no clear answer")
        }
    }

    /// What is said in the `inputResponses` of a call that has come back.
    static func returned(_ params: JSONSlice?) -> Elicited {
        let answers = params?.member("inputResponses")
        return Elicited(answers?.repeatedName == nil ? answers?.member(Reply.field) : nil)
    }
}
