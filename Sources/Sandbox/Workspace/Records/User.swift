import JSON

/// A user of the workspace. No request changes users.
final class User: Record {
    /// The user's number, from 1.
    let number: Int
    private let seed: WorkspaceSeed.User
    private let email: String
    private let role: String
    private let isActive: Bool

    init(number: Int, _ seed: WorkspaceSeed.User) {
        self.number = number
        self.seed = seed
        email = "user\(number)@askelephant.example"
        role = number == 4 ? "ADMIN" : "MEMBER"
        isActive = number != 5
        let updatedAt = WorkspaceSeed.epoch.adding(seconds: number * 70_000)
        super.init(id: WorkspaceSeed.userID(number), createdAt: WorkspaceSeed.epoch, updatedAt: updatedAt)
    }

    /// Whether this is the user's address, ignoring case.
    func has(email: String) -> Bool { self.email == email.lowercased() }

    override var searchText: String { [seed.first, seed.last, email].compactMap(\.self).joined(separator: " ") }

    override func writeMembers(to json: inout JSONWriter, _ expand: Expand, _ workspace: Workspace) {
        json.member("object", "user")
        json.member("id", id)
        json.member("role", role)
        json.member("created_at", createdAt.text)
        json.member("updated_at", updatedAt.text)
        writeNames(to: &json)
        if let title = seed.title { json.member("job_title", title) }
        writeEmail(to: &json)
        json.member("time_zone", "Europe/Berlin")
        if isActive { json.member("last_activity_at", updatedAt.adding(seconds: 500).text) }
    }

    /// Writes the user as an engagement's `owner`.
    func writeOwner(to json: inout JSONWriter) {
        json.beginObject()
        json.member("object", "user")
        json.member("id", id)
        writeNames(to: &json)
        writeEmail(to: &json)
        json.endObject()
    }

    private func writeNames(to json: inout JSONWriter) {
        json.member("first_name", seed.first)
        json.member("last_name", orNull: seed.last)
    }

    private func writeEmail(to json: inout JSONWriter) {
        json.addresses("emails", "email", Address.list([email]))
    }
}
