import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// Records as resources: `engagement:///ngmt_…`, `contact:///cnt_…` and so on, with `?expand=…` if the method has it,
/// and `engagement:///ngmt_…/transcript`.
extension Server {
    /// A family of resources.
    private struct Template {
        /// The method that reads one of them.
        let method: Method
        /// The part after the id, which is text; nil for the whole record, which is JSON.
        let part: String?

        var scheme: String { String(method.resource) }

        var uri: String {
            let id = "\(scheme):///{\(scheme)_id}"
            if let part { return "\(id)/\(part)" }
            return method.parameters.contains { $0.name == "expand" } ? id + "{?expand}" : id
        }

        var name: String { part.map { "\(scheme)_\($0)" } ?? scheme }

        var title: String { scheme.prefix(1).uppercased() + scheme.dropFirst() + (part.map { " \($0)" } ?? "") }

        var description: String {
            if part != nil { return "What was said in one \(scheme), as text. It can be megabytes long." }
            let hint = uri.hasSuffix("{?expand}") ? " expand is a list of related records, separated by commas." : ""
            return "One \(scheme) as JSON." + hint
        }
    }

    private static let transcript = "transcript"

    /// The schemes. Comments have none; a tool reads them.
    private static let schemes: [Substring] = ["engagement", "contact", "company", "user", "tag"]

    private static let templates: [Template] = Method.all.flatMap { method -> [Template] in
        guard method.name == "\(method.resource).get", schemes.contains(method.resource) else { return [] }
        let whole = Template(method: method, part: nil)
        return method.resource == "engagement" ? [whole, Template(method: method, part: transcript)] : [whole]
    }

    private var readable: [Template] { Self.templates.filter { mayCall($0.method) } }

    /// Appends the templates of all resources.
    func appendTemplates(_ revision: Revision, to out: ByteBuffer) {
        appendResult(revision, cache: .forAnHour, to: out) { json in
            json.name("resourceTemplates")
            json.beginArray()
            for template in readable {
                json.beginObject()
                json.member("uriTemplate", template.uri)
                json.member("name", template.name)
                if revision.hasTitles { json.member("title", template.title) }
                json.member("description", template.description)
                json.member("mimeType", template.part == nil ? "application/json" : "text/plain")
                json.endObject()
            }
            json.endArray()
        }
    }

    // MARK: The list

    /// Engagements in the list of resources, at most. Templates cover all others.
    private static let listed = 5
    /// Milliseconds that listing them may take: hosts list at their start, while a person waits.
    private static let listingTime = 5000

    /// The call that lists engagements; nil when the settings don't allow it.
    func listing(_ meta: RequestMeta, _ revision: Revision) -> ToolCall? {
        guard let entry = table.entry(of: "engagement.list"), entry.isAllowed,
            readable.contains(where: { $0.scheme == "engagement" })
        else { return nil }
        let params = ByteBuffer()
        var json = JSONWriter(params)
        json.beginObject()
        json.member("limit", Self.listed)
        json.name("options")
        json.beginObject()
        json.member("timeout_ms", Self.listingTime)
        json.endObject()
        json.endObject()
        return ToolCall(
            entry: entry, params: ToolArguments.checked(params),
            reply: Reply(.newest, revision, meta, server: self), canAsk: false, returned: nil, holder: params,
            refusal: nil)
    }

    /// Appends the engagements in `page`, the API's list, as resources; none for nil.
    func appendEngagements(_ page: Bytes?, _ revision: Revision, to out: ByteBuffer) {
        appendResult(revision, cache: .notAtAll, to: out) { json in
            json.name("resources")
            json.beginArray()
            if let page, let items = JSONSlice(checked: page).member("data"), items.kind == .array {
                for item in items.elements.prefix(Self.listed) { Self.write(item, revision, to: &json) }
            }
            json.endArray()
        }
    }

    private static func write(_ engagement: JSONSlice, _ revision: Revision, to json: inout JSONWriter) {
        guard let id = engagement.member("id")?.string, Parameter.engagementID.takes(id: id) else { return }
        let title = engagement.member("title")?.string.flatMap { $0.isEmpty ? nil : $0 } ?? id
        json.beginObject()
        json.member("uri", "engagement:///\(id)")
        json.member("name", revision.hasTitles ? id : title)
        if revision.hasTitles { json.member("title", title) }
        if let time = engagement.member("start_at")?.string { json.member("description", "An engagement of \(time).") }
        json.member("mimeType", "application/json")
        json.endObject()
    }

    // MARK: Reading

    /// The call that `resources/read` asks for.
    func read(_ params: JSONSlice?, _ meta: RequestMeta, _ revision: Revision) throws(Refusal) -> ToolCall {
        guard let uri = params?.member("uri")?.string else {
            throw Refusal("uri", "required", "resources/read needs the uri of a resource.")
        }
        guard let parts = ResourceURI(uri),
            let template = Self.templates.first(where: { $0.scheme == parts.scheme && $0.part == parts.part }),
            let entry = table.entry(of: template.method.name)
        else {
            let forms = Self.templates.map(\.uri).joined(separator: ", ")
            throw Refusal.noResource(
                uri.cut(after: 200), "There is no resource \(uri.quoted); there are \(forms).", in: revision)
        }
        let isTranscript = template.part != nil
        let words = isTranscript ? [Self.transcript] : parts.expand
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        json.member("\(template.scheme)_id", parts.id)
        if !words.isEmpty { json.member("expand", words) }
        json.endObject()
        let shape = Reply.Shape.resource(uri: uri, isTranscript: isTranscript)
        return ToolCall(
            entry: entry, params: ToolArguments.checked(buffer), reply: Reply(shape, revision, meta, server: self),
            canAsk: false, returned: nil, holder: buffer, refusal: nil)
    }

    /// Whether any record can be read as a resource.
    var hasTemplates: Bool { !readable.isEmpty }

    // MARK: Completion

    /// The values that `completion/complete` asks for.
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
            let scheme = uri.prefix { $0 != ":" }.lowercased()
            guard uri.dropFirst(scheme.count).hasPrefix("://"),
                let template = readable.first(where: { $0.scheme == scheme })
            else { throw Refusal("ref.uri", "invalid_value", "There is no resource template \(uri.quoted).") }
            guard !uri.hasSuffix("/\(Self.transcript)") else { return [] }
            return template.method.parameters.first { $0.name == name }.map { Self.words($0, continuing: value) } ?? []
        default: throw Refusal("ref", "required", "completion/complete needs ref, of type ref/prompt or ref/resource.")
        }
    }

    /// The words of a parameter that complete `value`. In a list of words, it completes the last one, without those
    /// already there.
    private static func words(_ parameter: Parameter, continuing value: String) -> [String] {
        let words = parameter.kind.words
        guard case .words = parameter.kind.shape else { return words.filter { $0.hasPrefix(value) } }
        // The text before the last word stays as spelled, blanks included.
        let start = value.lastIndex(of: ",").map { value.index(after: $0) } ?? value.startIndex
        let begun = value[start...].drop { $0.isWhitespace }
        let (head, before) = (value.dropLast(begun.count), String(value[..<start]).commaSeparatedWords)
        return words.filter { $0.hasPrefix(begun) && !before.contains($0) }.map { head + $0 }
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
