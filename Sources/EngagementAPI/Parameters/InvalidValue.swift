import JSONRPC

extension RPCFailure {
    /// The refusal of the value at `field`: a path in the params such as `emails[0].email`.
    static func invalid(_ field: String, _ code: String, _ message: String) -> RPCFailure {
        RPCFailure(.invalidParams, message, errors: [FieldError(field: field, code: code, message: message)])
    }

    /// The refusal of a member that the object at `field` does not have.
    static func unknownMember(_ name: String, of field: String, known: [String]) -> RPCFailure {
        let hint = name.nearest(in: known).map { "Did you mean \($0)?" } ?? "It takes \(known.joined(separator: ", "))."
        return .invalid(
            "\(field).\(name.cut(after: 80))", "unknown_member", "\(field) has no member \(name.quoted). \(hint)")
    }

    static func duplicate(_ field: String) -> RPCFailure { .invalid(field, "duplicate", "\(field) stands twice.") }
}
