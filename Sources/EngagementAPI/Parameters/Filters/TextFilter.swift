struct TextFilter: FilterKind {
    var comparisons: [Comparison] { [.equal] }
    var limits: String { " of text" }

    func value(of comparison: Comparison) -> Parameter.Kind { .text(minimum: 1, maximum: 255) }
}
