/// A row of a table: who is to be on an engagement.
package struct AttendeeRow {
    /// The line of the file in which the row begins, from 1.
    package let line: Int
    /// The engagement's id: `ngmt_…`. Empty where a faulty row has none.
    package let engagementID: String
    /// The people as the table has them, in its order; each once.
    package let people: [PersonReference]
    /// Whether something else is wrong with the row: its people are judged, and nothing is done.
    package let isFaulty: Bool
    /// The lines of those people whom further rows have added. They are the last of `people`.
    private let addedLines: [Int]

    /// A row at `line`.
    package init(
        line: Int, engagementID: String, people: [PersonReference], addedLines: [Int] = [], isFaulty: Bool = false
    ) {
        self.line = line
        self.engagementID = engagementID
        self.people = people
        self.addedLines = addedLines
        self.isFaulty = isFaulty
    }

    /// The line of the row in which the person at `place` of `people` stands.
    package func line(ofPersonAt place: Int) -> Int {
        let added = place - (people.count - addedLines.count)
        return added < 0 ? line : addedLines[added]
    }
}
