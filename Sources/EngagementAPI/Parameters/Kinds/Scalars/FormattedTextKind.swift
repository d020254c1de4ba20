import Bytes
import JSON
import JSONRPC

/// A string with a format and a maximum length.
struct FormattedTextKind: ParameterKind {
    let format: TextFormat
    let maximum: Int

    var shape: ValueShape { .text }
    var limits: String { "text that \(format.rule), at most \(maximum) characters" }
    var form: String? { format.form }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.type("string", orNull: orNull)
        json.member("pattern", format.pattern)
        json.maxLength(maximum, for: reader)
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        guard format.fits(try TextKind(maximum: maximum).text(value, at: field)) else {
            throw .invalid(field, "invalid_format", "\(field) \(format.rule).")
        }
        body.append(value.bytes)
    }
}

extension Parameter.Kind {
    static func formatted(_ format: TextFormat, maximum: Int) -> Self {
        Self(FormattedTextKind(format: format, maximum: maximum))
    }
}
