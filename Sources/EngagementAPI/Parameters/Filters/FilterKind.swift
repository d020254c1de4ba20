import Bytes
import JSON
import JSONRPC

/// The kind of values that a filter's field is compared with. A new kind is one file here.
protocol FilterKind: Sendable {
    /// In the order in which documents name them.
    var comparisons: [Comparison] { get }
    /// Its values in a few words for people, to follow the comparisons.
    var limits: String { get }
    /// The kind of a comparison's value.
    func value(of comparison: Comparison) -> Parameter.Kind
    /// Checks a value and appends it to a query, as the value of `key`. `field` is its path in the params.
    func append(
        _ value: JSONSlice, _ comparison: Comparison, at field: String, as key: String, to query: inout QueryString
    ) throws(RPCFailure)
}

extension FilterKind {
    /// Appends a string unchanged, and an array of strings with commas between them.
    func append(
        _ value: JSONSlice, _ comparison: Comparison, at field: String, as key: String, to query: inout QueryString
    ) throws(RPCFailure) {
        let checked = try checked(value, comparison, at: field)
        try withExtendedLifetime(checked) { () throws(RPCFailure) in
            let checked = JSONSlice(checked: checked.bytes)
            guard checked.kind == .array else { return query.append(key, checked.string ?? "") }
            query.append(key, list: checked.elements.compactMap(\.string))
        }
    }

    /// Checks and encodes the value. An empty array compares with nothing, so it is refused.
    func checked(
        _ value: JSONSlice, _ comparison: Comparison, at field: String
    ) throws(RPCFailure) -> ByteBuffer {
        let checked = ByteBuffer()
        try self.value(of: comparison).type.append(value, at: field, to: checked)
        if value.kind == .array, value.elements.first(where: { _ in true }) == nil {
            throw .invalid(field, "too_short", "\(field) must not be empty.")
        }
        return checked
    }
}
