import Bytes
import EngagementAPI
import JSON
import JSONRPC
import MCP

/// Chooses the stream's dialect: plain JSON-RPC until a message opens MCP, then MCP for good.
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

    /// The stream's dialect at present.
    var dialect: any Dialect { current }

    /// What a request means. A request that opens MCP changes the dialect first.
    func meaning(of request: Request, isInBatch: Bool) -> Meaning {
        if current === plain, Opening.isIn(request) { current = mcp }
        return current.meaning(of: request, isInBatch: isInBatch, plainly: face)
    }
}
