import Bytes
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

/// A person is asked: by a request of this process, or, in the stateless revision, by the client, which calls again.
extension Reply {
    /// The name of the one question in an `InputRequiredResult`, and of the one field in its form.
    static let field: StaticString = "confirm"

    /// Appends an `elicitation/create` request.
    public static func appendElicitation(_ message: String, id: String, _ revision: Revision, to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.beginObject()
        json.member("jsonrpc", "2.0")
        json.member("id", id)
        writeElicitation(message, hasMode: revision >= .november2025, to: &json)
        json.endObject()
    }

    /// Appends the notification that takes the request with this id back.
    public static func appendWithdrawal(id: String, to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.beginObject()
        json.member("jsonrpc", "2.0")
        json.member("method", "notifications/cancelled")
        json.name("params")
        json.beginObject()
        json.member("requestId", id)
        json.member("reason", "The call that it was about is over.")
        json.endObject()
        json.endObject()
    }

    /// Appends the `"result":…` that has the client ask, and call again with `state` and what the person did.
    public func appendInputRequired(_ message: String, state: String, to out: ByteBuffer) {
        out.append("\"result\":")
        var json = JSONWriter(out)
        json.beginObject()
        json.member("resultType", "input_required")
        json.name("inputRequests")
        json.beginObject()
        json.name("\(Self.field)")
        json.beginObject()
        Self.writeElicitation(message, hasMode: true, to: &json)
        json.endObject()
        json.endObject()
        json.member("requestState", state)
        json.endObject()
    }

    /// A yes or no, which the person has to choose: nothing is chosen beforehand, and without it the form is not filled
    /// in.
    private static func writeElicitation(_ message: String, hasMode: Bool, to json: inout JSONWriter) {
        json.member("method", "elicitation/create")
        json.name("params")
        json.beginObject()
        if hasMode { json.member("mode", "form") }
        json.member("message", message.printableLines)
        json.name("requestedSchema")
        json.beginObject()
        json.member("type", "object")
        json.name("properties")
        json.beginObject()
        json.name("\(field)")
        json.beginObject()
        json.member("type", "boolean")
        json.member("title", "Yes, do it")
        json.member("description", "Only yes has it done; with anything else nothing is changed.")
        json.endObject()
        json.endObject()
        json.member("required", ["\(field)"])
        json.endObject()
        json.endObject()
    }
}

extension JSONSlice {
    /// Whether these capabilities of a client have it ask people by a form.
    var elicits: Bool {
        guard let elicitation = member("elicitation"), elicitation.kind == .object else { return false }
        // Nothing in it means forms, which were all there was at first.
        return elicitation.member("form") != nil || !elicitation.members.contains { _ in true }
    }
}
