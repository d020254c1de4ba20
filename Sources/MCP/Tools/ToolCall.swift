import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// An API call that answers an MCP request.
public struct ToolCall {
    /// The method's entry.
    public let entry: MethodTable.Entry
    /// The params, not checked yet. Borrowed from `holder`.
    public let params: JSONSlice?
    /// Words the outcome.
    public let reply: Reply
    /// Whether the client can ask a person.
    public let canAsk: Bool
    /// What a client that has asked brings back: the state it was given, and the person's answer.
    public let returned: (state: String, answer: Elicited)?
    /// The buffer that owns the params.
    public let holder: ByteBuffer
    /// The refusal of the arguments, told as the call's outcome; nil for none.
    public let refusal: RPCFailure?
}

extension Server {
    /// Appends the list of tools.
    func appendTools(_ revision: Revision, to out: ByteBuffer) {
        appendResult(revision, cache: .forAnHour, to: out) { json in
            json.name("tools")
            json.beginArray()
            for tool in self.tools { tool.write(revision, to: &json) }
            json.endArray()
        }
    }

    /// Appends the list of tools as a document, compact.
    public static func appendDocument(_ methods: [Method], to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.beginObject()
        json.name("tools")
        json.beginArray()
        for tool in Tool.all(methods) { tool.write(.july2026, to: &json) }
        json.endArray()
        json.endObject()
    }

    /// The call that `tools/call` asks for.
    func call(
        _ params: JSONSlice?, _ meta: RequestMeta, in revision: Revision, _ session: Session
    ) throws(Refusal) -> ToolCall {
        guard let name = params?.member("name")?.string else {
            throw Refusal("name", "required", "tools/call needs the name of a tool.")
        }
        guard let entry = entriesByTool[name] else {
            let hint = name.nearest(in: tools.map(\.name)).map { " Did you mean \($0)?" } ?? " tools/list names all."
            throw Refusal("name", "unknown_tool", "There is no tool \(name.quoted).\(hint)")
        }
        let reply = Reply(.tool, revision, meta, server: self)
        let (holder, refusal) = try ToolArguments.read(params?.member("arguments"), entry.method)
        let canAsk = revision.isStateless ? meta.capabilities?.elicits == true : session.elicits
        let returned = params?.member("requestState")?.string.map { ($0, Elicited.returned(params)) }
        return ToolCall(
            entry: entry, params: ToolArguments.checked(holder), reply: reply, canAsk: canAsk,
            returned: revision.isStateless ? returned : nil, holder: holder, refusal: refusal)
    }
}

extension Method {
    /// The words that a call has chosen, such as those of `expand`.
    func chosenWords(_ terms: CallTerms) -> [String] {
        parameters.flatMap { $0.kind.chosen(by: terms) }
    }
}
