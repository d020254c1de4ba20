import JSON

/// `engagementRpc.undo` [id]: asks whether to put back who was there before the last replacement.
enum UndoCommand: EditorCommand {
    static let name = "engagementRpc.undo"

    static func isOffered(_ server: LanguageServer) -> Bool {
        server.isOn(.attendees) && server.surroundings.offers(AttendeesDocuments.undoingMethod)
    }

    static func run(
        _ arguments: JSONSlice?, _ asked: AskedRequest, _ server: LanguageServer
    ) throws(EditorRefusal) -> EditorReply {
        guard let id = arguments?.elements.first(where: { _ in true })?.string.flatMap({ ResourceID($0) }),
            id.kind == .engagement
        else { throw .params("\(name) takes the id of an engagement: [\"ngmt_…\"].") }
        server.attendees?.undo(id)
        return .null
    }
}
