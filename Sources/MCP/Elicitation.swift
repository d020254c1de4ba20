import Bytes
import JSON

/// A person is asked: by a request of this process, or, in the stateless revision, by the client, which calls again.
extension Reply {
    /// The key of the one question in an `InputRequiredResult`.
    static let questionKey = "confirm"

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
        json.name(Self.questionKey)
        json.beginObject()
        Self.writeElicitation(message, hasMode: true, to: &json)
        json.endObject()
        json.endObject()
        json.member("requestState", state)
        json.endObject()
    }

    /// A yes or no, and nothing to fill in.
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
        json.endObject()
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
