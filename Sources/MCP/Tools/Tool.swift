import Bytes
import EngagementAPI
import JSON

/// A method of the table as a tool. All its texts come from the method.
public struct Tool {
    /// The method that it calls.
    public let method: Method
    /// `engagement_replace_contacts` for `engagement.replaceContacts`: `^[a-z][a-z0-9_]{0,39}$`, which every client
    /// takes.
    public let name: String

    /// The tool of a method; nil for one that is unlisted or does not reach the API: models don't need those.
    public init?(_ method: Method) {
        guard method.isRemote, method.availability == .listed else { return nil }
        self.method = method
        name = Self.name(of: method.name)
    }

    /// The tools of these methods, in their order.
    public static func all(_ methods: [Method]) -> [Tool] { methods.compactMap(Tool.init) }

    /// A method's name in snake case, as a tool's name.
    public static func name(of method: String) -> String {
        var name: [UInt8] = []
        for byte in method.utf8 {
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            if isCapital { name.append(UInt8(ascii: "_")) }
            name.append(byte == UInt8(ascii: ".") ? UInt8(ascii: "_") : isCapital ? byte | 0x20 : byte)
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// The title, for people.
    public var title: String { method.summary.hasSuffix(".") ? String(method.summary.dropLast()) : method.summary }

    /// The description, for models: what the tool does, what it destroys, and which scopes it needs.
    public var description: String {
        var sentences = [method.summary, Self.namingTools(method.detailForTools)]
        if !method.scopes.isEmpty {
            let more = method.privateScopes.isEmpty ? "" : "; for private ones also :private:"
            sentences.append("Scopes: \(method.scopes.joined(separator: ", "))\(more).")
        }
        return sentences.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Writes the tool as an entry of a list.
    public func write(_ revision: Revision, to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", name)
        if revision.hasTitles { json.member("title", title) }
        json.member("description", description)
        json.name("inputSchema")
        writeInputSchema(to: &json)
        if revision.hasStructuredContent {
            json.name("outputSchema")
            method.writeOutline(to: &json)
        }
        if revision.hasAnnotations {
            json.name("annotations")
            writeAnnotations(to: &json)
        }
        json.endObject()
    }

    /// Writes one flat object, valid in JSON Schema draft-07 and 2020-12.
    private func writeInputSchema(to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", "object")
        json.name("properties")
        json.beginObject()
        // `options` is left out, but accepted: hosts have their own limits, and models would make values up.
        for parameter in method.parameters + [method.clearing].compactMap(\.self) where !parameter.isOptions {
            json.name(parameter.name)
            parameter.writeSchema(to: &json, for: .tool)
        }
        json.endObject()
        let required = method.parameters.filter(\.isRequired).map(\.name)
        if !required.isEmpty { json.member("required", required) }
        json.member("additionalProperties", false)
        json.endObject()
    }

    private func writeAnnotations(to json: inout JSONWriter) {
        json.beginObject()
        json.member("title", title)
        json.member("readOnlyHint", !method.isWrite)
        json.member("destructiveHint", method.isDestructive)
        json.member("idempotentHint", method.isIdempotent)
        json.member("openWorldHint", true)
        json.endObject()
    }

    /// Replaces names of methods in `text` by those of their tools.
    static func namingTools(_ text: String) -> String {
        var text = text
        for method in Method.all.map(\.name).sorted(by: { $0.utf8.count > $1.utf8.count }) {
            text = text.replacing(method, with: name(of: method))
        }
        return text
    }
}
