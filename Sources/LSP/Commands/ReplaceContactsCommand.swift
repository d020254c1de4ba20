import JSON

/// `engagementRpc.replaceContacts` [uri]: asks whether to replace the attendees of an engagement by those of its
/// document. With what a code action adds, the person has been asked by its title.
enum ReplaceContactsCommand: EditorCommand {
    static let name = "engagementRpc.replaceContacts"

    static func isOffered(_ server: LanguageServer) -> Bool {
        server.isOn(.attendees) && server.surroundings.offers(AttendeesDocuments.replacing)
    }

    static func run(
        _ arguments: JSONSlice?, _ asked: AskedRequest, _ server: LanguageServer
    ) throws(EditorRefusal) -> EditorReply {
        let texts = arguments?.elements.prefix(2).map(\.string) ?? []
        guard let uri = texts.first ?? nil else { throw .params("\(name) takes the uri of an attendees document.") }
        guard let attendees = server.attendees, let document = server.documents[uri], attendees.knows(document) else {
            throw .params("No attendees document with this uri is open.")
        }
        attendees.replace(document, token: texts.count > 1 ? texts[1] : nil)
        return .null
    }
}
