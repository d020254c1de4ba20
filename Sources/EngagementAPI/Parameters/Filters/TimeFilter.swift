struct TimeFilter: FilterKind {
    var comparisons: [Comparison] { [.after, .notBefore, .before, .notAfter] }
    var limits: String { " of RFC 3339 times" }

    func value(of comparison: Comparison) -> Parameter.Kind { .time }
}
