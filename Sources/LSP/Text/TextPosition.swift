/// A place in a document, as the protocol writes it: a line from 0, and code units from the line's start.
package struct TextPosition: Equatable {
    /// The line, from 0.
    package let line: Int
    /// Code units of the session's encoding, from the line's start.
    package let character: Int

    /// The place at `character` of `line`.
    package init(line: Int, character: Int) {
        self.line = line
        self.character = character
    }

    /// The start of a document.
    package static let start = TextPosition(line: 0, character: 0)
}
