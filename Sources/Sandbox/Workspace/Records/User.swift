import JSON

/// A user of the workspace. No request changes users.
final class User: Record {
    let facts: UserFacts

    init(
        id: String, _ facts: UserFacts, createdAt: Timestamp, updatedAt: Timestamp, extra: ExtraMembers = .none
    ) {
        self.facts = facts
        super.init(id: id, createdAt: createdAt, updatedAt: updatedAt, extra: extra)
    }

    /// Whether this is one of the user's addresses, ignoring case.
    func has(email: String) -> Bool { facts.emails.contains { $0.value.lowercased() == email.lowercased() } }

    override var searchText: String {
        ([facts.firstName, facts.lastName].compactMap(\.self) + facts.emails.map(\.value)).joined(separator: " ")
    }

    override func writeMembers(to json: inout JSONWriter, _ expand: Expand, _ workspace: Workspace) {
        json.member("object", "user")
        json.member("id", id)
        json.member("role", facts.role)
        json.member("created_at", createdAt.text)
        json.member("updated_at", updatedAt.text)
        writeNames(to: &json)
        if let title = facts.jobTitle { json.member("job_title", title) }
        json.addresses("emails", "email", facts.emails)
        if let zone = facts.timeZone { json.member("time_zone", zone) }
        if let time = facts.lastActivityAt { json.member("last_activity_at", time.text) }
    }

    /// Writes the user as an engagement's `owner`.
    func writeOwner(to json: inout JSONWriter) {
        json.beginObject()
        json.member("object", "user")
        json.member("id", id)
        writeNames(to: &json)
        json.addresses("emails", "email", facts.emails)
        json.endObject()
    }

    private func writeNames(to json: inout JSONWriter) {
        json.member("first_name", orNull: facts.firstName)
        json.member("last_name", orNull: facts.lastName)
    }
}
