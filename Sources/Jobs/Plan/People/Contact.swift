import JSON

/// A contact as people know it.
struct Contact {
    let id: String
    let addresses: [String]
    /// Whether an engagement lists it as a calendar resource.
    let isRoom: Bool
    private let name: String

    /// Reads a contact of the API.
    init(_ contact: JSONSlice) {
        var (id, parts, addresses, isRoom) = ("", [String?](repeating: nil, count: 2), [String](), false)
        for member in contact.members {
            if member.name.reads("id") {
                id = member.value.string ?? ""
            } else if member.name.reads("first_name") {
                parts[0] = member.value.string
            } else if member.name.reads("last_name") {
                parts[1] = member.value.string
            } else if member.name.reads("emails") {
                addresses = member.value.elements.compactMap { $0.member("email")?.string }
            } else if member.name.reads("is_calendar_resource") {
                isRoom = member.value.bool == true
            }
        }
        (self.id, self.addresses, self.isRoom) = (id, addresses, isRoom)
        name = parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Name and address, as far as there are any, made printable: `Ana Souza <ana@acme.example>`.
    var label: String {
        let address = addresses.first.map { "<\($0)>" } ?? ""
        return [name, address].filter { !$0.isEmpty }.joined(separator: " ").printable
    }

    /// Id and name.
    var named: String { name.isEmpty ? id.printable : "\(id) \(name)".printable }
}
