import JSON

extension JSONWriter {
    /// Writes a member whose value is a string or `null`.
    mutating func member(_ name: String, orNull text: String?) {
        self.name(name)
        if let text { string(text) } else { null() }
    }

    /// Writes a member with a list of objects, one for each item.
    mutating func list<Item>(_ name: String, _ items: [Item], _ write: (inout JSONWriter, Item) -> Void) {
        self.name(name)
        beginArray()
        for item in items {
            beginObject()
            write(&self, item)
            endObject()
        }
        endArray()
    }

    /// Writes the member `name`: objects with the member `part` and `is_primary`.
    mutating func addresses(_ name: String, _ part: String, _ addresses: [Address]) {
        list(name, addresses) { json, address in
            json.member(part, address.value)
            json.member("is_primary", address.isPrimary)
            address.extra.write(to: &json)
        }
    }

    /// Writes the `crm_association` member, if there is a link.
    mutating func association(_ link: CRMLink?) {
        guard let link else { return }
        name("crm_association")
        beginObject()
        member("object_type", link.type)
        member("crm_object_id", link.id)
        member("source", link.source)
        link.extra.write(to: &self)
        endObject()
    }
}
