import JSON
import JSONRPC

/// Somebody, or a room, as an engagement's attendee.
package struct Person: Equatable {
    /// The contact's id.
    package let id: String
    /// First and last name; empty if it has none.
    package let name: String
    /// The main address; empty if there is none.
    package let address: String
    /// Whether it is a calendar resource, such as a room.
    package let isRoom: Bool

    /// Reads an item of an engagement's `contacts`.
    init(_ item: JSONSlice) {
        id = item.member("id")?.string ?? ""
        name = item.personName
        address = item.mainAddress.cut(after: RecordFacts.textLimit)
        isRoom = item.member("is_calendar_resource")?.bool == true
    }

    /// Name, else address, else id.
    package var title: String { [name, address, id].first { !$0.isEmpty } ?? "" }
}

extension JSONSlice {
    /// First and last name of a contact or user; empty without both.
    var personName: String {
        [member("first_name"), member("last_name")].compactMap { $0?.string }.filter { !$0.isEmpty }
            .joined(separator: " ").cut(after: RecordFacts.textLimit, "…")
    }

    /// The addresses of a contact or user, the main one first.
    var addresses: [String] {
        var (main, others): ([String], [String]) = ([], [])
        guard let emails = member("emails") else { return [] }
        for email in emails.elements.prefix(RecordFacts.listLimit) {
            guard let address = email.member("email")?.string, !address.isEmpty else { continue }
            if email.member("is_primary")?.bool == true { main.append(address) } else { others.append(address) }
        }
        return main + others
    }

    /// The main address of a contact or user; empty without one.
    var mainAddress: String { addresses.first ?? "" }
}
