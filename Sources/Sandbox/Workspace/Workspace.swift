import Bytes

/// The sandbox's data: the same at each start, and changed only by requests.
final class Workspace {
    private let engagements: Collection
    private let contacts: Collection
    private let companies: Collection
    private let users: Collection
    private let tags: Collection
    private let comments: Collection
    /// Moves on by a second with each write, and never by itself.
    private var clock: Timestamp

    /// The records of a new workspace, and its archive.
    struct Content {
        var engagements: [Record]
        var contacts: [Record]
        var companies: [Record]
        var users: [Record]
        var tags: [Record]
        var comments: [Record] = []
        var olderEngagements: (@Sendable () -> [Record])?
        var olderContacts: (@Sendable () -> [Record])?
    }

    /// A workspace before its first write.
    init(_ content: Content, clock: Timestamp) {
        self.clock = clock
        engagements = Collection(
            "engagements", noun: "engagement", prefix: "ngmt_", .init(read: .engagementsRead, write: .engagementsWrite),
            hasETag: true,
            filters: [
                "engagement_type": .words(known: EngagementSeed.types),
                "processing_status": .words(known: EngagementSeed.statuses), "company_ids": .words(),
                "contact_ids": .words(), "start_at": .time,
            ],
            associations: ["company": "company_ids", "contact": "contact_ids", "deal": "deals"],
            records: content.engagements, rest: content.olderEngagements)
        contacts = Collection(
            "contacts", noun: "contact", prefix: "cnt_", .init(read: .contactsRead, write: .contactsWrite),
            hasETag: true,
            associations: ["contact": "crm"], records: content.contacts, rest: content.olderContacts)
        companies = Collection(
            "companies", noun: "company", prefix: "cmp_", .init(read: .companiesRead, write: .companiesWrite),
            filters: ["domain": .word], associations: ["company": "crm"], records: content.companies)
        users = Collection(
            "users", noun: "user", prefix: "usr_", .init(read: .usersRead), hasETag: true, records: content.users)
        tags = Collection(
            "tags", noun: "tag", prefix: "tag_", .init(read: .tagsRead, write: .tagsWrite), isSearchable: false,
            records: content.tags)
        comments = Collection(
            "transcript_comments", noun: "transcript_comment", prefix: "tano_",
            .init(read: [.engagementsRead, .commentsRead], write: [.engagementsRead, .commentsWrite]),
            records: content.comments)
    }

    /// The collection of that name, or nil.
    func collection(_ name: Bytes) -> Collection? {
        [engagements, contacts, companies, users, tags, comments].first { collection in
            var text = collection.name
            return text.withUTF8 { Bytes($0).equals(name) }
        }
    }

    func engagement(_ id: String) -> Engagement? { engagements[id] as? Engagement }
    func contact(_ id: String) -> Contact? { contacts[id] as? Contact }
    func company(_ id: String) -> Company? { companies[id] as? Company }
    func tag(_ id: String) -> Tag? { tags[id] as? Tag }
    func user(_ id: String) -> User? { users[id] as? User }

    /// The token's user: the first one.
    var ownUserID: String? { users.made.first?.id }

    /// The engagement that was created with this key, or nil.
    func engagement(externalID: String) -> Engagement? {
        engagements.made.lazy.compactMap { $0 as? Engagement }.first { $0.externalID == externalID }
    }

    /// The id of the contact that has an address, by the address in lower case; the first of several.
    var contactIDsByEmail: [String: String] {
        Self.holders(contacts.all.compactMap { $0 as? Contact }.map { ($0.id, $0.facts.emails) })
    }

    /// The id of the company that has a domain, by the domain; the first of several.
    var companyIDsByDomain: [String: String] {
        Self.holders(companies.all.compactMap { $0 as? Company }.map { ($0.id, $0.facts.domains) })
    }

    private static func holders(_ records: [(id: String, addresses: [Address])]) -> [String: String] {
        let pairs = records.flatMap { record in record.addresses.map { ($0.value.lowercased(), record.id) } }
        return Dictionary(pairs) { first, _ in first }
    }

    /// The tag with this name, ignoring case, or nil.
    func tag(named name: String) -> Tag? {
        tags.all.lazy.compactMap { $0 as? Tag }.first { $0.facts.name.lowercased() == name.lowercased() }
    }

    /// The user with this address, or nil.
    func user(email: String) -> User? { users.all.lazy.compactMap { $0 as? User }.first { $0.has(email: email) } }

    /// The words that a filter compares: a record's own, and for ids also the CRM objects that they are linked to.
    func words(of record: Record, _ filter: String) -> [String] {
        let words = record.words(filter)
        guard record is Engagement else { return words }
        switch filter {
        case "contact_ids": return words + words.compactMap { contact($0)?.facts.crm?.word }
        case "company_ids": return words + words.compactMap { company($0)?.facts.crm?.word }
        default: return words
        }
    }

    // MARK: Changes

    /// Adds a contact who came with an engagement.
    func addContact(_ facts: ContactFacts, at time: Timestamp) -> Contact {
        let contact = Contact(id: contacts.nextID(), facts, createdAt: time, updatedAt: time)
        contacts.add(contact)
        return contact
    }

    /// The time of the next write.
    func tick() -> Timestamp {
        clock = clock.adding(seconds: 1)
        return clock
    }

    /// Notes that a contact, company or tag has changed, because engagements show it.
    func partChanged() { for record in engagements.made { record.forgetRendered() } }

    /// Deletes the object, and removes it from everything that refers to it.
    func delete(_ record: Record) {
        let time = tick()
        record.delete()
        for case let engagement as Engagement in engagements.all { engagement.forget(record.id) }
        guard record is Company else { return }
        for case let contact as Contact in contacts.all where contact.facts.companyID == record.id {
            var facts = contact.facts
            facts.companyID = nil
            contact.change(to: facts, at: time)
        }
    }

    /// Replaces the participants other than calendar resources. The ids exist and are no calendar resources.
    func replaceContacts(of engagement: Engagement, with ids: [String]) {
        let resources = engagement.contactIDs.filter { contact($0)?.isCalendarResource == true }
        engagement.replaceContacts(with: ids + resources, at: tick())
    }
}
