/// An id, or several.
struct IDFilter: FilterKind {
    let prefix: String

    /// Ids of one `in`, at most (API reference, list pages).
    private static let limit = 25

    var comparisons: [Comparison] { [.equal, .oneOf] }
    var limits: String { " of `\(prefix)…`, at most \(Self.limit)" }

    func value(of comparison: Comparison) -> Parameter.Kind {
        comparison == .equal ? .id(prefix: prefix) : .list(of: .id(prefix: prefix), maximum: Self.limit)
    }
}
