/// A row of a table of merges: who goes, and who takes the place.
package struct MergeRow {
    /// The line of the file in which the row begins, from 1.
    package let line: Int
    /// The two of them; in a faulty row, whoever is named there.
    package let people: [PersonReference]
    /// Whether something else is wrong with the row: its people are judged, and nothing is done.
    package let isFaulty: Bool

    /// A row at `line`.
    package init(line: Int, duplicate: PersonReference, into: PersonReference) {
        self.line = line
        people = [duplicate, into]
        isFaulty = false
    }

    /// A faulty row at `line`, in which somebody is named.
    init(faultyAt line: Int, _ people: [PersonReference]) {
        self.line = line
        self.people = people
        isFaulty = true
    }

    /// The contact that goes.
    package var duplicate: PersonReference { people[0] }
    /// The contact that takes its place.
    package var into: PersonReference { people[people.count - 1] }
}
