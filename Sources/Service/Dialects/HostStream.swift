import Bytes
import EngagementAPI
import JSON
import JSONRPC
import MCP

/// The host's stream: plain JSON-RPC until a message says otherwise, then MCP for good. The one place that decides it.
final class HostStream {
    private let plain: PlainDialect
    private let mcp: MCPDialect
    private var current: any Dialect
    private lazy var face = PlainFace(output: output, stream: self)
    private let output: Output

    init(settings: ServiceSettings, table: MethodTable, output: Output) {
        mcp = MCPDialect(settings: settings, table: table, output: output)
        plain = PlainDialect(table: table, mcp: mcp)
        current = plain
        self.output = output
    }

    /// The dialect that the stream speaks now.
    var dialect: any Dialect { current }

    /// What a request means, which may be that the stream speaks another dialect from here on.
    func meaning(of request: Request, isInBatch: Bool) -> Meaning {
        if current === plain, Opening.isIn(request) { current = mcp }
        return current.meaning(of: request, isInBatch: isInBatch, plainly: face)
    }
}
