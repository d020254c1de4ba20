import JSON

extension Parameter {
    /// The summary, and which scopes choosing a word takes.
    public var documentation: String {
        guard case .choices(let choices) = kind else { return summary }
        let scoped = choices.compactMap { choice in choice.scope.map { "\(choice.value) needs \($0)" } }
        return scoped.isEmpty ? summary : "\(summary) Scopes: \(scoped.joined(separator: ", "))."
    }

    /// Writes a schema that both JSON Schema draft-07 and 2020-12 read the same way, with `description` if there is
    /// one.
    public func writeSchema(to json: inout JSONWriter, description: String? = nil) {
        kind.writeSchema(to: &json, description: description)
    }
}

extension Parameter.Kind {
    fileprivate func writeSchema(to json: inout JSONWriter, description: String? = nil) {
        json.beginObject()
        if let description { json.member("description", description) }
        writeMembers(to: &json)
        json.endObject()
    }

    private func writeMembers(to json: inout JSONWriter, orNull: Bool = false) {
        func type(_ name: String) {
            if orNull { json.member("type", [name, "null"]) } else { json.member("type", name) }
        }
        func items(_ kind: Parameter.Kind) {
            type("array")
            json.name("items")
            kind.writeSchema(to: &json)
        }
        switch self {
        case .id(let prefix):
            type("string")
            json.member("pattern", "^\(prefix)[A-Za-z0-9]+$")
            json.member("maxLength", ValueCheck.idLimit)
        case .ids(let prefix): items(.id(prefix: prefix))
        case .choices(let choices): items(.word(choices.map(\.value)))
        case .word(let words):
            type("string")
            json.member("enum", words)
        case .text(let minimum, let maximum):
            type("string")
            if minimum > 0 { json.member("minLength", minimum) }
            json.member("maxLength", maximum)
        case .openObject: type("object")
        case .formatted(let format, let maximum):
            type("string")
            json.member("pattern", format.pattern)
            json.member("maxLength", maximum)
        case .integer(let range):
            type("integer")
            json.member("minimum", range.lowerBound)
            if range.upperBound < .max { json.member("maximum", range.upperBound) }
        case .flag: type("boolean")
        case .time:
            type("string")
            json.member("format", "date-time")
        case .object(let members): Self.writeObject(members, to: &json)
        case .list(let kind, let maximum):
            items(kind)
            json.member("maxItems", maximum)
        case .nullable(let kind): kind.writeMembers(to: &json, orNull: true)
        case .filter(let fields): Self.writeObject(fields.map(\.member), to: &json)
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
            Self.writeObject(members, to: &json)
        }
    }

    private static func writeObject(_ members: [Parameter.Member], to json: inout JSONWriter) {
        json.member("type", "object")
        json.name("properties")
        json.beginObject()
        for member in members {
            json.name(member.name)
            member.kind.writeSchema(to: &json)
        }
        json.endObject()
        let required = members.filter(\.isRequired).map(\.name)
        if !required.isEmpty { json.member("required", required) }
        json.member("additionalProperties", false)
    }
}

extension FilterField {
    /// The field as a member of an object, with its comparisons as members of their own.
    fileprivate var member: Parameter.Member {
        .init(
            name: name,
            kind: .object(kind.operators.map { .init(name: $0, kind: valueKind($0), isRequired: false) }),
            isRequired: false)
    }

    private func valueKind(_ comparison: String) -> Parameter.Kind {
        switch kind {
        case .words(let words):
            comparison == "eq" ? .word(words) : .list(of: .word(words), maximum: words.count)
        case .ids(let prefix):
            comparison == "eq" ? .id(prefix: prefix) : .list(of: .id(prefix: prefix), maximum: Self.idLimit)
        case .text: .text(minimum: 1, maximum: 255)
        case .time: .time
        case .associations(let types):
            .list(
                of: .object([
                    .init(name: "id", kind: .text(minimum: 1, maximum: 255), isRequired: true),
                    .init(name: "object_type", kind: .word(types), isRequired: true),
                ]), maximum: Self.associationLimit)
        }
    }
}
