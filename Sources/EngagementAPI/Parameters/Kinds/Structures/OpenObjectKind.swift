import Bytes
import JSON
import JSONRPC

/// An object with any members, passed on as spelled.
struct OpenObjectKind: ParameterKind {
    var shape: ValueShape { .object([]) }
    var limits: String { "object" }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.type("object", orNull: orNull)
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        guard value.kind == .object else { throw .invalid(field, "invalid_type", "\(field) must be an object.") }
        body.append(value.bytes)
    }
}

extension Parameter.Kind {
    static var openObject: Self { Self(OpenObjectKind()) }
}
