import Bytes
import JSON
import JSONRPC

/// A resource id: a prefix and at least one ASCII letter or digit.
struct IDKind: ParameterKind {
    let prefix: String

    /// Bytes of one id, at most.
    static let limit = 128

    var shape: ValueShape { .id(prefix: prefix) }
    var limits: String { "id, `\(prefix)…`" }
    var form: String? { "\(prefix)…" }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.type("string", orNull: orNull)
        json.member("pattern", "^\(prefix)[A-Za-z0-9]+$")
        if reader == .document { json.member("maxLength", Self.limit) }
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        guard appendQuoted(value, to: body) else { throw refusal(value, at: field) }
    }

    func text(_ value: JSONSlice, at field: String) throws(RPCFailure) -> String {
        guard let text = value.string, accepts(text) else { throw refusal(value, at: field) }
        return text
    }

    /// False for an invalid id; then nothing may be sent. Takes no field name, because a list can have 100,000 ids, and
    /// only a refusal needs the name.
    func appendQuoted(_ value: JSONSlice, to body: ByteBuffer) -> Bool {
        body.append("\"")
        guard appendBare(value, to: body) else { return false }
        body.append("\"")
        return true
    }

    /// The same without quotes, for a path. Each byte is checked, so that no id can change the shape of a URL.
    func appendBare(_ value: JSONSlice, to out: ByteBuffer) -> Bool {
        if let plain = value.plainString {
            guard matches(plain) else { return false }
            out.append(plain)
            return true
        }
        guard let decoded = value.string, accepts(decoded) else { return false }
        out.append(text: decoded)
        return true
    }

    func accepts(_ text: String) -> Bool {
        let bytes = ByteBuffer(text.utf8)
        return withExtendedLifetime(bytes) { matches(bytes.bytes) }
    }

    private func matches(_ bytes: Bytes) -> Bool {
        let start = prefix.utf8.count
        guard bytes.count > start, bytes.count <= Self.limit else { return false }
        var at = 0
        for byte in prefix.utf8 {
            if bytes[at] != byte { return false }
            at += 1
        }
        while at < bytes.count {
            if !bytes[at].isAlphanumeric { return false }
            at += 1
        }
        return true
    }

    func refusal(_ value: JSONSlice, at field: String) -> RPCFailure {
        let rule = "an id is \(prefix) and then letters and digits, \(Self.limit) at most"
        guard value.kind == .string else {
            return .invalid(field, "invalid_type", "\(field) must be a string: \(rule).")
        }
        return .invalid(field, "invalid_format", "\(field) is not an id of the right kind: \(rule).")
    }
}

extension Parameter.Kind {
    static func id(prefix: String) -> Self { Self(IDKind(prefix: prefix)) }
}
