import JSON
import JSONRPC

/// The outcome of a question, as the client reports it.
public enum Elicited: Sendable {
    /// The person has said yes, in the form's one field.
    case yes
    /// The form came back without a yes in it: some hosts send forms by themselves.
    case unfilled
    /// The person has said no.
    case declined
    /// The person closed the question without an answer.
    case cancelled
    /// Nobody was asked, for this reason.
    case notAsked(String)

    /// Reads the response to an `elicitation/create` of this process.
    public init(in response: Response) {
        // Some libraries write every member of a message, `error` as null.
        let error = response.error.flatMap { $0.kind == .null ? nil : $0 }
        guard let result = response.result, error == nil, !response.isAmbiguous else {
            self = .notAsked(error?.member("message")?.string ?? "the client gave no clear answer")
            return
        }
        self.init(result: result)
    }

    /// Reads an `ElicitResult`. An ambiguous one counts as no answer.
    init(result: JSONSlice?) {
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

    /// Reads the answer from the `inputResponses` of a repeated call.
    static func returned(_ params: JSONSlice?) -> Elicited {
        let answers = params?.member("inputResponses")
        return Elicited(result: answers?.repeatedName == nil ? answers?.member(Reply.field) : nil)
    }
}
