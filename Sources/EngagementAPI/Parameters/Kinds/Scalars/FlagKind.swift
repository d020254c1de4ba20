import Bytes
import JSON
import JSONRPC

struct FlagKind: ParameterKind {
    /// The further scope that `true` needs; nil for none.
    var scope: String?

    var choices: [Parameter.Choice] { scope.map { [Parameter.Choice(value: "true", scope: $0)] } ?? [] }
    var words: [String] { [] }
    var shape: ValueShape { .flag }
    var limits: String { "`true` or `false`" }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.type("boolean", orNull: orNull)
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        body.append(text: try text(value, at: field))
    }

    func text(_ value: JSONSlice, at field: String) throws(RPCFailure) -> String {
        try flag(value, at: field) ? "true" : "false"
    }

    func flag(_ value: JSONSlice, at field: String) throws(RPCFailure) -> Bool {
        guard let flag = value.bool else {
            throw .invalid(field, "invalid_type", "\(field) must be true or false.")
        }
        return flag
    }
}

extension Parameter.Kind {
    static var flag: Self { Self(FlagKind()) }
    static func flag(needing scope: String) -> Self { Self(FlagKind(scope: scope)) }
}
