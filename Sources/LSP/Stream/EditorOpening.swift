import JSON
import JSONRPC

/// Tells the protocol's requests from others before a session has begun.
package enum EditorOpening {
    /// Whether this message makes its stream a session: `initialize` with the client's capabilities, and without MCP's
    /// version.
    package static func isIn(_ request: Request) -> Bool {
        request.id != nil && request.method.reads("initialize")
            && request.params?.member("capabilities")?.kind == .object
            && request.params?.member("protocolVersion") == nil
    }

    /// Whether it is a request that only a session has.
    package static func isBelonging(_ request: Request) -> Bool {
        guard request.id != nil, let name = request.method.string else { return false }
        let groups = [
            "textDocument", "workspace", "completionItem", "codeAction", "codeLens", "inlayHint", "workspaceSymbol",
            "window", "documentLink", "callHierarchy", "typeHierarchy", "notebookDocument",
        ]
        guard let slash = name.firstIndex(of: "/") else { return false }
        return groups.contains { $0.utf8.elementsEqual(name[..<slash].utf8) }
    }
}
