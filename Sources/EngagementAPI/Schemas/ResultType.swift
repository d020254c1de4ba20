import JSON

/// The types of answers, for documents and for generated clients. No answer is checked against them: objects may get
/// new members, and words new values (API reference: expect additive changes).
public struct ResultType: Sendable {
    /// The kind of a member.
    public indirect enum Kind: Sendable {
        case text, integer, number, flag, time, link, anything
        /// A resource's id, which begins with the prefix.
        case id(prefix: String)
        /// One of these words, or a word that the API adds later.
        case word([String])
        /// Another type of the list.
        case named(String)
        case list(of: Kind)
        /// An object with members of any names.
        case map(of: Kind)
        /// The kind, or `null`.
        case orNull(Kind)
    }

    /// A member of an object.
    public struct Member: Sendable {
        let name: String
        let kind: Kind
        let isRequired: Bool
        /// Whether it helps to identify a resource.
        let isMain: Bool
        /// The parameter that requests it; nil if it is always there.
        let asking: String?
        let summary: String

        init(
            _ name: String, _ kind: Kind, isRequired: Bool = false, isMain: Bool = false, by asking: String? = nil,
            _ summary: String = ""
        ) {
            self.name = name
            self.kind = kind
            self.isRequired = isRequired
            self.isMain = isMain
            self.asking = asking
            self.summary = summary
        }

        /// A member that is present only if `expand` names it.
        static func expanded(_ name: String, _ kind: Kind, _ summary: String = "") -> Member {
            Member(name, kind, by: "expand", summary.isEmpty ? "By expand." : "By expand. \(summary)")
        }

        /// The paths of its fields; for a type of this list, those of its main members.
        fileprivate var paths: [String] {
            guard case .list(.named(let type)) = kind, let inner = ResultType.named(type)?.mainFields, !inner.isEmpty
            else { return [name] }
            return inner.map { "\(name).\($0)" }
        }
    }

    /// The name under `components.schemas`.
    public let name: String
    let summary: String
    let members: [Member]
    /// Whether this process makes it, so that it can have no other members.
    let isOwn: Bool
    /// For a list of resources: the type of its items.
    let item: String?

    init(_ name: String, _ summary: String, isOwn: Bool = false, item: String? = nil, _ members: [Member]) {
        self.name = name
        self.summary = summary
        self.isOwn = isOwn
        self.item = item
        self.members = members
    }

    /// The type with this name; nil for one without known members.
    static func named(_ name: String) -> ResultType? { byName[name] }

    private static let byName = [String: ResultType](
        all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The paths of the fields that identify a resource.
    var mainFields: [String] { members.filter(\.isMain).flatMap(\.paths) }

    /// One page of a list of `item`, or the whole list.
    static func list(of item: String) -> ResultType {
        ResultType(
            item + "List", "A list, as the API pages it.", item: item,
            [
                Member("object", .word(["list"])),
                Member("data", .list(of: .named(item)), isRequired: true),
                Member("has_more", .flag, isRequired: true, "Whether there is more after next_cursor."),
                Member("next_cursor", .orNull(.text), "What to give as cursor for what comes next."),
            ])
    }

    /// Writes the type as a JSON Schema.
    func writeSchema(to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", "object")
        json.member("description", summary)
        json.name("properties")
        json.beginObject()
        for member in members {
            json.name(member.name)
            member.kind.writeSchema(to: &json, summary: member.summary)
        }
        json.endObject()
        let required = members.filter(\.isRequired).map(\.name)
        if !required.isEmpty { json.member("required", required) }
        json.endObject()
    }
}

extension ResultType.Kind {
    func writeSchema(to json: inout JSONWriter, summary: String = "") {
        json.beginObject()
        if !summary.isEmpty { json.member("description", summary) }
        writeMembers(to: &json, orNull: false)
        json.endObject()
    }

    private func writeMembers(to json: inout JSONWriter, orNull: Bool) {
        func type(_ name: String) {
            if orNull { json.member("type", [name, "null"]) } else { json.member("type", name) }
        }
        switch self {
        case .anything: break
        case .text: type("string")
        case .integer: type("integer")
        case .number: type("number")
        case .flag: type("boolean")
        case .time:
            type("string")
            json.member("format", "date-time")
        case .link:
            type("string")
            json.member("format", "uri")
        case .id(let prefix):
            type("string")
            json.member("pattern", "^\(prefix)[A-Za-z0-9]+$")
        case .word(let words):
            // Not `enum`: a client generated from it must accept words that it does not know yet.
            type("string")
            json.member("examples", words)
        case .named(let name) where orNull:
            json.name("anyOf")
            json.beginArray()
            ResultType.Kind.named(name).writeSchema(to: &json)
            json.beginObject()
            json.member("type", "null")
            json.endObject()
            json.endArray()
        case .named(let name): json.member("$ref", "#/components/schemas/\(name)")
        case .list(let kind):
            type("array")
            json.name("items")
            kind.writeSchema(to: &json)
        case .map(let kind):
            type("object")
            json.name("additionalProperties")
            kind.writeSchema(to: &json)
        case .orNull(let kind): kind.writeMembers(to: &json, orNull: true)
        }
    }
}
