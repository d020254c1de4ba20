import Bytes
import JSON
import JSONRPC

/// An array of ids, of any length.
struct IDListKind: ParameterKind {
    let prefix: String

    var shape: ValueShape { .ids(prefix: prefix) }
    var limits: String { "list of ids, `\(prefix)…`" }
    var form: String? { element.form }
    private var element: IDKind { IDKind(prefix: prefix) }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.arrayType(of: element, for: reader, orNull: orNull)
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        guard value.kind == .array else {
            throw .invalid(field, "invalid_type", "\(field) must be an array of ids such as [\"\(prefix)01HQY3\"].")
        }
        let kind = element
        body.append("[")
        var index = 0
        for element in value.elements {
            if index > 0 { body.append(",") }
            guard kind.appendQuoted(element, to: body) else { throw kind.refusal(element, at: "\(field)[\(index)]") }
            index += 1
        }
        body.append("]")
    }
}

extension Parameter.Kind {
    static func ids(prefix: String) -> Self { Self(IDListKind(prefix: prefix)) }
}
