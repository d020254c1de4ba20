import Bytes
import JSON
import JSONRPC

/// The name of a run in the journal. People read it in lists, so it has no invisible characters.
struct RunNameKind: ParameterKind {
    private static let characters = TextKind(minimum: 1, maximum: 100)

    var shape: ValueShape { Self.characters.shape }
    var limits: String { "\(Self.characters.minimum) to \(Self.characters.maximum) printable characters" }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        Self.characters.writeSchema(to: &json, for: reader, orNull: orNull)
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        _ = try text(value, at: field)
        body.append(value.bytes)
    }

    func text(_ value: JSONSlice, at field: String) throws(RPCFailure) -> String {
        let text = try Self.characters.text(value, at: field)
        guard text.isPrintable else {
            throw .invalid(field, "invalid_format", "\(field) may have printable characters only.")
        }
        return text
    }
}

extension Parameter.Kind {
    static var runName: Self { Self(RunNameKind()) }
}
