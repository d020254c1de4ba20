import Bytes
import JSON
import JSONRPC

/// A string with a minimum and a maximum length.
struct TextKind: ParameterKind {
    var minimum = 0
    let maximum: Int

    var shape: ValueShape { .text }
    var limits: String { "text, \(minimum) to \(maximum) characters" }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.type("string", orNull: orNull)
        if minimum > 0 { json.member("minLength", minimum) }
        json.maxLength(maximum, for: reader)
    }

    /// Appends the text as spelled.
    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        _ = try text(value, at: field)
        body.append(value.bytes)
    }

    func text(_ value: JSONSlice, at field: String) throws(RPCFailure) -> String {
        guard value.kind == .string else { throw .invalid(field, "invalid_type", "\(field) must be a string.") }
        guard let text = value.string else {
            throw .invalid(
                field, "invalid_format", "\(field) holds half of a surrogate pair, which is no character.")
        }
        let count = text.unicodeScalars.count
        guard count <= maximum else {
            throw .invalid(field, "too_long", "\(field) may have at most \(maximum) characters.")
        }
        guard count >= minimum else {
            let characters = "\(minimum) character\(minimum == 1 ? "" : "s")"
            throw .invalid(field, "too_short", "\(field) must have at least \(characters).")
        }
        return text
    }
}

extension Parameter.Kind {
    static func text(minimum: Int = 0, maximum: Int) -> Self { Self(TextKind(minimum: minimum, maximum: maximum)) }
}
