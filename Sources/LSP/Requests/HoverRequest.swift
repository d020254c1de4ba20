import Bytes
import JSON

/// `textDocument/hover`: what a person wants to know of the id under the cursor. A look-up that fails is the text, not
/// an error.
enum HoverRequest: EditorRequest {
    static let method: StaticString = "textDocument/hover"
    static let feature: Feature? = .hover

    static func writeCapability(_ server: LanguageServer, to json: inout JSONWriter) {
        json.member("hoverProvider", true)
    }

    static func serve(_ asked: AskedRequest, _ server: LanguageServer) throws(EditorRefusal) -> EditorReply {
        let (uri, position) = (try asked.uri(), try asked.position())
        guard let document = server.documents[uri],
            let found = IDFinder.id(in: document.text, at: document.offset(of: position, server.encoding)),
            server.surroundings.offers(found.id.kind.getter)
        else { return .null }
        let range = document.range(of: found.range, server.encoding)
        if let text = RecordReading.text(of: found.id, server, isMarkdown: server.client.hoversMarkdown) {
            return .result { write(text, range, server, to: $0) }
        }
        let answer = server.owed.add(asked.id, substitute: nothing)
        RecordReading.read(found.id, server, isMarkdown: server.client.hoversMarkdown) { text in
            answer.send { write(text, range, server, to: $0) }
        }
        return .owed
    }

    private static func write(_ text: String, _ range: TextRange, _ server: LanguageServer, to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.beginObject()
        json.member("contents", text, isMarkdown: server.client.hoversMarkdown)
        json.member("range", range)
        json.endObject()
    }
}

extension JSONWriter {
    /// Writes a member with the protocol's `MarkupContent`.
    mutating func member(_ name: String, _ text: String, isMarkdown: Bool) {
        self.name(name)
        beginObject()
        member("kind", isMarkdown ? "markdown" : "plaintext")
        member("value", text)
        endObject()
    }
}
