/// Where a fault cuts an answer off.
enum Cut: String, Sendable {
    /// Before its first byte.
    case before
    /// Inside its header section.
    case headers
    /// After half of its body.
    case body
}
