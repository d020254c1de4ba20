import Bytes
import JSON
import JSONRPC

/// The values that a parameter, or a member of one, may have. A kind checks its values, encodes them for the API, and
/// documents itself. A new kind is one file here, with its type and its short name in `Parameter.Kind`.
///
/// `field` is the path of a value, for refusals: `emails[0].email`.
package protocol ParameterKind: Sendable {
    /// The JSON shape of a value, for readers of unchecked input.
    var shape: ValueShape { get }
    /// The allowed values, in a few words for people.
    var limits: String { get }
    /// The form of a value, as a sentence; nil if its type or its words say it.
    var form: String? { get }
    /// The closed list of a word kind; empty for other kinds.
    var words: [String] { get }
    /// The words of which a call can choose several, each a bit of its terms; empty for other kinds.
    var choices: [Parameter.Choice] { get }
    /// Whether `null` has a meaning of its own.
    var isNullable: Bool { get }
    /// Whether it only limits the call.
    var limitsCall: Bool { get }

    /// Writes the members of its schema into an open object. JSON Schema draft-07 and 2020-12 read it the same way.
    /// `orNull`: whether the type also allows null.
    func writeSchema(to json: inout JSONWriter, for reader: SchemaReader, orNull: Bool)

    /// Appends a value to a body.
    func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure)

    /// The text of a value in a query.
    func text(_ value: JSONSlice, at field: String) throws(RPCFailure) -> String

    /// Appends a parameter to a query: one pair, unless the kind makes several or none.
    func appendQuery(
        _ value: JSONSlice, name: String, to query: inout QueryString, _ terms: inout CallTerms
    ) throws(RPCFailure)

    /// Sets the call's limits.
    func limit(_ terms: inout CallTerms, by value: JSONSlice, at field: String) throws(RPCFailure)
}

/// Defaults for most kinds.
extension ParameterKind {
    package var form: String? { nil }
    package var words: [String] { choices.map(\.value) }
    package var choices: [Parameter.Choice] { [] }
    package var isNullable: Bool { false }
    package var limitsCall: Bool { false }

    package func append(_ value: JSONSlice, at field: String, to body: ByteBuffer) throws(RPCFailure) {
        preconditionFailure("\(field): this kind has no place in a body")
    }

    package func text(_ value: JSONSlice, at field: String) throws(RPCFailure) -> String {
        preconditionFailure("\(field): this kind has no place in a query")
    }

    package func appendQuery(
        _ value: JSONSlice, name: String, to query: inout QueryString, _ terms: inout CallTerms
    ) throws(RPCFailure) {
        query.append(name, try text(value, at: name))
    }

    package func limit(_ terms: inout CallTerms, by value: JSONSlice, at field: String) throws(RPCFailure) {}
}

extension ParameterKind {
    /// The chosen words in `terms`.
    package func chosen(by terms: CallTerms) -> [String] { chosenChoices(terms).map(\.value) }

    func chosenChoices(_ terms: CallTerms) -> [Parameter.Choice] {
        choices.enumerated().compactMap { terms.chosen & (1 << UInt64($0)) != 0 ? $1 : nil }
    }
}
