import JSON

extension String {
    /// Followed by spaces up to `width` characters, by one at least.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }

    /// Without blanks at the end.
    var trimmingBlanks: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
