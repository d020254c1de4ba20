import Bytes
import JSON
import JSONRPC

/// An array with a maximum length.
struct ListKind: ParameterKind {
    let element: any ParameterKind
    let maximum: Int

    var shape: ValueShape { .list(of: element) }
    var limits: String { "list, at most \(maximum), of \(element.limits)" }
    var form: String? { element.form }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.arrayType(of: element, for: reader, orNull: orNull)
        json.member("maxItems", maximum)
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        guard value.kind == .array else { throw .invalid(field, "invalid_type", "\(field) must be an array.") }
        body.append("[")
        for (index, item) in value.elements.enumerated() {
            guard index < maximum else {
                throw .invalid(field, "too_many", "\(field) may have at most \(maximum) elements.")
            }
            if index > 0 { body.append(",") }
            try element.append(item, at: "\(field)[\(index)]", to: body)
        }
        body.append("]")
    }
}

extension Parameter.Kind {
    static func list(of element: Self, maximum: Int) -> Self { Self(ListKind(element: element.type, maximum: maximum)) }
}
