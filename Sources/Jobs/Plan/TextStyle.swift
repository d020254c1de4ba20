/// How a job's text is coloured.
package enum TextStyle {
    case plain, coloured

    /// The colours of a plan, by their number in a terminal's escape sequence.
    enum Colour: Int { case dropped = 31, added = 32, kept = 2, title = 1 }

    /// `text`, in `colour` if there are colours.
    func paint(_ text: String, _ colour: Colour) -> String {
        self == .plain ? text : "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }
}
