/// One of these words, or several of them.
struct WordFilter: FilterKind {
    let words: [String]

    init(_ words: [String]) { self.words = words }

    var comparisons: [Comparison] { [.equal, .oneOf] }
    var limits: String { " of \(words.listed)" }

    func value(of comparison: Comparison) -> Parameter.Kind {
        comparison == .equal ? .word(words) : .list(of: .word(words), maximum: words.count)
    }
}
