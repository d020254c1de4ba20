import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// The MCP server: knows the requests of MCP, and the answer or call for each. It reads no clock, makes no call, and
/// changes only the `Session` and the buffers that it is given.
public final class Server {
    /// What to do for a request.
    public enum Step {
        /// Leave it to plain JSON-RPC: it is not MCP's.
        case notMCP
        /// Answer with the `"result":…` that the closure appends.
        case answer((ByteBuffer) -> Void)
        /// Answer with an error.
        case refuse(Refusal)
        /// Answer with the outcome of an API call.
        case call(ToolCall)
        /// Send the message that the closure appends: a subscription has begun. The answer follows when it ends.
        case acknowledge((ByteBuffer) -> Void)
        /// Give up the call with this id, and never answer it.
        case cancel(JSONSlice)
        /// Ignore it: a notification that changes nothing.
        case ignore
    }

    let table: MethodTable
    let version: String
    let isSandbox: Bool
    let tools: [Tool]
    /// The skills whose tools are all allowed.
    private(set) lazy var skills = Skill.all.filter { skill in
        skill.needs.allSatisfy { entriesByTool[$0]?.isAllowed == true }
    }
    /// The table's entries by name of tool, also of tools that are not offered.
    private(set) lazy var entriesByTool = [String: MethodTable.Entry](
        table.entries.compactMap { entry in Tool(entry.method).map { ($0.name, entry) } },
        uniquingKeysWith: { first, _ in first })

    /// A server for the methods of `table`.
    public init(table: MethodTable, version: String, isSandbox: Bool) {
        self.table = table
        self.version = version
        self.isSandbox = isSandbox
        tools = Tool.all(table.offered)
    }

    /// Decides what a request on an MCP stream means. Its method is not in the table.
    public func step(_ request: Request, isInBatch: Bool, _ session: inout Session) -> Step {
        guard let name = request.method.string else { return .notMCP }
        guard let id = request.id else { return notification(name, request, &session) }
        let meta = RequestMeta(request.params)
        let known = RequestName(rawValue: name)
        if known == .initialize, let step = othersInitialize(request, meta) { return step }
        guard id.isRequestID else { return .refuse(Self.badID) }
        guard known != nil || meta.isStateless else { return .notMCP }
        do throws(Refusal) {
            try Self.checkNames(request.params)
            let revision = try revision(of: known, name, meta, session)
            guard let known, let revision else { return .notMCP }
            if isInBatch, known == .initialize || !revision.allowsBatches {
                throw Refusal(
                    RPCFailure(.invalidRequest, "\(known.rawValue) can't be part of a batch; send it by itself."))
            }
            try Self.checkForm(request.params)
            return try step(known, of: request, meta, in: revision, &session)
        } catch {
            return .refuse(error)
        }
    }

    /// Decides what a request means on a stream that is not MCP yet. Its method is not in the table. A `ping` is
    /// answered, a request of MCP that lacks a handshake is refused, and any other request is left to plain JSON-RPC.
    public func stray(_ request: Request, _ session: inout Session) -> Step {
        guard let name = request.method.string else { return .notMCP }
        guard request.id != nil else { return notification(name, request, &session) }
        let meta = RequestMeta(request.params)
        let known = RequestName(rawValue: name)
        if known == .initialize, let step = othersInitialize(request, meta) { return step }
        guard let known else { return .notMCP }
        do throws(Refusal) {
            try Self.checkNames(request.params)
            guard try revision(of: known, name, meta, session) != nil else { return .notMCP }
            try Self.checkForm(request.params)
            return .answer { self.appendResult(.newestWithHandshake, to: $0) { _ in } }
        } catch {
            return .refuse(error)
        }
    }

    /// What an `initialize` without MCP's version means; nil when it has one. The Language Server Protocol has an
    /// `initialize` too, which makes a stream its own only before any other does.
    private func othersInitialize(_ request: Request, _ meta: RequestMeta) -> Step? {
        guard !meta.isStateless, request.params?.member("protocolVersion")?.kind != .string else { return nil }
        return .refuse(
            Refusal(
                "protocolVersion", "required",
                "initialize needs protocolVersion, such as 2025-11-25; in the Language Server Protocol, capabilities."))
    }

    private func notification(_ name: String, _ request: Request, _ session: inout Session) -> Step {
        switch name {
        case "notifications/cancelled":
            guard let id = request.params?.member("requestId"), id.isRequestID else { return .ignore }
            return session.endSubscription(id.bytes) ? .ignore : .cancel(id)
        default: return name.hasPrefix("notifications/") ? .ignore : .notMCP
        }
    }

    /// The revision to serve a request in; nil when plain JSON-RPC answers it.
    private func revision(
        of known: RequestName?, _ name: String, _ meta: RequestMeta, _ session: Session
    ) throws(Refusal) -> Revision? {
        if let version = meta.version {
            guard let text = version.string else {
                throw Refusal(
                    "_meta.io.modelcontextprotocol/protocolVersion", "invalid_type",
                    "The protocol version in _meta must be a string.")
            }
            if let revision = Revision(rawValue: text), revision.isStateless {
                guard let known, known.isStateless else { throw Self.noMethod(name, revision) }
                guard meta.capabilities?.kind == .object else { throw Self.missing("clientCapabilities", name) }
                return revision
            }
            // After a handshake a client may still name the agreed version.
            guard let negotiated = session.negotiated, negotiated.rawValue == text else {
                throw Refusal.unsupported(text)
            }
        }
        guard let known else { return nil }
        if known == .initialize { return .newestWithHandshake }
        if known == .discover { throw Self.missing("protocolVersion", name) }
        if let negotiated = session.negotiated {
            guard known.isLegacy else { throw Self.noMethod(name, negotiated) }
            return negotiated
        }
        // A client may send `ping` before its handshake.
        if known == .ping { return .newestWithHandshake }
        guard known.isStateless else { return nil }
        throw Self.missing("protocolVersion", name, orHandshake: known.isLegacy)
    }

    private static func missing(_ member: String, _ name: String, orHandshake: Bool = false) -> Refusal {
        let field = "_meta.io.modelcontextprotocol/\(member)"
        let instead = orHandshake ? ", or an initialize request before it" : ""
        return Refusal(field, "required", "\(name) needs \(field) (MCP \(Revision.july2026.rawValue))\(instead).")
    }

    /// MCP allows neither the null id of plain JSON-RPC nor fractions.
    public static let badID = Refusal(
        RPCFailure(.invalidRequest, "On an MCP stream the id must be a string or a whole number."))

    private static func noMethod(_ name: String, _ revision: Revision) -> Refusal {
        Refusal(RPCFailure(.methodNotFound, "MCP \(revision.rawValue) has no method \(name.quoted) here."))
    }

    private static func checkNames(_ params: JSONSlice?) throws(Refusal) {
        guard let name = params?.repeatedName else { return }
        throw Refusal("params", "duplicate", "\((name.string ?? name.bytes.text).quoted) stands twice in params.")
    }

    private static func checkForm(_ params: JSONSlice?) throws(Refusal) {
        if let params, params.kind == .array, !params.isEmptyArray {
            throw Refusal("params", "invalid_type", "MCP takes params as an object.")
        }
    }

    private func step(
        _ name: RequestName, of request: Request, _ meta: RequestMeta, in revision: Revision,
        _ session: inout Session
    ) throws(Refusal) -> Step {
        if revision.isStateless { try Self.checkLogLevel(meta.logLevel) }
        let params = request.params
        switch name {
        case .initialize: return initialize(params, &session)
        case .discover: return .answer { self.appendDiscovery(revision, to: $0) }
        case .ping: return .answer { self.appendResult(revision, to: $0) { _ in } }
        case .setLevel: return try setLevel(params, revision, &session)
        case .listTools:
            try Self.checkCursor(params)
            return .answer { self.appendTools(revision, to: $0) }
        case .callTool: return .call(try call(params, meta, in: revision, session))
        case .listResources:
            try Self.checkCursor(params)
            if let call = listing(meta, revision) { return .call(call) }
            return .answer { self.appendEngagements(nil, revision, to: $0) }
        case .listTemplates:
            try Self.checkCursor(params)
            return .answer { self.appendTemplates(revision, to: $0) }
        case .readResource:
            guard let file = skillFile(params) else { return .call(try read(params, meta, revision)) }
            return .answer { self.append(file, revision, to: $0) }
        case .listSkills:
            try Self.checkCursor(params)
            return .answer { self.appendSkills(revision, to: $0) }
        case .getSkill:
            let skill = try skill(params)
            return .answer { self.append(skill, revision, to: $0) }
        case .listPrompts:
            try Self.checkCursor(params)
            return .answer { self.appendPrompts(revision, to: $0) }
        case .getPrompt:
            let prompt = try prompt(params)
            return .answer { self.append(prompt, revision, to: $0) }
        case .complete:
            let words = try completions(params)
            return .answer { self.appendCompletion(words, revision, to: $0) }
        case .listen: return try listen(request, &session)
        }
    }

    /// Appends `"result":{…}`: the members that `write` adds, and those of every result of `revision`.
    func appendResult(
        _ revision: Revision, cache: Cache? = nil, to out: ByteBuffer, _ write: (inout JSONWriter) -> Void
    ) {
        out.append("\"result\":")
        var json = JSONWriter(out)
        json.beginObject()
        if revision.isStateless { json.member("resultType", "complete") }
        write(&json)
        if revision.isStateless {
            if let cache {
                json.member("ttlMs", cache.milliseconds)
                json.member("cacheScope", "private")
            }
            json.name("_meta")
            json.beginObject()
            json.name("io.modelcontextprotocol/serverInfo")
            writeServerInfo(revision, to: &json)
            json.endObject()
        }
        json.endObject()
    }

    /// How long a client may cache a result. The stateless revision says it with every list.
    enum Cache {
        /// It stays the same while this process runs.
        case forAnHour
        /// It comes from the API, and may change at any moment.
        case notAtAll

        var milliseconds: Int { self == .forAnHour ? 3_600_000 : 0 }
    }

    func writeServerInfo(_ revision: Revision, to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", "engagement-rpc")
        if revision.hasTitles { json.member("title", "AskElephant engagements") }
        json.member("version", version)
        json.endObject()
    }
}
