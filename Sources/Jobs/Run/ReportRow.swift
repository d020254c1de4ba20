/// What a report says about a row of the table.
package struct ReportRow {
    package let line: String
    package let engagementID: String
    package let title: String
    package let outcome: String
    /// Who was dropped and added, or may have been.
    package let dropped: String
    package let added: String
    package let message: String

    /// The heads of the columns.
    package static let heads = ["line", "engagement_id", "title", "outcome", "dropped", "added", "message"]

    init(_ planner: Planner, _ item: Int, _ outcome: RowOutcome) {
        line = planner.intent.line(item).map { "\($0)" } ?? ""
        engagementID = planner.intent.engagementID(item)
        self.outcome = outcome.word
        message = outcome.message
        guard case .change(let change) = planner.rows[item] else {
            (title, dropped, added) = ("", "", "")
            return
        }
        title = change.title
        guard outcome.mayBeWritten else {
            (dropped, added) = ("", "")
            return
        }
        dropped = change.dropped.map(planner.people.line).joined(separator: "; ")
        added = change.added.map(planner.people.line).joined(separator: "; ")
    }

    /// What became of a duplicate that was to be deleted.
    init(_ pair: MergePair, outcome: String, message: String) {
        (line, engagementID) = ("\(pair.line)", pair.duplicate)
        (title, dropped, added) = ("", "", "")
        (self.outcome, self.message) = (outcome, message)
    }

    /// The cells, in the order of the heads.
    package var cells: [String] { [line, engagementID, title, outcome, dropped, added, message] }
}
