import Bytes
import JSON
import JSONRPC

/// An array of words out of a closed list of at most 64.
struct ChoicesKind: ParameterKind {
    let choices: [Parameter.Choice]

    var shape: ValueShape { .words }
    var limits: String { "list of words: \(choices.map(\.value).listed)" }

    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool) {
        json.arrayType(of: WordKind(words: choices.map(\.value)), for: reader, orNull: orNull)
    }

    /// Appends each chosen word once, and notes it in the terms.
    func appendQuery(
        _ value: JSONSlice, name: String, to query: inout QueryString, _ terms: inout CallTerms
    ) throws(RPCFailure) {
        guard value.kind == .array else {
            let example = choices.first?.value ?? ""
            throw .invalid(name, "invalid_type", "\(name) must be an array of strings such as [\"\(example)\"].")
        }
        var words: [String] = []
        for (index, element) in value.elements.enumerated() {
            let word = element.string
            guard let position = choices.firstIndex(where: { $0.value == word }) else {
                throw WordKind(words: choices.map(\.value)).refusal(element, at: "\(name)[\(index)]")
            }
            guard terms.chosen & (1 << UInt64(position)) == 0 else { continue }
            terms.chosen |= 1 << UInt64(position)
            words.append(choices[position].value)
        }
        query.append(name, list: words)
    }
}

extension Parameter.Kind {
    static func choices(_ choices: [Parameter.Choice]) -> Self { Self(ChoicesKind(choices: choices)) }
}
