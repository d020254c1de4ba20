/// How a job's text is coloured.
package enum TextStyle {
    case plain, coloured

    /// The colours of a plan, by their number in a terminal's escape sequence.
    enum Colour: Int { case dropped = 31, added = 32, kept = 2, title = 1 }

    /// What ends a line that began with a colour.
    var end: String { self == .plain ? "\n" : "\u{1B}[0m\n" }

    /// What begins `colour`, if there are colours.
    func start(of colour: Colour) -> String { self == .plain ? "" : "\u{1B}[\(colour.rawValue)m" }
}
