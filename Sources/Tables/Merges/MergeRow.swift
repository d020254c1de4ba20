/// A row of a table of merges: who goes, and who takes the place.
package struct MergeRow {
    /// The line of the file in which the row begins, from 1.
    package let line: Int
    /// The contact that goes.
    package let duplicate: PersonReference
    /// The contact that takes its place.
    package let into: PersonReference

    /// A row at `line`.
    package init(line: Int, duplicate: PersonReference, into: PersonReference) {
        self.line = line
        self.duplicate = duplicate
        self.into = into
    }
}
