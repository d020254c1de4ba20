import JSON
import JSONRPC

/// CRM objects of these types. `[{"id": "7", "object_type": "deal"}]` is sent as `…[0][id]=7` and
/// `…[0][object_type]=deal`.
struct AssociationFilter: FilterKind {
    let types: [String]

    /// CRM objects of one filter, at most (API guide, filtering by CRM object ids).
    private static let limit = 20

    init(_ types: [String]) { self.types = types }

    var comparisons: [Comparison] { [.equal] }
    var limits: String { " of {`id`, `object_type`: \(types.listed)}, at most \(Self.limit)" }

    func value(of comparison: Comparison) -> Parameter.Kind {
        let object: [Parameter.Member] = [
            .init(name: "id", kind: .text(minimum: 1, maximum: 255), isRequired: true, "Its id in the CRM."),
            .init(name: "object_type", kind: .word(types), isRequired: true, "Its type."),
        ]
        return .list(of: .object(object), maximum: Self.limit)
    }

    func append(
        _ value: JSONSlice, _ comparison: Comparison, at field: String, as key: String, to query: inout QueryString
    ) throws(RPCFailure) {
        guard value.kind == .array else {
            let text = "\(field) must be an array such as [{\"id\": \"…\", \"object_type\": \"\(types[0])\"}]."
            throw .invalid(field, "invalid_type", text)
        }
        _ = try checked(value, comparison, at: field)
        for (index, element) in value.elements.enumerated() {
            for name in ["id", "object_type"] {
                let text = element.members.first { $0.name.string == name }?.value.string ?? ""
                query.append("\(key)[\(index)][\(name)]", text)
            }
        }
    }
}
