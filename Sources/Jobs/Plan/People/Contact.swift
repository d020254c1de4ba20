import JSON

/// A contact as people know it.
struct Contact {
    let id: String
    private let name: String
    private let address: String

    /// Reads a contact of the API.
    init(_ contact: JSONSlice) {
        var (id, parts, address) = ("", [String?](repeating: nil, count: 2), "")
        for member in contact.members {
            if member.name.reads("id") {
                id = member.value.string ?? ""
            } else if member.name.reads("first_name") {
                parts[0] = member.value.string
            } else if member.name.reads("last_name") {
                parts[1] = member.value.string
            } else if member.name.reads("emails") {
                address = member.value.elements.first { _ in true }?.member("email")?.string ?? ""
            }
        }
        self.id = id
        self.address = address
        name = parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Name and address, as far as there are any, made printable: `Ana Souza <ana@acme.example>`.
    var label: String {
        let address = address.isEmpty ? "" : "<\(address)>"
        return [name, address].filter { !$0.isEmpty }.joined(separator: " ").printable
    }

    /// Id and name.
    func named(besides address: String) -> String { name.isEmpty ? id.printable : "\(id) \(name)".printable }
}
