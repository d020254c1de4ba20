import Bytes
import JSON
import JSONRPC

/// One parameter of a method: its name on the wire, its kind, and its place in the HTTP request.
package struct Parameter: Sendable {
    /// A kind by its short name in the method table: `.id(prefix: "cnt_")`. Each kind adds its name in its own file, in
    /// `Kinds/`.
    package struct Kind: Sendable {
        let type: any ParameterKind

        init(_ type: any ParameterKind) { self.type = type }
    }

    /// One word of a closed list, and the scope that it needs.
    package struct Choice: Sendable {
        package let value: String
        /// The scope besides the method's own, or nil.
        let scope: String?
    }

    package struct Member: Sendable {
        package let name: String
        package let kind: any ParameterKind
        let isRequired: Bool
        /// One sentence for documents.
        let summary: String

        init(name: String, kind: Kind, isRequired: Bool, _ summary: String = "") {
            self.name = name
            self.kind = kind.type
            self.isRequired = isRequired
            self.summary = summary
        }
    }

    /// Where the value goes in the request.
    package enum Place: Sendable { case path, query, body, local }

    /// The name, in the API's own snake_case.
    package let name: String
    package let kind: any ParameterKind
    package let place: Place
    package let isRequired: Bool
    /// One sentence for documents.
    package let summary: String

    init(name: String, kind: Kind, place: Place, isRequired: Bool, summary: String) {
        self.name = name
        self.kind = kind.type
        self.place = place
        self.isRequired = isRequired
        self.summary = summary
    }

    /// Whether it only limits the call.
    package var isOptions: Bool { kind.limitsCall }

    /// The allowed values, in a few words for people.
    package var limits: String { kind.limits }

    /// Whether it takes an id, and `id` is a valid one.
    package func takes(id: String) -> Bool {
        guard case .id(let prefix) = kind.shape else { return false }
        return IDKind(prefix: prefix).accepts(id)
    }

    /// The words that `value` chooses, each once.
    package func chosenWords(_ value: JSONSlice) throws(RPCFailure) -> [String] {
        var (query, terms) = (QueryString(ByteBuffer()), CallTerms())
        try kind.appendQuery(value, name: name, to: &query, &terms)
        return kind.chosen(by: terms)
    }

    /// An `invalid_params` failure that names this parameter.
    package func refusal(_ code: String, _ message: String) -> RPCFailure { .invalid(name, code, message) }
}
