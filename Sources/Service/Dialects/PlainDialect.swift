import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import LSP
import MCP

/// JSON-RPC 2.0 with the methods of the table. It never asks a person.
final class PlainDialect: Dialect {
    private let table: MethodTable
    /// Judges requests that an MCP client may send before the stream is MCP.
    private let mcp: MCPDialect

    init(table: MethodTable, mcp: MCPDialect) {
        self.table = table
        self.mcp = mcp
    }

    let hasBatches = true
    let isLeftByEnding = false

    func meaning(of request: Request, isInBatch: Bool, plainly: PlainFace, at now: Instant) -> Meaning {
        guard let entry = table.entry(named: request.method) else {
            if let meaning = mcp.meaning(ofStray: request) { return meaning }
            guard EditorOpening.isBelonging(request) else { return .refusal(table.unknown(request.method)) }
            return .refusal(EditorRefusal.notInitialized.failure) { EditorRefusal.notInitialized.append(to: $0) }
        }
        if let local = entry.local { return .ownMethod(local, entry) }
        return .call(Invocation(entry, request.params, face: plainly, .given))
    }

    func cancelledID(in notification: Request) -> JSONSlice? { mcp.cancelledID(in: notification) }

    func owesAnswer(to id: Bytes) -> Bool { false }
    func giveUp(_ id: Bytes) -> Bool { false }
    func answerOwed(_ send: ([UInt8], (ByteBuffer) -> Void) -> Void) {}
}
