import JSON
import JSONRPC

/// `textDocument/inlayHint`: the name behind each id in a range. A client that can be asked to show them anew gets what
/// is known at once; for another one the answer waits a moment for the names.
enum InlayHintRequest: EditorRequest {
    static let method: StaticString = "textDocument/inlayHint"
    static let feature: Feature? = .inlayHints
    static let nothing: StaticString = "[]"
    /// Hints of one answer, and characters of one hint, at most.
    private static let limit = 10_000
    private static let textLimit = 60

    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter) {
        json.member("inlayHintProvider", true)
    }

    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply {
        let (uri, range) = (try asked.uri(), try asked.range())
        guard let document = server.documents[uri] else { return .emptyList }
        var unknown: Set<ResourceID> = []
        for found in ids(document, range, server) where server.surroundings.state(of: found.id, .shown) == nil {
            unknown.insert(found.id)
        }
        if unknown.isEmpty || server.client.refreshesHints { return .json { write(document, range, server, to: &$0) } }
        let answer = server.owed.add(asked.id, substitute: nothing)
        server.waits.wait(for: unknown, seconds: LanguageServer.patience) {
            answer.send { out in
                guard let document = server.documents[uri] else { return out.append(nothing) }
                var json = JSONWriter(out)
                write(document, range, server, to: &json)
            }
        }
        return .owed
    }

    private static func ids(_ document: TextDocument, _ range: TextRange, _ server: LanguageServer) -> [FoundID] {
        let bytes = document.offsets(of: range, server.encoding)
        return IDFinder.ids(in: document.text, bytes, limit: limit).filter { !document.isBeingTyped($0.range) }
    }

    private static func write(
        _ document: TextDocument, _ range: TextRange, _ server: LanguageServer, to json: inout JSONWriter
    ) {
        let isAttendees = server.isOn(.attendees) && server.attendees?.knows(document) == true
        json.beginArray()
        for found in ids(document, range, server) {
            guard case .known(let facts) = server.surroundings.state(of: found.id, .shown), let title = facts.title
            else { continue }
            if isAttendees, Self.isWritten(title, beside: found, document) { continue }
            json.beginObject()
            json.name("position")
            json.position(document.position(of: found.range.upperBound, server.encoding))
            json.member("label", title.printable.cut(after: textLimit, "…"))
            json.member("paddingLeft", true)
            json.endObject()
        }
        json.endArray()
    }

    /// Whether the id's line says the name itself, as lines of an attendees document do.
    private static func isWritten(_ title: String, beside found: FoundID, _ document: TextDocument) -> Bool {
        let content = document.content(of: document.line(at: found.range.lowerBound))
        let line = document.text.slice(content.lowerBound, content.upperBound).text
        return [title.printable, title.inLine].contains { !$0.isEmpty && line.contains($0.cut(after: textLimit)) }
    }
}
