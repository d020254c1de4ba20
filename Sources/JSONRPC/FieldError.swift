/// A refused field of the request or of the API's body.
public struct FieldError: Sendable, Equatable {
    /// The path: `engagement_id`, `contact_ids[3]`; empty if the API gave none.
    public let field: String
    /// A stable word: `required`, `invalid_format`; empty if the API gave none.
    public let code: String
    /// One sentence.
    public let message: String

    /// A refusal of `field`.
    public init(field: String, code: String, message: String) {
        self.field = field
        self.code = code
        self.message = message
    }

    /// The place in `list` that the field names, as `contact_ids[3]` does; nil for any other field.
    package func index(in list: String) -> Int? {
        guard field.hasPrefix(list + "["), field.hasSuffix("]") else { return nil }
        return Int(field.dropFirst(list.utf8.count + 1).dropLast())
    }
}
