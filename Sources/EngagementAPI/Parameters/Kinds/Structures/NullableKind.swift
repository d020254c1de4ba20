import Bytes
import JSON
import JSONRPC

/// A kind, or `null`, which has a meaning and is sent.
struct NullableKind: ParameterKind {
    let kind: any ParameterKind

    var shape: ValueShape { kind.shape }
    var limits: String { kind.limits + ", or `null`" }
    var form: String? { kind.form }
    var isNullable: Bool { true }

    /// Schemas for tools don't mention null, because converters send it for absent members.
    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        kind.writeSchema(to: &json, for: reader, orNull: reader == .document)
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        if value.kind == .null { body.append("null") } else { try kind.append(value, at: field, to: body) }
    }
}

extension Parameter.Kind {
    static func nullable(_ kind: Self) -> Self { Self(NullableKind(kind: kind.type)) }
}
