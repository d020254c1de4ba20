import JSON

extension String {
    /// For a terminal: line breaks, control characters and what changes the direction of text are shown as escapes, so
    /// that text from outside stays on its line.
    var printable: String {
        var out = ""
        for scalar in unicodeScalars {
            if scalar.isDisturbing {
                out += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Followed by spaces up to `width` characters, by one at least.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }

    /// Without blanks at the end.
    var trimmingBlanks: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
