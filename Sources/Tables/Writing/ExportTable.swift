import Bytes

/// Writes engagements as a table that people edit and the reader takes back: an engagement's id, what it is called and
/// when it was, and who is on it.
package struct ExportTable {
    /// What a row says besides the engagement and its people, unless something else is asked for.
    package static let usualFields = ["title", "start_at"]

    private let writer: TableWriter

    /// Writes the heads to `out`: the engagement's id, `fields`, and the people.
    ///
    /// - Parameter fields: what `isField` takes; each row then has a text for each of them.
    package init(_ out: ByteBuffer, fields: [String] = usualFields, for reader: TableWriter.Reader) {
        writer = TableWriter(out, for: reader)
        writer.append(row: ["engagement_id"] + fields + ["people"])
    }

    /// Whether a column can have this head beside the engagement and its people. The reader would take `id` for the
    /// engagement, and `contacts` for people.
    package static func isField(_ name: String) -> Bool {
        TableHeads.engagementRank(name) == nil && !TableHeads.namesPeople(name) && !TableHeads.trimmed(name).isEmpty
    }

    /// Appends an engagement. One without people says so, because an empty cell is a mistake more often than not.
    package func append(_ row: ExportRow) {
        let people = row.people.map(\.text).joined(separator: ", ")
        writer.append(row: [row.engagementID] + row.fields + [people.isEmpty ? "\(PeopleCell.nobody)" : people])
    }
}
