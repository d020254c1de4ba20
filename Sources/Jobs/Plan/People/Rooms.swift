import Tables

/// Calendar resources, as engagements tell them apart: by id and by address. Nobody puts them on an engagement or takes
/// them off, so a table may list them anywhere.
struct Rooms {
    private var ids: Set<String> = []
    private var addresses: Set<String> = []

    var isEmpty: Bool { ids.isEmpty }

    /// Whether the contact is a calendar resource.
    func contains(_ id: String) -> Bool { ids.contains(id) }

    /// Whether the person in a table is a calendar resource.
    func contains(person: PersonReference) -> Bool {
        switch person {
        case .id(let id): ids.contains(id)
        case .address(let address): addresses.contains(address.lowercased())
        }
    }

    /// Notes that `id` is a calendar resource; false if that was known.
    @discardableResult
    mutating func note(id: String) -> Bool { ids.insert(id).inserted }

    /// Notes a calendar resource with its addresses.
    mutating func note(_ contact: Contact) {
        ids.insert(contact.id)
        for address in contact.addresses { addresses.insert(address.lowercased()) }
    }

    /// Adds those of `others`.
    mutating func join(_ others: Rooms) {
        ids.formUnion(others.ids)
        addresses.formUnion(others.addresses)
    }
}
