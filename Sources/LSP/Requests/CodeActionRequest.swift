import JSON
import JSONRPC

/// `textDocument/codeAction`: what can be done about a place. Answered from memory, because editors ask at every move.
enum CodeActionRequest: EditorRequest {
    static let method: StaticString = "textDocument/codeAction"
    static let feature: Feature? = nil
    static let nothing: StaticString = "[]"

    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter) {
        if server.isOn(.attendees) || !server.experts.isEmpty { json.member("codeActionProvider", true) }
    }

    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply {
        let (uri, range) = (try asked.uri(), try asked.range())
        guard let document = server.documents[uri] else { return .emptyList }
        let bytes = document.offsets(of: range, server.encoding)
        var actions: [EditorAction] = []
        for expert in server.experts where expert.knows(document) { actions += expert.actions(in: document, bytes) }
        if let action = editing(document, bytes, server) { actions.append(action) }
        let kinds = asked.params?.member("context")?.member("only")?.elements.compactMap(\.string) ?? []
        if !kinds.isEmpty { actions.removeAll { action in !kinds.contains { Self.holds($0, action.kind) } } }
        return .json { json in
            json.beginArray()
            for action in actions { write(action, document, server, to: &json) }
            json.endArray()
        }
    }

    /// Whether a kind that a client asks for is this one, or has it within.
    private static func holds(_ wanted: String, _ kind: String) -> Bool {
        wanted.isEmpty || kind == wanted || kind.hasPrefix(wanted + ".")
    }

    /// "Edit attendees of …" on an engagement's id.
    private static func editing(
        _ document: TextDocument, _ range: Range<Int>, _ server: LanguageServer
    ) -> EditorAction? {
        guard OpenAttendeesCommand.isOffered(server),
            let id = IDFinder.id(in: document.text, at: range.lowerBound)?.id, id.kind == .engagement
        else { return nil }
        var name = id.text
        if case .known(let facts) = server.surroundings.state(of: id, nil), let title = facts.title { name = title }
        let title = "Edit attendees of \(name.cut(after: 60, "…"))"
        return EditorAction(title, kind: "refactor", command: LensCommand(title, OpenAttendeesCommand.name, [id.text]))
    }

    private static func write(
        _ action: EditorAction, _ document: TextDocument, _ server: LanguageServer, to json: inout JSONWriter
    ) {
        guard server.client.hasCodeActions else {
            // Such a client knows commands only.
            action.command?.write(to: &json)
            return
        }
        json.beginObject()
        json.member("title", action.title.printable)
        json.member("kind", action.kind)
        if !action.edits.isEmpty {
            json.name("edit")
            json.workspaceEdit(document, action.edits, server)
        }
        if let command = action.command {
            json.name("command")
            command.write(to: &json)
        }
        json.endObject()
    }
}

extension JSONWriter {
    /// Writes changes of one document as a `WorkspaceEdit`; for the document's version where the client looks at it.
    mutating func workspaceEdit(
        _ document: TextDocument, _ edits: [(range: Range<Int>, text: String)], _ server: LanguageServer
    ) {
        beginObject()
        if server.client.versionsEdits {
            name("documentChanges")
            beginArray()
            beginObject()
            name("textDocument")
            beginObject()
            member("uri", document.uri)
            name("version")
            if let version = document.version { integer(version) } else { null() }
            endObject()
            name("edits")
            textEdits(document, edits, server)
            endObject()
            endArray()
        } else {
            name("changes")
            beginObject()
            name(document.uri)
            textEdits(document, edits, server)
            endObject()
        }
        endObject()
    }

    private mutating func textEdits(
        _ document: TextDocument, _ edits: [(range: Range<Int>, text: String)], _ server: LanguageServer
    ) {
        beginArray()
        for edit in edits {
            beginObject()
            member("range", document.range(of: edit.range, server.encoding))
            member("newText", edit.text)
            endObject()
        }
        endArray()
    }
}
