import Bytes
import JSON

/// An engagement's contacts by id, in the API's order, each once.
package struct ContactSet {
    /// Contacts that a write replaces.
    package let contacts: [String]
    /// Calendar resources, which stay after any write.
    package let preserved: [String]
    /// Names of contacts and calendar resources, by id.
    let names: [String: String]
    /// The engagement's title and id, as a question shows them.
    let heading: String
    /// Whether the API's items say who is a calendar resource.
    let tellsApart: Bool

    init() { self.init(contacts: [], preserved: [], names: [:], heading: "", tellsApart: false) }

    private init(
        contacts: [String], preserved: [String], names: [String: String], heading: String, tellsApart: Bool
    ) {
        (self.contacts, self.preserved) = (contacts, preserved)
        (self.names, self.heading, self.tellsApart) = (names, heading, tellsApart)
    }

    /// Reads an engagement with its contacts expanded; nil when the list or an id is missing.
    init?(_ engagement: Bytes, withNames: Bool = false) {
        let root = JSONSlice(checked: engagement)
        guard let list = root.member("contacts"), let set = ContactSet(list: list) else { return nil }
        guard withNames else {
            self = set
            return
        }
        var names: [String: String] = [:]
        for item in list.elements {
            if let id = item.member("id")?.string, names[id] == nil { names[id] = item.contactName }
        }
        self.init(
            contacts: set.contacts, preserved: set.preserved, names: names, heading: Self.heading(root),
            tellsApart: set.tellsApart)
    }

    /// Reads an engagement's list of contacts, each byte once; nil when it is no list, or an id is missing. `list` may
    /// be open (`JSONSlice.openMember`).
    init?(list: JSONSlice) {
        var scanner = JSONScanner(list.bytes)
        guard let set = try? ContactSet(&scanner) else { return nil }
        self = set
    }

    /// Reads the list of contacts that begins here; nil when it is no list, or an id is missing. Then it is not read
    /// to its end.
    package init?(_ scanner: inout JSONScanner) throws(JSONSyntaxError) {
        guard scanner.isAtArray else { return nil }
        var (contacts, preserved) = ([String](), [String]())
        var (seen, tellsApart) = (IDSet(), false)
        var array = try scanner.openArray()
        while try scanner.isAtElement(of: &array) {
            var (id, isResource) = (String?.none, Bool?.none)
            var contact = try scanner.openObject()
            while let name = try scanner.nextName(of: &contact) {
                if id == nil, name.reads("id") {
                    id = try scanner.value(in: contact).string
                } else if isResource == nil, name.reads("is_calendar_resource") {
                    isResource = try scanner.value(in: contact).bool == true
                } else {
                    try scanner.pass(in: contact)
                }
            }
            tellsApart = tellsApart || isResource != nil
            guard let id, !id.isEmpty else { return nil }
            guard seen.insert(id) else { continue }
            if isResource == true { preserved.append(id) } else { contacts.append(id) }
        }
        self.init(contacts: contacts, preserved: preserved, names: [:], heading: "", tellsApart: tellsApart)
    }

    private static func heading(_ engagement: JSONSlice) -> String {
        QuestionText.named(engagement.member("title")?.string, engagement.member("id")?.string ?? "")
    }

    /// A copy in which `ids` are calendar resources.
    func settingAside(_ ids: [String]) -> ContactSet {
        if ids.isEmpty { return self }
        let rest = contacts.without(ids)
        return ContactSet(
            contacts: rest, preserved: preserved + contacts.without(rest), names: names, heading: heading,
            tellsApart: tellsApart)
    }

    /// A copy in which `ids`, which were set aside, are contacts.
    func takingBack(_ ids: [String]) -> ContactSet {
        if ids.isEmpty { return self }
        return ContactSet(
            contacts: contacts + ids, preserved: preserved.without(ids), names: names, heading: heading,
            tellsApart: tellsApart)
    }
}
