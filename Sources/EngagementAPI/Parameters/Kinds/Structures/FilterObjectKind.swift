import Bytes
import JSON
import JSONRPC

/// An object of comparisons by field. `{"start_at": {"gte": "…"}}` is sent as `filter[start_at][gte]=…`.
struct FilterObjectKind: ParameterKind {
    let fields: [FilterField]

    var shape: ValueShape { .object(fields.map(\.member)) }
    var limits: String {
        fields.map { "`\($0.name)` {\($0.operators.listed)}\($0.kind.limits)" }.joined(separator: "; ")
    }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        ObjectKind(members: fields.map(\.member)).writeSchema(to: &json, for: reader, orNull: orNull)
    }

    func appendQuery(
        _ value: JSONSlice, name: String, to query: inout QueryString, _ terms: inout CallTerms
    ) throws(RPCFailure) {
        let names = fields.map(\.name)
        guard value.kind == .object else {
            let text = "\(name) must be an object such as {\"\(names[0])\": {\"\(fields[0].operators[0])\": …}}."
            throw .invalid(name, "invalid_type", text)
        }
        var seen: Set<String> = []
        var empty: (path: String, field: FilterField)?
        for member in value.members {
            let text = member.name.string ?? member.name.bytes.text
            guard let field = fields.first(where: { $0.name == text }) else {
                throw .unknownMember(text, of: name, known: names)
            }
            let path = "\(name).\(text)"
            guard seen.insert(text).inserted else { throw .duplicate(path) }
            let isEmpty = try field.append(member.value, parameter: name, at: path, to: &query)
            if isEmpty, empty == nil { empty = (path, field) }
        }
        // An empty field would be no condition, and the list would contain everything.
        if let (path, field) = empty {
            let shown = field.operators.joined(separator: ", ")
            throw .invalid(path, "required", "\(path) is empty; it takes \(shown).")
        }
    }
}

extension Parameter.Kind {
    static func filter(_ fields: [FilterField]) -> Self { Self(FilterObjectKind(fields: fields)) }
}
