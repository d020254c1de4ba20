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
        let id = try engagementID(in: arguments)
        server.attendees?.undo(id)
        return .null
    }
}
