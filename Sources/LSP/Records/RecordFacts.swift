import JSON
import JSONRPC

/// What a person wants to know of a record.
package struct RecordFacts: Equatable {
    /// The record's id.
    package let id: ResourceID
    /// Its name or title; empty if it has none.
    package let name: String
    /// Its addresses, the main one first.
    package let addresses: [String]
    /// The id of the company it belongs to.
    package let company: ResourceID?
    /// When it began, as the API writes it, its type in lower case, and how long it lasted.
    package let start: String?
    package let type: String?
    package let seconds: Int?
    /// Those who take part; nil where they were not read.
    package let attendees: [Person]?
    /// How many take part, those that are left out here too.
    package let attendeeCount: Int
    /// What else there is to say: a job, an industry, a description.
    package let note: String?

    /// Characters that are kept of one text, and elements of one list.
    static let textLimit = 200
    static let listLimit = 50

    /// Reads a record of the API; nil if it is not the record `id`.
    package init?(_ record: JSONSlice, _ id: ResourceID) {
        guard record.kind == .object, record.member("id")?.string.map({ $0 == id.text }) ?? true else { return nil }
        self.id = id
        func text(_ name: StaticString) -> String? {
            record.member(name)?.string.flatMap { $0.isEmpty ? nil : $0.cut(after: Self.textLimit, "…") }
        }
        switch id.kind {
        case .engagement: name = text("title") ?? ""
        case .contact, .user: name = record.personName
        case .company, .tag: name = text("name") ?? ""
        }
        addresses = record.addresses.map { $0.cut(after: Self.textLimit, "…") }
        company = record.member("company")?.member("id")?.string.flatMap { ResourceID($0) }
        start = text("start_at") ?? text("engagement_at")
        type = text("engagement_type").map { String($0.lowercased().map { $0 == "_" ? " " : $0 }) }
        seconds = record.member("duration_seconds")?.integer
        let contacts = id.kind == .engagement ? record.member("contacts") : nil
        attendees = contacts.map { $0.elements.prefix(Self.listLimit).map(Person.init) }
        attendeeCount = contacts?.elements.reduce(0) { count, _ in count + 1 } ?? 0
        note = text("job_title") ?? text("industry") ?? text("description")
    }

    /// Name, else address; nil without both.
    package var title: String? { [name, addresses.first ?? ""].first { !$0.isEmpty } }
}
