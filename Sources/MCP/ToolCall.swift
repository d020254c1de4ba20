import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// An API call that answers an MCP request.
public struct ToolCall {
    /// What to call.
    public let entry: MethodTable.Entry
    /// Its params, to be bound. Borrowed from the request, or from `holder`.
    public let params: JSONSlice?
    /// How its outcome is told.
    public let reply: Reply
    /// Whether the client can ask a person.
    public let canAsk: Bool
    /// What a client that has asked gives back: what it was given, and what the person did.
    public let returned: (state: String, action: String)?
    /// What owns the params when they are not the request's own bytes.
    public let holder: ByteBuffer?
}

extension Server {
    /// The tools and what they take.
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

    /// What `tools/call` asks for.
    func call(
        _ params: JSONSlice?, _ meta: RequestMeta, _ revision: Revision, _ session: Session
    ) throws(Refusal) -> ToolCall {
        guard let name = params?.member("name")?.string else {
            throw Refusal("name", "required", "tools/call needs the name of a tool.")
        }
        guard let entry = entriesByTool[name] else {
            let hint = name.nearest(in: tools.map(\.name)).map { " Did you mean \($0)?" } ?? " tools/list names all."
            throw Refusal("name", "unknown_tool", "There is no tool \(name.quoted).\(hint)")
        }
        let reply = Reply(.tool, revision, progressToken: meta.progressToken.map { Array($0.bytes) }, server: self)
        let (arguments, holder) = try Self.arguments(params?.member("arguments"), entry.method)
        let canAsk = revision.isStateless ? meta.capabilities?.elicits == true : session.elicits
        let answer = params?.member("inputResponses")?.members.first { $0.name.reads("confirm") }?.value
        let returned = params?.member("requestState")?.string.map { ($0, answer?.member("action")?.string ?? "") }
        return ToolCall(
            entry: entry, params: arguments, reply: reply, canAsk: canAsk,
            returned: revision.isStateless ? returned : nil, holder: holder)
    }

    /// The arguments as an object. Some clients send arrays and objects as text that holds JSON, a list of words as the
    /// words, and numbers as text: where those are wanted, the text is read. Ids are never guessed.
    private static func arguments(
        _ value: JSONSlice?, _ method: Method
    ) throws(Refusal) -> (JSONSlice?, ByteBuffer?) {
        guard let value, value.kind != .null, !value.isEmptyArray, !["", "[]", "null"].contains(value.string) else {
            return (nil, nil)
        }
        guard let object = value.kind == .object ? (value, nil) : parsed(value, [.object]) else {
            throw Refusal("arguments", "invalid_type", "The arguments of a tool must be an object.")
        }
        func reading(_ member: JSONMember) -> ByteBuffer? {
            guard let name = member.name.string else { return nil }
            return method.parameters.first { $0.name == name }.flatMap { read(member.value, $0.kind) }
        }
        let isRewritten = withExtendedLifetime(object.1) { object.0.members.contains { reading($0) != nil } }
        guard isRewritten else { return object }
        let out = ByteBuffer(capacity: object.0.bytes.count)
        withExtendedLifetime(object.1) {
            out.append("{")
            for member in object.0.members {
                if out.count > 1 { out.append(",") }
                out.append(member.name.bytes)
                out.append(":")
                if let better = reading(member) { out.append(better) } else { out.append(member.value.bytes) }
            }
            out.append("}")
        }
        return (checked(out), out)
    }

    /// What a value of `kind` was meant to be, as JSON; nil when it is to be taken as it stands.
    private static func read(_ value: JSONSlice, _ kind: Parameter.Kind) -> ByteBuffer? {
        switch kind {
        case .ids: return value.kind == .string ? copy(parsed(value, [.array])) : nil
        case .choices, .fields:
            guard value.kind == .string, let text = value.string else { return nil }
            if let list = copy(parsed(value, [.array])) { return list }
            let out = ByteBuffer()
            var json = JSONWriter(out)
            json.beginArray()
            for word in text.commaSeparatedWords { json.string(word) }
            json.endArray()
            return out
        case .options:
            let inner = value.kind == .string ? parsed(value, [.object]) : (value, nil)
            guard let (options, owner) = inner, options.kind == .object else { return nil }
            return withExtendedLifetime(owner) { withNumbers(options) }
        case .object, .openObject, .list, .filter:
            return value.kind == .string ? copy(parsed(value, [.array, .object])) : nil
        case .nullable(let kind): return read(value, kind)
        case .id, .text, .formatted, .word, .integer, .flag, .time, .any: return nil
        }
    }

    /// An object in which whole numbers that stand as text are numbers.
    private static func withNumbers(_ object: JSONSlice) -> ByteBuffer {
        let out = ByteBuffer()
        out.append("{")
        for member in object.members {
            if out.count > 1 { out.append(",") }
            out.append(member.name.bytes)
            out.append(":")
            if let text = member.value.string, 1...9 ~= text.utf8.count, text.utf8.allSatisfy(\.isDigit),
                text.first != "0"
            {
                out.append(text: text)
            } else {
                out.append(member.value.bytes)
            }
        }
        out.append("}")
        return out
    }

    private static func copy(_ found: (JSONSlice, ByteBuffer?)?) -> ByteBuffer? {
        guard let (value, owner) = found else { return nil }
        return withExtendedLifetime(owner) { ByteBuffer(value.bytes) }
    }

    /// The value that the text of a string spells, if it is of one of `kinds`.
    private static func parsed(_ string: JSONSlice, _ kinds: [JSONSlice.Kind]) -> (JSONSlice, ByteBuffer?)? {
        guard let text = string.string else { return nil }
        let owner = ByteBuffer(capacity: text.utf8.count)
        owner.append(text: text)
        guard let value = checked(owner), kinds.contains(value.kind) else { return nil }
        return (value, owner)
    }

    /// The JSON text in `buffer`, borrowed from it; nil when it is none.
    static func checked(_ buffer: ByteBuffer) -> JSONSlice? {
        var scanner = JSONScanner(buffer.bytes)
        return try? scanner.text()
    }
}

extension Method {
    /// The words that a call has chosen, of all its parameters that are closed lists.
    func chosenWords(_ terms: CallTerms) -> [String] {
        for case .choices(let choices) in parameters.map(\.kind) {
            return choices.enumerated().compactMap { position, choice in
                terms.chosen & (1 << UInt64(position)) != 0 ? choice.value : nil
            }
        }
        return []
    }
}
