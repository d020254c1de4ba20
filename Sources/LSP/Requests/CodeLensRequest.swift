import JSON

/// `textDocument/codeLens`: what those who know a document say over its lines.
enum CodeLensRequest: EditorRequest {
    static let method: StaticString = "textDocument/codeLens"
    static let feature: Feature? = .codeLens
    static let nothing: StaticString = "[]"

    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter) {
        guard ReplaceContactsCommand.isOffered(server) || UndoCommand.isOffered(server) else { return }
        json.name("codeLensProvider")
        json.beginObject()
        json.member("resolveProvider", false)
        json.endObject()
    }

    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply {
        let uri = try asked.uri()
        guard let document = server.documents[uri] else { return .emptyList }
        var lenses: [EditorLens] = []
        for expert in server.experts where expert.knows(document) { lenses += expert.lenses(of: document) }
        return .json { json in
            json.beginArray()
            for lens in lenses {
                json.beginObject()
                json.member("range", document.range(of: lens.range, server.encoding))
                json.name("command")
                lens.command.write(to: &json)
                json.endObject()
            }
            json.endArray()
        }
    }
}
