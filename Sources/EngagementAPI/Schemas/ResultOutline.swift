import JSON

/// Schemas of answers for agents' hosts: without references and lists of types, open to additions by the API, and loose
/// where the API may deviate from its reference, because hosts discard an answer that doesn't fit.
extension Method {
    /// Writes the schema of a tool's structured result.
    public func writeOutline(to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", "object")
        json.name("properties")
        json.beginObject()
        json.name("data")
        outline(dataKind).write(to: &json)
        if tellsChanges {
            json.name("changes")
            outline(.named("Changes")).write(to: &json)
        }
        json.name("meta")
        outline(.named("Meta")).write(to: &json)
        json.endObject()
        json.member("required", requiredMembers)
        json.endObject()
    }

    private func outline(_ kind: ResultType.Kind) -> ResultOutline {
        ResultOutline(kind: kind, parameters: parameters.map(\.name))
    }

    /// The members of every result.
    var requiredMembers: [String] {
        guard tellsChanges, case .composed = action else { return ["data", "meta"] }
        return ["data", "meta", "changes"]
    }
}

/// The schema of a value of `kind`, in the answer to a call with `parameters`.
private struct ResultOutline {
    let kind: ResultType.Kind
    let parameters: [String]

    func write(to json: inout JSONWriter, summary: String = "") {
        json.beginObject()
        let text = [summary, form].filter { !$0.isEmpty }.joined(separator: " ")
        if !text.isEmpty { json.member("description", text) }
        writeMembers(to: &json)
        json.endObject()
    }

    private func write(_ kind: ResultType.Kind, to json: inout JSONWriter, summary: String = "") {
        ResultOutline(kind: kind, parameters: parameters).write(to: &json, summary: summary)
    }

    private var form: String {
        switch kind {
        case .time: "RFC 3339."
        case .id(let prefix): "\(prefix)…"
        case .word(let words) where words.count > 1: words.joined(separator: ", ") + "."
        case .orNull(let kind): ResultOutline(kind: kind, parameters: []).form
        default: ""
        }
    }

    private func writeMembers(to json: inout JSONWriter) {
        switch kind {
        case .anything: break
        case .text, .link, .time, .id, .word: json.member("type", "string")
        case .integer, .number: json.member("type", "number")
        case .flag: json.member("type", "boolean")
        case .named(let name):
            json.member("type", "object")
            // The members of an error are always the same, and many.
            if name != "Error", let type = ResultType.named(name) { writeProperties(of: type, to: &json) }
        case .list(let kind):
            json.member("type", "array")
            json.name("items")
            write(kind, to: &json)
        case .map(let kind):
            json.member("type", "object")
            json.name("additionalProperties")
            write(kind, to: &json)
        case .orNull(let kind):
            json.name("anyOf")
            json.beginArray()
            json.beginObject()
            ResultOutline(kind: kind, parameters: parameters).writeMembers(to: &json)
            json.endObject()
            json.beginObject()
            json.member("type", "null")
            json.endObject()
            json.endArray()
        }
    }

    private func writeProperties(of type: ResultType, to json: inout JSONWriter) {
        json.name("properties")
        json.beginObject()
        for member in type.members where member.asking.map(parameters.contains) ?? true {
            json.name(member.name)
            write(
                type.isOwn || member.isRequired ? member.kind : member.kind.looser, to: &json, summary: member.summary)
        }
        json.endObject()
        let required = type.members.filter(\.isRequired).map(\.name)
        if type.isOwn, !required.isEmpty { json.member("required", required) }
    }
}

extension ResultType.Kind {
    /// The kind, or `null`, which an API may send for a missing value.
    fileprivate var looser: ResultType.Kind {
        switch self {
        case .orNull, .anything: self
        default: .orNull(self)
        }
    }
}
