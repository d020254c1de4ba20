import Bytes
import JSON

/// An engagement's contacts by id, in the API's order.
struct ContactSet {
    /// Contacts that a write replaces.
    let contacts: [String]
    /// Calendar resources, which stay after any write.
    let preserved: [String]
    /// Names of contacts and calendar resources, by id.
    let names: [String: String]
    /// The engagement's title and id, as a question shows them.
    let heading: String

    init() { self.init(contacts: [], preserved: [], names: [:], heading: "") }

    private init(contacts: [String], preserved: [String], names: [String: String], heading: String) {
        (self.contacts, self.preserved) = (contacts, preserved)
        (self.names, self.heading) = (names, heading)
    }

    /// Reads an engagement with its contacts expanded; nil when the list or an id is missing.
    init?(_ engagement: Bytes, withNames: Bool = false) {
        let root = JSONSlice(checked: engagement)
        guard let list = root.member("contacts"), list.kind == .array else { return nil }
        var (contacts, preserved, names) = ([String](), [String](), [String: String]())
        var seen = IDSet()
        for item in list.elements {
            guard let (id, isResource) = Self.identity(item), !id.isEmpty else { return nil }
            guard seen.insert(id) else { continue }
            if withNames { names[id] = item.contactName }
            if isResource { preserved.append(id) } else { contacts.append(id) }
        }
        self.init(
            contacts: contacts, preserved: preserved, names: names, heading: withNames ? Self.heading(root) : "")
    }

    private static func identity(_ contact: JSONSlice) -> (id: String, isResource: Bool)? {
        var (id, isResource) = (JSONSlice?.none, JSONSlice?.none)
        for member in contact.members {
            if id == nil, member.name.reads("id") { id = member.value }
            if isResource == nil, member.name.reads("is_calendar_resource") { isResource = member.value }
        }
        return id?.string.map { ($0, isResource?.bool == true) }
    }

    private static func heading(_ engagement: JSONSlice) -> String {
        QuestionText.named(engagement.member("title")?.string, engagement.member("id")?.string ?? "")
    }

    /// A copy in which `ids` are calendar resources.
    func settingAside(_ ids: [String]) -> ContactSet {
        if ids.isEmpty { return self }
        let rest = contacts.without(ids)
        return ContactSet(
            contacts: rest, preserved: preserved + contacts.without(rest), names: names, heading: heading)
    }
}
