import JSON

/// `engagementRpc.undo` [id]: asks whether to put back who was there before the last replacement. With what a code
/// action adds, the person has been asked by its title.
enum UndoCommand: EditorCommand {
    static let name = "engagementRpc.undo"

    static func isOffered(_ server: LanguageServer) -> Bool {
        server.isOn(.attendees) && server.surroundings.offers(AttendeesDocuments.undoingMethod)
    }

    static func run(
        _ arguments: JSONSlice?, _ asked: AskedRequest, _ server: LanguageServer
    ) throws(EditorRefusal) -> EditorReply {
        let id = try engagementID(in: arguments)
        let texts = arguments?.elements.prefix(2).map(\.string) ?? []
        server.attendees?.undo(id, token: texts.count > 1 ? texts[1] : nil)
        return .null
    }
}
