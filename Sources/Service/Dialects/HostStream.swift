import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import LSP
import MCP

/// Chooses the stream's dialect: plain JSON-RPC until a message opens MCP or a session of LSP, then that for good.
final class HostStream {
    private let plain: PlainDialect
    private let mcp: MCPDialect
    private var current: any Dialect
    /// The dialect of a stream that has become a session of LSP.
    private var editors: LSPDialect?
    /// Makes that dialect.
    private var makeEditors: () -> LSPDialect?
    private lazy var face = PlainFace(output: output, stream: self)
    private let output: Output

    init(settings: ServiceSettings, table: MethodTable, output: Output) {
        mcp = MCPDialect(settings: settings, table: table, output: output)
        plain = PlainDialect(table: table, mcp: mcp)
        current = plain
        self.output = output
        makeEditors = { nil }
    }

    /// Names the maker of the dialect for a session of LSP.
    func open(editors make: @escaping () -> LSPDialect?) { makeEditors = make }

    /// The stream's dialect at present.
    var dialect: any Dialect { current }

    /// Whether the stream is a session of LSP.
    var isEditors: Bool { editors != nil }

    /// What a request means. A request that opens MCP or LSP changes the dialect first.
    func meaning(of request: Request, isInBatch: Bool, at now: Instant) -> Meaning {
        if current === plain { open(request, isInBatch: isInBatch) }
        return current.meaning(of: request, isInBatch: isInBatch, plainly: face, at: now)
    }

    private func open(_ request: Request, isInBatch: Bool) {
        if Opening.isIn(request) {
            current = mcp
        } else if !isInBatch, EditorOpening.isIn(request), let editors = makeEditors() {
            self.editors = editors
            current = editors
        }
    }

    // MARK: The session of LSP, if the stream is one

    /// When to call `settle` though nothing happens before; nil for never.
    var nextWake: Instant? { editors?.nextWake }

    /// Does what is due.
    func settle(at now: Instant) { editors?.settle(at: now) }

    /// Takes the client's answer to a request of the session; false if it is none.
    func hear(_ response: Response, at now: Instant) -> Bool { editors?.hear(response, at: now) ?? false }

    /// A write has ended.
    func wrote(_ method: Method, _ resource: String) { editors?.wrote(method, resource) }

    /// The process ends.
    func stop(at now: Instant) { editors?.stop(at: now) }
}
