import JSON

/// A tag for engagements.
final class Tag: Record {
    /// What can be changed.
    struct Facts: Sendable {
        var name: String
        var description: String?
        var color: String?
        var isAutomatic = false
    }

    private(set) var facts: Facts

    init(id: String, _ facts: Facts, createdAt: Timestamp, updatedAt: Timestamp) {
        self.facts = facts
        super.init(id: id, createdAt: createdAt, updatedAt: updatedAt)
    }

    func change(to facts: Facts, at time: Timestamp) {
        self.facts = facts
        touch(at: time)
    }

    override func writeMembers(to json: inout JSONWriter, _ expand: Expand, _ workspace: Workspace) {
        json.member("object", "tag")
        json.member("id", id)
        json.member("name", facts.name)
        json.member("created_at", createdAt.text)
        json.member("updated_at", updatedAt.text)
        json.member("hex_color", orNull: facts.color)
        json.member("description", orNull: facts.description)
        json.member("auto_tagging_enabled", facts.isAutomatic)
    }

    /// As one of an engagement's `tags`.
    func writePart(to json: inout JSONWriter) {
        json.member("object", "tag")
        json.member("id", id)
        json.member("name", facts.name)
        json.member("hex_color", orNull: facts.color)
    }
}
