/// How a filter compares a field.
enum Comparison: String, Sendable {
    case equal = "eq"
    case oneOf = "in"
    case after = "gt"
    case notBefore = "gte"
    case before = "lt"
    case notAfter = "lte"

    /// One sentence for documents.
    var summary: String {
        switch self {
        case .equal: "It is this."
        case .oneOf: "It is one of these."
        case .after: "After this."
        case .notBefore: "At or after this."
        case .before: "Before this."
        case .notAfter: "At or before this."
        }
    }
}
