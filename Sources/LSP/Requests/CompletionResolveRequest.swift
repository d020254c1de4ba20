import Bytes
import JSON

/// `completionItem/resolve`: adds to an item what hover says of its record.
enum CompletionResolveRequest: EditorRequest {
    static let method: StaticString = "completionItem/resolve"
    static let feature: Feature? = .completion

    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply {
        guard let item = asked.params, item.kind == .object else { throw .params("The request needs an item.") }
        guard server.client.resolvesDocumentation,
            let id = item.member("data")?.member("id")?.string.flatMap({ ResourceID($0) }),
            server.surroundings.offers(id.kind.getter)
        else { return .result { $0.append(item.bytes) } }
        let (copy, isMarkdown) = (ByteBuffer(item.bytes), server.client.documentsMarkdown)
        let answer = server.owed.add(asked.id, substitute: nothing)
        RecordReading.read(id, server, isMarkdown: isMarkdown) { text in
            answer.send { write(JSONSlice(checked: copy.bytes), text, isMarkdown: isMarkdown, to: $0) }
        }
        return .owed
    }

    private static func write(_ item: JSONSlice, _ text: String, isMarkdown: Bool, to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.beginObject()
        for member in item.members where !member.name.reads("documentation") {
            json.name(member.name.string ?? "")
            json.raw(member.value.bytes)
        }
        json.member("documentation", text, isMarkdown: isMarkdown)
        json.endObject()
    }
}
