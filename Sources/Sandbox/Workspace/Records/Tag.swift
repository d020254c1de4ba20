import JSON

final class Tag: Changeable<TagFacts> {
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

    /// Writes it as one of an engagement's `tags`.
    func writePart(to json: inout JSONWriter) {
        json.member("object", "tag")
        json.member("id", id)
        json.member("name", facts.name)
        json.member("hex_color", orNull: facts.color)
    }
}
