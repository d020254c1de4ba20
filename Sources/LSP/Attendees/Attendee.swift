import JSON
import Tables

/// Somebody, or a room, on an engagement, as an attendees document names them.
struct Attendee: Equatable {
    /// The contact's id.
    let id: String
    /// First and last name; empty if it has none.
    let name: String
    /// The addresses, the main one first.
    let addresses: [String]

    init(id: String, name: String = "", addresses: [String] = []) {
        (self.id, self.name, self.addresses) = (id, name, addresses)
    }

    /// Reads a contact of the API, or what `write` has written; nil without an id.
    init?(_ item: JSONSlice) {
        guard let id = item.member("id")?.string, !id.isEmpty else { return nil }
        self.init(id: id, name: item.personName, addresses: item.addresses)
    }

    /// The line of an attendees document: `cnt_… Name <address>`. Nothing in a name makes another line, a comment, an
    /// id or an address of it.
    var line: String {
        let name = name.inLine
        let address =
            addresses.first { address in
                var copy = address
                return address.isPlainAddress && copy.withUTF8 { PersonReference.isAddress(UnsafeRawBufferPointer($0)) }
            }.map { "<\($0)>" } ?? ""
        return [id, name, address].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Name, else address, else id, on one line.
    var title: String { ([name, addresses.first ?? ""].first { !$0.isEmpty } ?? id).printable }

    /// Whether one of the addresses is this one; case does not count.
    func has(address: String) -> Bool {
        let wanted = address.foldedAddress
        return addresses.contains { $0.foldedAddress == wanted }
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", id)
        json.member("first_name", name)
        json.name("emails")
        json.beginArray()
        for address in addresses {
            json.beginObject()
            json.member("email", address)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}

extension String {
    /// The bytes of an address by which it is compared.
    var foldedAddress: [UInt8] { Array(lowercased().utf8) }
}
