import JSON

/// Who reads a schema.
public enum SchemaReader: Sendable {
    /// A program that knows JSON Schema.
    case document
    /// An agent's host, which makes something else of it: a form for its model, a grammar. What one of those doesn't
    /// read is left out here (lists of types, lengths from 2,000 up), and what only makes it longer; it is checked all
    /// the same. What may be dropped on the way (patterns) is said in words as well.
    case tool
}

extension Parameter {
    /// The summary, which scopes choosing a word takes, and what null does.
    public var documentation: String {
        if isNullable, summary.hasSuffix(".") { return summary.dropLast() + "; null for none." }
        guard case .choices(let choices) = kind else { return summary }
        let scoped = choices.compactMap { choice in choice.scope.map { "\(choice.value) needs \($0)" } }
        return scoped.isEmpty ? summary : "\(summary) Scopes: \(scoped.joined(separator: ", "))."
    }

    /// Writes a schema that both JSON Schema draft-07 and 2020-12 read the same way, with a description if it is for
    /// tools.
    public func writeSchema(to json: inout JSONWriter, for reader: SchemaReader = .document) {
        kind.writeSchema(to: &json, description: reader == .tool ? summary : "", for: reader)
    }
}

extension Parameter.Kind {
    /// Characters that a schema for tools may bound a string to: grammars of local models stop below 2,000.
    private static let shownLength = 1999

    fileprivate func writeSchema(to json: inout JSONWriter, description: String = "", for reader: SchemaReader) {
        json.beginObject()
        if reader == .tool {
            let sentences = [description, form ?? ""].filter { !$0.isEmpty }
            if !sentences.isEmpty { json.member("description", sentences.joined(separator: " ")) }
        }
        writeMembers(to: &json, for: reader)
        json.endObject()
    }

    /// What a value looks like, in words; nil for what its type or its words say.
    private var form: String? {
        switch self {
        case .id(let prefix): "\(prefix) and letters and digits."
        case .ids(let prefix): Self.id(prefix: prefix).form
        case .time: "As 2026-01-31T09:00:00Z."
        case .formatted(.url, _): "It begins with https://."
        case .nullable(let kind), .list(let kind, _): kind.form
        default: nil
        }
    }

    private func writeMembers(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool = false) {
        func type(_ name: String) {
            if orNull { json.member("type", [name, "null"]) } else { json.member("type", name) }
        }
        func items(_ kind: Parameter.Kind) {
            type("array")
            json.name("items")
            // The list itself says what its elements look like.
            json.beginObject()
            kind.writeMembers(to: &json, for: reader)
            json.endObject()
        }
        func atMost(_ length: Int) {
            if reader == .document || length <= Self.shownLength { json.member("maxLength", length) }
        }
        switch self {
        case .id(let prefix):
            type("string")
            json.member("pattern", "^\(prefix)[A-Za-z0-9]+$")
            if reader == .document { json.member("maxLength", ValueCheck.idLimit) }
        case .ids(let prefix): items(.id(prefix: prefix))
        case .choices(let choices): items(.word(choices.map(\.value)))
        case .word(let words):
            type("string")
            json.member("enum", words)
        case .text(let minimum, let maximum):
            type("string")
            if minimum > 0 { json.member("minLength", minimum) }
            atMost(maximum)
        case .openObject: type("object")
        case .formatted(let format, let maximum):
            type("string")
            json.member("pattern", format.pattern)
            atMost(maximum)
        case .integer(let range):
            type("integer")
            json.member("minimum", range.lowerBound)
            if range.upperBound < .max { json.member("maximum", range.upperBound) }
        case .flag: type("boolean")
        case .time:
            type("string")
            json.member("format", "date-time")
        case .object(let members): Self.writeObject(members, to: &json, for: reader)
        case .list(let kind, let maximum):
            items(kind)
            json.member("maxItems", maximum)
        case .nullable(let kind): kind.writeMembers(to: &json, for: reader, orNull: reader == .document)
        case .filter(let fields): Self.writeObject(fields.map(\.member), to: &json, for: reader)
        case .fields:
            items(.text(minimum: 1, maximum: 200))
            json.member("minItems", 1)
        case .any: break
        case .options(let takesProgress):
            var members: [Parameter.Member] = [
                .init(name: "timeout_ms", kind: .integer(1...(.max)), isRequired: false),
                .init(name: "max_attempts", kind: .integer(1...(.max)), isRequired: false),
            ]
            if takesProgress { members.append(.init(name: "progress_token", kind: .any, isRequired: false)) }
            Self.writeObject(members, to: &json, for: reader)
        }
    }

    private static func writeObject(
        _ members: [Parameter.Member], to json: inout JSONWriter, for reader: SchemaReader
    ) {
        json.member("type", "object")
        json.name("properties")
        json.beginObject()
        for member in members {
            json.name(member.name)
            member.kind.writeSchema(to: &json, description: member.summary, for: reader)
        }
        json.endObject()
        let required = members.filter(\.isRequired).map(\.name)
        if !required.isEmpty { json.member("required", required) }
        json.member("additionalProperties", false)
    }
}

extension FilterField {
    /// The field as a member of an object, with its comparisons as members of their own.
    public var member: Parameter.Member {
        .init(
            name: name,
            kind: .object(
                kind.operators.map { .init(name: $0, kind: valueKind($0), isRequired: false, Self.summary(of: $0)) }),
            isRequired: false, summary)
    }

    private static func summary(of comparison: String) -> String {
        switch comparison {
        case "eq": "It is this."
        case "in": "It is one of these."
        case "gt": "After this."
        case "gte": "At or after this."
        case "lt": "Before this."
        default: "At or before this."
        }
    }

    private func valueKind(_ comparison: String) -> Parameter.Kind {
        switch kind {
        case .words(let words):
            comparison == "eq" ? .word(words) : .list(of: .word(words), maximum: words.count)
        case .ids(let prefix):
            comparison == "eq" ? .id(prefix: prefix) : .list(of: .id(prefix: prefix), maximum: Self.idLimit)
        case .text: .text(minimum: 1, maximum: 255)
        case .time: .time
        case .associations(let types): .list(of: Self.association(types), maximum: Self.associationLimit)
        }
    }

    /// An object of a CRM, of one of these types.
    static func association(_ types: [String]) -> Parameter.Kind {
        .object([
            .init(name: "id", kind: .text(minimum: 1, maximum: 255), isRequired: true, "Its id in the CRM."),
            .init(name: "object_type", kind: .word(types), isRequired: true, "Its type."),
        ])
    }
}
