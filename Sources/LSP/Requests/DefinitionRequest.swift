import JSON

/// `textDocument/definition`: of an engagement's id, its attendees document.
enum DefinitionRequest: EditorRequest {
    static let method: StaticString = "textDocument/definition"
    static let feature: Feature? = .definition

    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter) {
        if OpenAttendeesCommand.isOffered(server) { json.member("definitionProvider", true) }
    }

    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply {
        let (uri, position) = (try asked.uri(), try asked.position())
        guard OpenAttendeesCommand.isOffered(server), let attendees = server.attendees,
            let document = server.documents[uri],
            let found = IDFinder.id(in: document.text, at: document.offset(of: position, server.encoding)),
            found.id.kind == .engagement
        else { return .null }
        let answer = server.owed.add(asked.id, substitute: nothing)
        attendees.file(of: found.id) { result in
            answer.send { out in
                guard case .success(let file) = result else { return out.append(nothing) }
                var json = JSONWriter(out)
                json.location(file)
            }
        }
        return .owed
    }
}

extension JSONWriter {
    /// Writes the start of a file as a `Location`.
    mutating func location(_ uri: String) {
        beginObject()
        member("uri", uri)
        member("range", TextRange.start)
        endObject()
    }
}
