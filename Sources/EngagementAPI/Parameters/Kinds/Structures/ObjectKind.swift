import Bytes
import JSON
import JSONRPC

/// An object with these members, and maybe others.
struct ObjectKind: ParameterKind {
    let members: [Parameter.Member]
    /// Whether further members are passed on as they are.
    var isOpen = false

    var shape: ValueShape { .object(members) }
    var limits: String {
        let texts = members.map { "`\($0.name)`\($0.isRequired ? "" : "?"): \($0.kind.limits)" }
        return "{\(texts.joined(separator: "; "))\(isOpen ? "; …" : "")}"
    }

    /// Ignores `orNull`, because no method accepts null for an object.
    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.member("type", "object")
        json.name("properties")
        json.beginObject()
        for member in members {
            json.name(member.name)
            json.schema(member.kind, description: member.summary, for: reader)
        }
        json.endObject()
        let required = members.filter(\.isRequired).map(\.name)
        if !required.isEmpty { json.member("required", required) }
        if !isOpen { json.member("additionalProperties", false) }
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        let names = members.map(\.name)
        guard value.kind == .object else {
            throw .invalid(field, "invalid_type", "\(field) must be an object with \(names.joined(separator: ", ")).")
        }
        var seen: Set<String> = []
        body.append("{")
        for member in value.members {
            let name = member.name.string ?? member.name.bytes.text
            let known = members.first { $0.name == name }
            guard known != nil || isOpen else { throw .unknownMember(name, of: field, known: names) }
            let inner = "\(field).\(name)"
            guard seen.insert(name).inserted else { throw .duplicate(inner) }
            if seen.count > 1 { body.append(",") }
            body.append(member.name.bytes)
            body.append(":")
            try (known?.kind ?? AnyKind()).append(member.value, at: inner, to: body)
        }
        body.append("}")
        if let missing = members.first(where: { $0.isRequired && !seen.contains($0.name) }) {
            throw .invalid("\(field).\(missing.name)", "required", "\(field).\(missing.name) is missing.")
        }
    }
}

extension Parameter.Kind {
    static func object(_ members: [Parameter.Member]) -> Self { Self(ObjectKind(members: members)) }
}
