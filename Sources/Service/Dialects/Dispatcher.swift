import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import MCP

/// What a request means, and who answers it: a call, this process itself, or MCP.
final class Dispatcher {
    /// What became of a request.
    enum Verdict {
        case served
        /// It needs a place, and there is none.
        case needsPlace
        /// The host asks the process to end.
        case exit
    }

    private let settings: ServiceSettings
    private let table: MethodTable
    private let mcp: MCPStream
    private let plain: PlainFace
    private let calls: Calls
    private let output: Output
    private let log: CallLog
    /// What `service.info` tells of the process so far.
    private let writeCounters: (inout JSONWriter) -> Void
    private var hasShutDown = false
    private var isStopping = false
    private var turnedAway = false
    private let scratch = ByteBuffer()
    /// What `rpc.discover` answers, made when it is first asked for.
    private lazy var document: ByteBuffer = {
        let document = ByteBuffer()
        OpenRPC.append(table.listed, version: settings.version, to: document)
        return document
    }()

    init(
        settings: ServiceSettings, table: MethodTable, mcp: MCPStream, calls: Calls, output: Output, log: CallLog,
        writeCounters: @escaping (inout JSONWriter) -> Void
    ) {
        self.settings = settings
        self.table = table
        self.mcp = mcp
        self.calls = calls
        self.output = output
        self.log = log
        self.writeCounters = writeCounters
        plain = PlainFace(output: output, mcp: mcp)
    }

    /// Whether the host has said `shutdown`.
    var isShutDown: Bool { hasShutDown }

    /// Whether a request was refused because the process is ending.
    var hasTurnedAway: Bool { turnedAway }

    /// From here on every request that needs the API is refused, because the process is ending.
    func stop() { isStopping = true }

    /// Answers what can't be served.
    func refuse(
        _ failure: RPCFailure, id: JSONSlice?, _ destination: Destination, for entry: MethodTable.Entry? = nil
    ) {
        log.failed(entry, destination.isNobody ? nil : id?.bytes, failure)
        if destination.isNobody { return }
        output.countError()
        plain.refuse(id, failure, destination)
    }

    /// Serves `request`, unless it has to wait for a place.
    func serve(_ request: Request, _ destination: Destination, _ now: Instant) -> Verdict {
        guard let entry = table.entry(named: request.method) else {
            return serveUnlisted(request, destination, now)
        }
        if let id = request.id, !id.isRequestID {
            noteRevision(request)
            if mcp.isActive {
                refuse(MCP.Server.badID.failure, id: nil, destination)
                return .served
            }
        }
        if let refusal = idRefusal(request.id) ?? refusal(entry) {
            refuse(request, refusal, destination, entry)
            return .served
        }
        if let local = entry.local {
            return serve(local, entry, request, destination, now)
        }
        guard calls.hasPlace else { return .needsPlace }
        do throws(RPCFailure) {
            try calls.begin(
                entry, params: request.params, id: request.id, plain, to: destination,
                permission: plainPermission(entry), at: now)
        } catch {
            refuse(request, error, destination, entry)
        }
        return .served
    }

    /// Whether a message comes before those that wait for a place: it ends what is under way, and begins nothing.
    func comesFirst(_ message: Message) -> Bool {
        switch message {
        case .response: return true
        case .request(let request) where request.id == nil:
            var id: JSONSlice?
            if request.method.reads("notifications/cancelled") { id = request.params?.member("requestId") }
            if request.method.reads("$/cancelRequest") { id = request.params?.member("id") }
            return id.map { calls.isInFlight($0.bytes) } ?? false
        default: return false
        }
    }

    private func idRefusal(_ id: JSONSlice?) -> RPCFailure? {
        guard let id, calls.isInFlight(id.bytes) || mcp.hasSubscription(id.bytes) else { return nil }
        return RPCFailure(.invalidRequest, "A call with this id is in flight; it goes on undisturbed. Use another id.")
    }

    private func refusal(_ entry: MethodTable.Entry) -> RPCFailure? {
        if !entry.isAllowed { return MethodTable.notAllowed(entry.method) }
        if isStopping {
            turnedAway = true
            let text = "The process is ending; nothing was sent."
            return RPCFailure(.shuttingDown, text, retryable: true).unsent(entry.method)
        }
        if hasShutDown, entry.method.name != "exit" {
            return RPCFailure(.invalidRequest, "After shutdown only exit is served.")
        }
        return nil
    }

    /// Refuses a request of the table, which may say that its stream is MCP.
    private func refuse(
        _ request: Request, _ failure: RPCFailure, _ destination: Destination, _ entry: MethodTable.Entry
    ) {
        noteRevision(request)
        refuse(failure, id: request.id, destination, for: entry)
    }

    /// A stream on which params name a revision of MCP is MCP from here on. Where they are bound, binding tells.
    private func noteRevision(_ request: Request) {
        guard !mcp.isActive, let params = request.params else { return }
        if params.members.contains(where: MethodTable.Entry.namesRevision) { mcp.activate() }
    }

    // MARK: This process itself

    private func serve(
        _ local: Method.Local, _ entry: MethodTable.Entry, _ request: Request, _ destination: Destination,
        _ now: Instant
    ) -> Verdict {
        do throws(RPCFailure) {
            if local == .cancel {
                try cancel(request, destination, now)
                return .served
            }
            // `exit` ends the process whatever comes with it.
            if local != .exit {
                scratch.truncate(to: 0)
                plain.take(try entry.bind(request.params, target: scratch, body: scratch))
            }
        } catch {
            refuse(request, error, destination, entry)
            return .served
        }
        switch local {
        case .ping: plain.answer(request.id, destination) { $0.append("{}") }
        case .info: plain.answer(request.id, destination) { self.appendInfo(to: $0) }
        case .discover:
            plain.answer(request.id, destination) { $0.append(self.document) }
        case .shutdown:
            hasShutDown = true
            plain.answer(request.id, destination) { $0.append("null") }
        case .exit:
            plain.answer(request.id, destination) { $0.append("null") }
            return .exit
        case .cancel: break
        }
        return .served
    }

    /// `$/cancelRequest {id}`: the call is given up and answered. For an id that is not in flight nothing happens,
    /// because its answer is on the way already.
    private func cancel(_ request: Request, _ destination: Destination, _ now: Instant) throws(RPCFailure) {
        // Members that are not known are passed over: nobody is told when a notification is refused.
        guard request.params?.repeatedName == nil else {
            throw RPCFailure(.invalidParams, "A member of params stands twice.")
        }
        let id =
            request.params?.kind == .array ? request.params?.elements.first { _ in true } : request.params?.member("id")
        guard let id, id.kind == .string || id.kind == .number else {
            throw RPCFailure(
                .invalidParams, "$/cancelRequest takes the id of a call.",
                errors: [FieldError(field: "id", code: "required", message: "A string or a number.")])
        }
        if !calls.cancel(id.bytes, isAnswered: true, now), mcp.endSubscription(id.bytes) {
            refuse(RPCFailure(.cancelled, "The subscription was cancelled."), id: id, .stream)
        }
        plain.answer(request.id, destination) { $0.append("null") }
    }

    private func appendInfo(to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.beginObject()
        json.member("name", "engagement-rpc")
        json.member("version", settings.version)
        json.member("base_url", settings.baseURL)
        json.member("sandbox", settings.isSandbox)
        json.member("methods", table.listed.map(\.name))
        json.name("limits")
        settings.writeLimits(to: &json)
        json.name("counters")
        json.beginObject()
        writeCounters(&json)
        json.endObject()
        json.endObject()
    }

    // MARK: MCP

    /// Serves a request whose method is none of the table's: MCP's, or nobody's.
    private func serveUnlisted(_ request: Request, _ destination: Destination, _ now: Instant) -> Verdict {
        if let refusal = idRefusal(request.id) {
            refuse(refusal, id: request.id, destination)
            return .served
        }
        switch mcp.step(request, isInBatch: destination.isBatch) {
        case .notMCP: refuse(table.unknown(request.method), id: request.id, destination)
        case .answer(let write): answer(request.id, destination, write)
        case .refuse(let refusal):
            output.countError()
            log.failed(nil, request.id?.bytes, refusal.failure)
            answer(request.id, destination) { Self.append(refusal, to: $0) }
        case .call where !calls.hasPlace && !isStopping: return .needsPlace
        case .call(let toolCall): begin(toolCall, request.id, destination, now)
        case .acknowledge(let write): output.send { write($0) }
        case .cancel(let id): _ = calls.cancel(id.bytes, isAnswered: false, now)
        case .ignore: break
        }
        return .served
    }

    /// Sends what `write` appends, `"result":…` or `"error":…`. On MCP an id that can't be read is left out.
    private func answer(_ id: JSONSlice?, _ destination: Destination, _ write: (ByteBuffer) -> Void) {
        let isLeftOut = mcp.isActive && id?.isRequestID != true
        output.send(destination) { frame in
            MCPFace.appendHead(isLeftOut ? nil : id?.bytes ?? Bytes("null"), to: frame)
            write(frame)
            frame.append("}")
        }
    }

    private func begin(_ toolCall: ToolCall, _ id: JSONSlice?, _ destination: Destination, _ now: Instant) {
        let (entry, reply) = (toolCall.entry, toolCall.reply)
        let face = MCPFace(reply, entry.method, stream: mcp, output: output)
        var lacksElicitation = false
        do throws(RPCFailure) {
            if let refusal = refusal(entry) { throw refusal }
            if let refusal = toolCall.refusal { throw refusal.unsent(entry.method) }
            let permission = permission(toolCall) { lacksElicitation = reply.revision.isStateless }
            try withExtendedLifetime(toolCall.holder) { () throws(RPCFailure) in
                try calls.begin(
                    entry, params: toolCall.params, id: id, face, to: destination, permission: permission, at: now)
            }
        } catch {
            output.countError()
            log.failed(entry, id?.bytes, error, traceparent: face.traceparent)
            guard lacksElicitation else { return face.refuse(id, error, destination) }
            answer(id, destination) { Self.append(.missingElicitation(error), to: $0) }
        }
    }

    private static func append(_ refusal: Refusal, to out: ByteBuffer) {
        out.append("\"error\":")
        var json = JSONWriter(out)
        refusal.write(to: &json)
    }

    // MARK: Consent

    /// What stands between a tool and what it would destroy; `onRefusal` is called when it is refused because nobody
    /// can be asked.
    private func permission(_ toolCall: ToolCall, onRefusal: @escaping () -> Void) -> Permission {
        let entry = toolCall.entry
        guard settings.confirm != .never, entry.isDestructive else { return .given }
        if toolCall.canAsk {
            return .asks(Consent(isStateless: toolCall.reply.revision.isStateless, returned: toolCall.returned))
        }
        guard settings.confirm == .always else { return .given }
        return .judged {
            onRefusal()
            return Self.unasked(
                entry,
                "and this client has not declared that it can ask one; use a client with elicitation, or --confirm auto"
            )
        }
    }

    /// What stands between a plain method and what it would destroy: on a stream that is MCP only a tool has somebody
    /// asked.
    private func plainPermission(_ entry: MethodTable.Entry) -> Permission {
        guard entry.isDestructive, settings.confirm == .always else { return .given }
        return .judged { [mcp] in
            guard mcp.isActive else { return nil }
            let tool = Tool.name(of: entry.method.name)
            return Self.unasked(entry, "who on an MCP stream is asked by the tool \(tool): use tools/call")
        }
    }

    private static func unasked(_ entry: MethodTable.Entry, _ what: String) -> RPCFailure {
        let text = "\(entry.method.name) is only done after a person has said yes (--confirm always), \(what)."
        return RPCFailure(.notAllowed, text).unsent(entry.method)
    }

    /// Ends what a client has subscribed to.
    func endSubscriptions() {
        mcp.endSubscriptions { id, write in
            output.send { frame in
                id.withUnsafeBytes { MCPFace.appendHead($0, to: frame) }
                write(frame)
                frame.append("}")
            }
        }
    }
}
