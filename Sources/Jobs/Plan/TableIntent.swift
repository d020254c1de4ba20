import JSON
import Tables

/// To have exactly those people on each engagement whom a table lists.
struct TableIntent: ChangeIntent {
    private let rows: [AttendeeRow]
    private let contacts: FoundPeople
    private let run: String

    init(_ rows: [AttendeeRow], _ contacts: FoundPeople, run: String) {
        self.rows = rows
        self.contacts = contacts
        self.run = run
    }

    var count: Int { rows.count }
    func engagementID(_ item: Int) -> String { rows[item].engagementID }
    func line(_ item: Int) -> Int? { rows[item].line }

    func look(_ item: Int) -> JobCall {
        JobCall("engagement.get", tag: item) { json in
            json.member("engagement_id", rows[item].engagementID)
            json.member("expand", ["contacts"])
        }
    }

    func planned(_ item: Int, by result: JSONSlice) -> PlannedChange? {
        result.openMember("data").flatMap { engagement in
            PlannedChange(of: engagement) { _ in contacts.ids(of: rows[item]) }
        }
    }

    func make(_ change: PlannedChange, _ item: Int) -> JobCall {
        JobCall("engagement.replaceContacts", tag: item) { json in
            json.member("engagement_id", rows[item].engagementID)
            json.member("contact_ids", change.wanted)
            json.member("expected_contact_ids", change.before)
            json.member("report_changes", true)
            json.writeRun(run)
        }
    }
}

extension JSONWriter {
    /// Writes the options of a call whose writes belong to `run`.
    mutating func writeRun(_ run: String) {
        name("options")
        beginObject()
        member("run", run)
        endObject()
    }
}
