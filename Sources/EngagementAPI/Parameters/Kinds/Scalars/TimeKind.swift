import Bytes
import JSON
import JSONRPC

/// A point in time (RFC 3339), sent in UTC.
struct TimeKind: ParameterKind {
    var shape: ValueShape { .text }
    var limits: String { "RFC 3339 time, sent in UTC" }
    var form: String? { "As 2026-01-31T09:00:00Z." }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.type("string", orNull: orNull)
        json.member("format", "date-time")
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        body.append("\"")
        body.append(text: try text(value, at: field))
        body.append("\"")
    }

    func text(_ value: JSONSlice, at field: String) throws(RPCFailure) -> String {
        guard value.kind == .string, let text = value.string, let time = RFC3339.inUTC(text) else {
            let text = "\(field) must be a time as in 2026-01-31T09:00:00Z (RFC 3339)."
            throw .invalid(field, value.kind == .string ? "invalid_format" : "invalid_type", text)
        }
        return time
    }
}

extension Parameter.Kind {
    static var time: Self { Self(TimeKind()) }
}
