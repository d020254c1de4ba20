/// A line of text over a line of a document, which may be pressed.
package struct EditorLens {
    /// The bytes that it is about.
    package let range: Range<Int>
    /// What it says and does.
    package let command: LensCommand

    /// A lens over `range`.
    package init(_ range: Range<Int>, _ command: LensCommand) {
        self.range = range
        self.command = command
    }
}
