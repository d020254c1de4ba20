import Bytes
import JSON
import JSONRPC

/// One word out of a closed list.
struct WordKind: ParameterKind {
    let words: [String]

    var shape: ValueShape { .text }
    var limits: String { words.listed }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.type("string", orNull: orNull)
        json.member("enum", words)
    }

    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        _ = try text(value, at: field)
        body.append(value.bytes)
    }

    func text(_ value: JSONSlice, at field: String) throws(RPCFailure) -> String {
        guard let word = value.string, words.contains(word) else { throw refusal(value, at: field) }
        return word
    }

    func refusal(_ value: JSONSlice, at field: String) -> RPCFailure {
        guard let text = value.string else {
            return .invalid(field, "invalid_type", "\(field) must be one of \(words.joined(separator: ", ")).")
        }
        let hint = text.nearest(in: words).map { "Did you mean \($0)?" } ?? "Known: \(words.joined(separator: ", "))."
        return .invalid(field, "invalid_choice", "\(field) is \(text.quoted), which is not known. \(hint)")
    }
}

extension Parameter.Kind {
    static func word(_ words: [String]) -> Self { Self(WordKind(words: words)) }
}
