import JSON

/// A command of `workspace/executeCommand`. Each is a line in `LanguageServer.commands`.
protocol EditorCommand: Sendable {
    /// Its name: `engagementRpc.…`.
    static var name: String { get }
    /// Whether the process's settings and the client's let it be offered.
    static func isOffered(_ server: LanguageServer) -> Bool
    /// Carries it out, or begins to: it is answered at once, and what goes wrong later is told by `server.tell`.
    static func run(
        _ arguments: JSONSlice?, _ asked: AskedRequest, _ server: LanguageServer
    ) throws(EditorRefusal) -> EditorReply
}

extension EditorCommand {
    /// The engagement that the first argument names.
    static func engagementID(in arguments: JSONSlice?) throws(EditorRefusal) -> ResourceID {
        guard let id = arguments?.elements.first(where: { _ in true })?.string.flatMap({ ResourceID($0) }),
            id.kind == .engagement
        else { throw .params("\(name) takes the id of an engagement: [\"ngmt_…\"].") }
        return id
    }
}
