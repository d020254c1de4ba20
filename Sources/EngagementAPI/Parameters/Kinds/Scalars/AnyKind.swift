import Bytes
import JSON
import JSONRPC

/// Any JSON value, passed on as spelled. The other end judges it.
package struct AnyKind: ParameterKind {
    package init() {}

    package var shape: ValueShape { .any }
    package var limits: String { "any JSON" }

    package func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {}

    package func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        body.append(value.bytes)
    }
}

extension Parameter.Kind {
    static var any: Self { Self(AnyKind()) }
}
