import Bytes
import EngagementAPI
import JSON
import JSONRPC
import MCP

/// What is known of the stream as MCP: whether it is that, what was agreed on, and which subscriptions are open.
final class MCPStream {
    private var session = MCP.Session()
    /// Made when the first request comes that is none of the table's.
    private lazy var server = MCP.Server(table: table, version: version, isSandbox: isSandbox)
    private let table: MethodTable
    private let version: String
    private let isSandbox: Bool

    init(table: MethodTable, version: String, isSandbox: Bool) {
        self.table = table
        self.version = version
        self.isSandbox = isSandbox
    }

    var isActive: Bool { session.isActive }
    /// Whether a message that is an array is refused.
    var refusesBatches: Bool { session.refusesBatches }

    /// Makes the stream MCP, for good.
    func activate() { session.activate() }

    /// What a request means whose method is none of the table's.
    func step(_ request: Request, isInBatch: Bool) -> MCP.Server.Step {
        server.step(request, isInBatch: isInBatch, &session)
    }

    /// Whether `id` is that of an open subscription.
    func hasSubscription(_ id: Bytes) -> Bool { session.hasSubscription(id) }

    /// Forgets the open subscription `id`; false when there is none.
    func endSubscription(_ id: Bytes) -> Bool { session.endSubscription(id) }

    /// Ends all subscriptions: calls `body` with each id and what appends its `"result":…`.
    func endSubscriptions(_ body: ([UInt8], (ByteBuffer) -> Void) -> Void) {
        guard session.hasSubscriptions else { return }
        server.endSubscriptions(&session, body)
    }

    /// Whether the client has asked for log messages of this level.
    func wantsLog(_ level: LogLevel) -> Bool { session.logLevel.map { $0 <= level } ?? false }
}
