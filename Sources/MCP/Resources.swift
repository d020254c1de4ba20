import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// Engagements as resources: `engagement:///ngmt_…`, with `?expand=…` for related records, and
/// `engagement:///ngmt_…/transcript`.
extension Server {
    private static let scheme = "engagement"

    /// A family of resources.
    private struct Template {
        let uri: String
        let name: String
        let title: String
        let description: String
        let type: String
    }

    private static let templates = [
        Template(
            uri: scheme + ":///{engagement_id}{?expand}", name: "engagement", title: "Engagement",
            description: "One engagement as JSON. expand is a list of related records, separated by commas.",
            type: "application/json"),
        Template(
            uri: scheme + ":///{engagement_id}/transcript", name: "engagement_transcript",
            title: "Engagement transcript",
            description: "What was said in one engagement, as text. It can be megabytes long.", type: "text/plain"),
    ]

    /// Single resources are not listed: there are as many as engagements. Templates say how each is named.
    func appendResources(isTemplates: Bool, _ revision: Revision, to out: ByteBuffer) {
        appendResult(revision, cache: .forAnHour, to: out) { json in
            json.name(isTemplates ? "resourceTemplates" : "resources")
            json.beginArray()
            for template in Self.templates where isTemplates && self.readsEngagements {
                json.beginObject()
                json.member("uriTemplate", template.uri)
                json.member("name", template.name)
                if revision.hasTitles { json.member("title", template.title) }
                json.member("description", template.description)
                json.member("mimeType", template.type)
                json.endObject()
            }
            json.endArray()
        }
    }

    /// What `resources/read` asks for.
    func read(_ params: JSONSlice?, _ meta: RequestMeta, _ revision: Revision) throws(Refusal) -> ToolCall {
        guard let uri = params?.member("uri")?.string else {
            throw Refusal("uri", "required", "resources/read needs the uri of a resource.")
        }
        guard let parts = ResourceURI(uri), parts.scheme == Self.scheme, parts.part.map({ $0 == "transcript" }) ?? true,
            let entry = table.entries.first(where: { $0.method.name == "engagement.get" })
        else {
            let forms = Self.templates.map(\.uri).joined(separator: " and ")
            throw Refusal.noResource(
                uri.cut(after: 200), "There is no resource \(uri.quoted); there are \(forms).", revision)
        }
        let isTranscript = parts.part != nil
        let words = isTranscript ? ["transcript"] : parts.expand
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        json.member("engagement_id", parts.id)
        if !words.isEmpty { json.member("expand", words) }
        json.endObject()
        let shape = Reply.Shape.resource(uri: uri, isTranscript: isTranscript)
        let reply = Reply(shape, revision, progressToken: meta.progressToken.map { Array($0.bytes) }, server: self)
        return ToolCall(entry: entry, params: Self.checked(buffer), reply: reply, holder: buffer)
    }
}

/// `expand` values, completed.
extension Server {
    /// What `completion/complete` asks for: the values that continue what is there.
    func completions(_ params: JSONSlice?) throws(Refusal) -> [String] {
        guard let argument = params?.member("argument"), let name = argument.member("name")?.string,
            let value = argument.member("value")?.string
        else { throw Refusal("argument", "required", "completion/complete needs argument, with name and value.") }
        let ref = params?.member("ref")
        switch ref?.member("type")?.string {
        case "ref/prompt":
            let prompt = ref?.member("name")?.string ?? ""
            guard prompt == Self.promptName, readsEngagements else { throw Self.noPrompt(prompt) }
            return []
        case "ref/resource":
            let uri = ref?.member("uri")?.string ?? ""
            guard uri.lowercased().hasPrefix(Self.scheme + "://"), readsEngagements else {
                throw Refusal("ref.uri", "invalid_value", "There is no resource template \(uri.quoted).")
            }
            return name == "expand" && !uri.hasSuffix("/transcript") ? expansions(of: value) : []
        default: throw Refusal("ref", "required", "completion/complete needs ref, of type ref/prompt or ref/resource.")
        }
    }

    /// The last word of `value` continued, words already there left out.
    private func expansions(of value: String) -> [String] {
        guard let method = tools.first(where: { $0.method.name == "engagement.get" })?.method else { return [] }
        // What stands there already stays as it is spelled, the blanks before the last word included.
        let start = value.lastIndex(of: ",").map { value.index(after: $0) } ?? value.startIndex
        let begun = value[start...].drop { $0.isWhitespace }
        let (head, before) = (value.dropLast(begun.count), String(value[..<start]).commaSeparatedWords)
        for case .choices(let choices) in method.parameters.map(\.kind) {
            return choices.map(\.value).filter { $0.hasPrefix(begun) && !before.contains($0) }.map { head + $0 }
        }
        return []
    }

    func appendCompletion(_ words: [String], _ revision: Revision, to out: ByteBuffer) {
        appendResult(revision, to: out) { json in
            json.name("completion")
            json.beginObject()
            json.member("values", words)
            json.member("total", words.count)
            json.member("hasMore", false)
            json.endObject()
        }
    }
}
