import Bytes
import JSON
import JSONRPC

/// Questions to a person: by a request of this process, or, in the stateless revision, by the client, which calls
/// again.
extension Reply {
    /// The name of the only question in an `InputRequiredResult`, and of the only field in a form.
    static let field: StaticString = "confirm"
    private static let elicitation = "elicitation/create"

    /// Appends an `elicitation/create` request.
    public static func appendElicitation(_ message: String, id: String, _ revision: Revision, to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.request(elicitation, id: id) { writeForm(message, hasMode: revision >= .november2025, to: &$0) }
    }

    /// Appends the notification that cancels the request with this id.
    public static func appendWithdrawal(id: String, to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.notification("notifications/cancelled") { json in
            json.member("requestId", id)
            json.member("reason", "The call that it was about is over.")
        }
    }

    /// Appends the `"result":…` that makes the client ask, and call again with `state` and the person's answer.
    public func appendInputRequired(_ message: String, state: String, to out: ByteBuffer) {
        out.append("\"result\":")
        var json = JSONWriter(out)
        json.beginObject()
        json.member("resultType", "input_required")
        json.name("inputRequests")
        json.beginObject()
        json.name("\(Self.field)")
        json.beginObject()
        json.member("method", Self.elicitation)
        json.name("params")
        json.beginObject()
        Self.writeForm(message, hasMode: true, to: &json)
        json.endObject()
        json.endObject()
        json.endObject()
        json.member("requestState", state)
        json.endObject()
    }

    /// A form with one required yes or no. It has no default, so the person must choose.
    private static func writeForm(_ message: String, hasMode: Bool, to json: inout JSONWriter) {
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
        json.member("description", "Only yes makes the change; any other answer changes nothing.")
        json.endObject()
        json.endObject()
        json.member("required", ["\(field)"])
        json.endObject()
    }
}

extension JSONSlice {
    /// Whether these capabilities say that the client can ask people by a form.
    var elicits: Bool {
        guard let elicitation = member("elicitation"), elicitation.kind == .object else { return false }
        // An empty object means forms, the only mode at first.
        return elicitation.member("form") != nil || !elicitation.members.contains { _ in true }
    }
}
