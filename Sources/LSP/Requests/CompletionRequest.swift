import JSON
import JSONRPC

/// `textDocument/completion`: records whose names begin with what is typed behind `cnt_` or `ngmt_`, and people in an
/// attendees document. The list is never complete, so the client asks again with each letter.
enum CompletionRequest: EditorRequest {
    static let method: StaticString = "textDocument/completion"
    static let feature: Feature? = .completion
    private static let limit = 20
    /// The protocol's numbers for an event and for a reference.
    private static let kinds = (event: 23, reference: 18)

    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter) {
        json.name("completionProvider")
        json.beginObject()
        json.member("triggerCharacters", ["_"])
        json.member("resolveProvider", true)
        json.name("completionItem")
        json.beginObject()
        json.member("labelDetailsSupport", true)
        json.endObject()
        json.endObject()
    }

    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply {
        let (uri, position) = (try asked.uri(), try asked.position())
        guard let document = server.documents[uri] else { return .null }
        let isAttendees = server.isOn(.attendees) && server.attendees?.knows(document) == true
        let offset = document.offset(of: position, server.encoding)
        guard let context = CompletionContext.before(offset, in: document, isAttendees: isAttendees),
            let method = RecordSearch.method(context.kind), server.surroundings.offers(method)
        else { return .null }
        let range = document.range(of: context.range, server.encoding)
        let answer = server.owed.add(asked.id, substitute: nothing)
        RecordSearch(context.kind, context.query, limit: limit).run(server, isWanted: { answer.isOpen }) { found in
            answer.send { out in
                var json = JSONWriter(out)
                json.beginObject()
                json.member("isIncomplete", true)
                json.name("items")
                json.beginArray()
                for (number, facts) in found.enumerated() {
                    write(facts, number: number, context, at: range, for: server.client, to: &json)
                }
                json.endArray()
                json.endObject()
            }
        }
        return .owed
    }

    private static func write(
        _ facts: RecordFacts, number: Int, _ context: CompletionContext, at range: TextRange,
        for client: ClientFeatures, to json: inout JSONWriter
    ) {
        let title = (facts.title ?? facts.id.text).printable.cut(after: 80, "…")
        let address = facts.name.isEmpty ? nil : facts.addresses.first
        let detail = [address, facts.start.map { String($0.prefix(10)) }, facts.type]
            .compactMap { $0?.printable.cut(after: 80, "…") }.joined(separator: " · ")
        json.beginObject()
        json.member("label", title)
        if client.hasLabelDetails, !detail.isEmpty {
            json.name("labelDetails")
            json.beginObject()
            json.member("description", detail)
            json.endObject()
        }
        json.member("kind", facts.id.kind == .engagement ? kinds.event : kinds.reference)
        json.member("detail", detail.isEmpty ? facts.id.text : "\(detail) · \(facts.id.text)")
        // Clients that filter by themselves go by the word as typed, the name behind it serves those that type on.
        json.member("filterText", "\(context.typed) \(title)")
        let digits = "\(number)"
        json.member("sortText", digits.utf8.count < 2 ? "0" + digits : digits)
        json.name("textEdit")
        json.beginObject()
        json.member("range", range)
        json.member("newText", context.isLine ? facts.personLine : facts.id.text)
        json.endObject()
        json.name("data")
        json.beginObject()
        json.member("id", facts.id.text)
        json.endObject()
        json.endObject()
    }
}
