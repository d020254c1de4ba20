/// What is wrong with a table, and what to do.
package struct TableFault: Equatable, Sendable {
    /// The line of the file in which the row begins, from 1.
    package let line: Int
    /// The cell as the file has it, or nil if the whole row is meant.
    package let cell: String?
    /// What to do, with the flag that allows it.
    package let advice: String

    /// A fault in the row at `line`.
    package init(line: Int, cell: String?, advice: String) {
        self.line = line
        self.cell = cell
        self.advice = advice
    }
}
