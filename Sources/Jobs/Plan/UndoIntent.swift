import JSON

/// To have those people back on each engagement who were there before a run.
struct UndoIntent: ChangeIntent {
    private let undone: String
    private let engagementIDs: [String]
    private let terms: JobTerms

    /// To undo what the run `undone` wrote. `terms` name the run of the undoing itself.
    init(of undone: String, engagementIDs: [String], _ terms: JobTerms) {
        self.undone = undone
        self.engagementIDs = engagementIDs
        self.terms = terms
    }

    var count: Int { engagementIDs.count }
    func engagementID(_ item: Int) -> String { engagementIDs[item] }
    func line(_ item: Int) -> Int? { nil }

    func look(_ item: Int) -> JobCall {
        JobCall("engagement.undo", tag: item) { json in
            writeSubject(item, to: &json)
            json.member("dry_run", true)
        }
    }

    func planned(_ item: Int, by result: JSONSlice) -> PlannedChange? {
        guard let data = result.member("data"), let changes = result.member("changes") else { return nil }
        return PlannedChange(title: data.member("title")?.string ?? "", changes)
    }

    // What is there now has to be what the run left, which says more than what was there when the plan was shown. Where
    // it is forced, it has to be what was shown.
    func make(_ change: PlannedChange, _ item: Int) -> JobCall {
        JobCall("engagement.undo", tag: item) { json in
            writeSubject(item, to: &json)
            if terms.isForced { json.member("expected_contact_ids", change.before) }
            json.writeRun(terms.run)
        }
    }

    private func writeSubject(_ item: Int, to json: inout JSONWriter) {
        json.member("engagement_id", engagementIDs[item])
        json.member("run", undone)
        if terms.isForced { json.member("force", true) }
    }
}
