import JSON

/// The names of contacts that a plan shows.
struct PeopleDirectory {
    private var labels: [String: String] = [:]

    /// Keeps the name of a contact.
    mutating func note(_ contact: Contact) { labels[contact.id] = contact.label }

    /// Whether the contact has been read.
    func knows(_ id: String) -> Bool { labels[id] != nil }

    /// Name, address and id on one line: `Ana Souza <ana@acme.example>  cnt_…`.
    func line(_ id: String) -> String {
        var text = ""
        addLine(id, to: &text)
        return text
    }

    /// Adds name, address and id to `text`.
    func addLine(_ id: String, to text: inout String) {
        if let label = labels[id], !label.isEmpty {
            text += label
            text += "  "
        }
        text += id.printable
    }

    /// Id, name and address, as they stand in a sentence: `cnt_… (Ana Souza <ana@acme.example>)`.
    func words(_ id: String) -> String {
        guard let label = labels[id], !label.isEmpty else { return id.printable }
        return "\(id.printable) (\(label))"
    }
}
