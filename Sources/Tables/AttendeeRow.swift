/// A row of a table: who is to be on an engagement.
package struct AttendeeRow {
    /// The line of the file in which the row begins, from 1.
    package let line: Int
    /// The engagement's id: `ngmt_…`.
    package let engagementID: String
    /// The people as the table has them, in its order; each once.
    package let people: [PersonReference]

    /// A row at `line`.
    package init(line: Int, engagementID: String, people: [PersonReference]) {
        self.line = line
        self.engagementID = engagementID
        self.people = people
    }
}
