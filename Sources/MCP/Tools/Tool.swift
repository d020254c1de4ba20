import Bytes
import EngagementAPI
import JSON

/// A method of the table as a tool. Everything it says is worked out of the method's entry.
public struct Tool {
    /// The method that it calls.
    public let method: Method
    /// `engagement_replace_contacts` for `engagement.replaceContacts`: `^[a-z][a-z0-9_]{0,39}$`, which every client
    /// takes.
    public let name: String

    /// The tool of a method, or nil for one that does not reach the API: a model has no use for those.
    public init?(_ method: Method) {
        guard method.isRemote, method.availability == .listed else { return nil }
        self.method = method
        name = Self.name(of: method.name)
    }

    /// The tools that a process offers, in the order of the table.
    public static func all(_ methods: [Method]) -> [Tool] { methods.compactMap(Tool.init) }

    /// A method's name with its dot and its capitals as underscores.
    public static func name(of method: String) -> String {
        var name: [UInt8] = []
        for byte in method.utf8 {
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            if isCapital { name.append(UInt8(ascii: "_")) }
            name.append(byte == UInt8(ascii: ".") ? UInt8(ascii: "_") : isCapital ? byte | 0x20 : byte)
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// A few words for people.
    public var title: String { method.summary.hasSuffix(".") ? String(method.summary.dropLast()) : method.summary }

    /// What it does, what it destroys, and which scopes it takes: for a model.
    public var description: String {
        var sentences = [method.summary, Self.namingTools(method.detailForTools)]
        if !method.scopes.isEmpty {
            let more = method.privateScopes.isEmpty ? "" : "; for private engagements also the :private: ones"
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

    /// One flat object, in what JSON Schema draft-07 and 2020-12 have in common.
    private func writeInputSchema(to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", "object")
        json.name("properties")
        json.beginObject()
        // Hosts have limits of their own, and a model that is asked for `options` makes some up. They are still taken.
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

    /// The text with the tools' names where it has the methods' names.
    static func namingTools(_ text: String) -> String {
        var text = text
        for method in Method.all.map(\.name).sorted(by: { $0.utf8.count > $1.utf8.count }) {
            text = text.replacing(method, with: name(of: method))
        }
        return text
    }
}
