import Bytes
import EngagementAPI
import JSONRPC

/// The messages that make a stream MCP.
public enum Opening {
    /// Whether this message makes its stream MCP: `initialize` with a protocol version, `server/discover`, or any
    /// request whose `_meta` names a revision, a plain method's too.
    public static func isIn(_ request: Request) -> Bool {
        // Most params are told apart by a search: the walk through their members costs more.
        if let params = request.params,
            params.bytes.holds(Bytes("_meta")) || params.bytes.firstPosition(of: UInt8(ascii: "\\")) != nil,
            params.members.contains(where: MethodTable.Entry.namesRevision)
        {
            return true
        }
        guard request.id != nil else { return false }
        if request.method.reads("server/discover") { return true }
        guard request.method.reads("initialize") else { return false }
        // The Language Server Protocol has an `initialize` too.
        return request.params?.member("protocolVersion")?.kind == .string || RequestMeta(request.params).isStateless
    }
}
