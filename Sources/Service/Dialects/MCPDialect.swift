import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import MCP

/// The Model Context Protocol: tools, resources and prompts over the same table, and questions to people.
final class MCPDialect: Dialect {
    private var session = MCP.Session()
    /// Made for the first request whose method the table lacks.
    private lazy var server = MCP.Server(table: table, version: settings.version, isSandbox: settings.isSandbox)
    private let settings: ServiceSettings
    private let table: MethodTable
    private let output: Output

    init(settings: ServiceSettings, table: MethodTable, output: Output) {
        self.settings = settings
        self.table = table
        self.output = output
    }

    var hasBatches: Bool { session.hasBatches }
    let isLeftByEnding = true

    func meaning(of request: Request, isInBatch: Bool, plainly: PlainFace, at now: Instant) -> Meaning {
        guard let entry = table.entry(named: request.method) else {
            return meaning(of: server.step(request, isInBatch: isInBatch, &session))
                ?? .refusal(table.unknown(request.method))
        }
        if let id = request.id, !id.isRequestID { return .refusal(MCP.Server.badID.failure) }
        if let local = entry.local { return .ownMethod(local, entry) }
        return .call(Invocation(entry, request.params, face: plainly, plainPermission(entry)))
    }

    /// What a request means before the stream is MCP; nil when it is not MCP's.
    func meaning(ofStray request: Request) -> Meaning? { meaning(of: server.stray(request, &session)) }

    private func meaning(of step: MCP.Server.Step) -> Meaning? {
        switch step {
        case .notMCP: nil
        case .answer(let write): .answer(write)
        case .refuse(let refusal): .refusal(refusal.failure) { refusal.append(to: $0) }
        case .call(let toolCall): .call(invocation(of: toolCall))
        case .acknowledge(let write): .acknowledgement(write)
        case .cancel(let id): .cancellation(id)
        case .ignore: .nothing
        }
    }

    private func invocation(of toolCall: ToolCall) -> Invocation {
        let face = MCPFace(toolCall.reply, toolCall.entry.method, dialect: self, output: output)
        return Invocation(
            toolCall.entry, toolCall.params, face: face, permission(toolCall, face), refusal: toolCall.refusal,
            holder: toolCall.holder)
    }

    // MARK: Consent

    private func permission(_ toolCall: ToolCall, _ face: MCPFace) -> Permission {
        let entry = toolCall.entry
        guard settings.confirm != .never, entry.isDestructive else { return .given }
        if toolCall.canAsk {
            let isStateless = toolCall.reply.revision.isStateless
            return .asks(
                Consent(
                    isStateless
                        ? .callingAgain(face, returned: toolCall.returned.map { ($0.state, Verdict($0.answer)) })
                        : .request(face)))
        }
        guard settings.confirm == .always else { return .given }
        let what =
            "and this client has not declared that it can ask one; use a client with elicitation, or --confirm auto"
        return .refused { face.adopt(unasked: Self.unasked(entry, what)) }
    }

    /// Whether a destructive plain method may go on: only tools can ask a person.
    private func plainPermission(_ entry: MethodTable.Entry) -> Permission {
        guard entry.isDestructive, settings.confirm == .always else { return .given }
        let tool = Tool.name(of: entry.method.name)
        return .refused { Self.unasked(entry, "and on an MCP stream only tools ask one; call the tool \(tool)") }
    }

    private static func unasked(_ entry: MethodTable.Entry, _ what: String) -> RPCFailure {
        let text = "\(entry.method.name) is only done after a person has said yes (--confirm always), \(what)."
        return RPCFailure(.notAllowed, text).unsent(entry.method)
    }

    func cancelledID(in notification: Request) -> JSONSlice? {
        if notification.method.reads("notifications/cancelled") { return notification.params?.member("requestId") }
        return notification.method.reads("$/cancelRequest") ? notification.params?.member("id") : nil
    }

    // MARK: What the stream remembers

    func owesAnswer(to id: Bytes) -> Bool { session.hasSubscription(id) }
    func giveUp(_ id: Bytes) -> Bool { session.endSubscription(id) }

    func answerOwed(_ send: ([UInt8], (ByteBuffer) -> Void) -> Void) {
        guard session.hasSubscriptions else { return }
        server.endSubscriptions(&session, send)
    }

    /// Whether the client has asked for log messages of this level.
    func wantsLog(_ level: LogLevel) -> Bool { session.logLevel.map { $0 <= level } ?? false }

    // MARK: Words

    /// Leaves out an invalid id, because no schema of MCP allows `null`.
    func appendHead(of id: JSONSlice?, to frame: ByteBuffer) {
        if let id, id.isRequestID { return appendHead(spelled: id.bytes, to: frame) }
        frame.append("{\"jsonrpc\":\"2.0\",")
    }

    func appendHead(spelled id: Bytes, to frame: ByteBuffer) { Self.appendHead(spelled: id, to: frame) }

    static func appendHead(spelled id: Bytes, to frame: ByteBuffer) {
        frame.append("{\"jsonrpc\":\"2.0\",\"id\":")
        CompactJSON.append(id, to: frame, isClients: true)
        frame.append(",")
    }
}
