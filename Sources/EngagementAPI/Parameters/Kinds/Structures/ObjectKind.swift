import Bytes
import JSON
import JSONRPC

/// An object with only these members.
struct ObjectKind: ParameterKind {
    let members: [Parameter.Member]

    var shape: ValueShape { .object(members) }
    var limits: String {
        let texts = members.map { "`\($0.name)`\($0.isRequired ? "" : "?"): \($0.kind.limits)" }
        return "{\(texts.joined(separator: "; "))}"
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
        json.member("additionalProperties", false)
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
            guard let found = members.first(where: { $0.name == name }) else {
                throw .unknownMember(name, of: field, known: names)
            }
            let inner = "\(field).\(name)"
            guard seen.insert(name).inserted else { throw .duplicate(inner) }
            if seen.count > 1 { body.append(",") }
            body.append("\"")
            body.append(text: name)
            body.append("\":")
            try found.kind.append(member.value, at: inner, to: body)
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
