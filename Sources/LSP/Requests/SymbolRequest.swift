import JSON

/// `workspace/symbol`: engagements by their titles, the newest ones for an empty query. Each leads to its attendees
/// document.
enum SymbolRequest: EditorRequest {
    static let method: StaticString = "workspace/symbol"
    static let feature: Feature? = .symbols
    static let nothing: StaticString = "[]"
    private static let list = "engagement.list"
    private static let limit = 20
    /// The protocol's number for an event.
    private static let kind = 24

    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter) {
        if server.isOn(.attendees), server.surroundings.offers(list) { json.member("workspaceSymbolProvider", true) }
    }

    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply {
        guard server.isOn(.attendees), let attendees = server.attendees, server.surroundings.offers(list) else {
            return .emptyList
        }
        let answer = server.owed.add(asked.id, substitute: nothing)
        let query = asked.params?.member("query")?.string ?? ""
        RecordSearch(.engagement, query, limit: limit).run(
            server, expand: ["contacts"], isWanted: { answer.isOpen }
        ) { found in
            answer.send { out in
                var json = JSONWriter(out)
                json.beginArray()
                for (facts, record) in found {
                    guard let uri = attendees.file(of: record, facts.id) else { continue }
                    json.beginObject()
                    json.member("name", (facts.title ?? facts.id.text).printable)
                    json.member("kind", kind)
                    json.name("location")
                    json.location(uri)
                    if let start = facts.start { json.member("containerName", String(start.prefix(10)).printable) }
                    json.endObject()
                }
                json.endArray()
            }
        }
        return .owed
    }
}
