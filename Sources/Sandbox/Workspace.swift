import Bytes
import JSON

/// A body as it goes out, with its strong validator.
struct Rendered {
    let body: ByteBuffer
    /// With its quotes; changes when any byte of the body does.
    let etag: String

    init(_ body: ByteBuffer) {
        self.body = body
        let digits = String(body.bytes.fingerprint, radix: 16)
        etag = "\"\(String(repeating: "0", count: 16 - digits.utf8.count))\(digits)\""
    }
}

/// One object of the workspace: what a list sorts, searches and filters by, and how it looks.
class Record {
    let id: String
    fileprivate(set) var updatedAt: Timestamp
    /// What `search` looks through, in lower case.
    let searchText: String
    /// The values of the filters that compare words, by filter name.
    var words: [String: [String]] = [:]
    /// The values of the filters that compare times, by filter name, `updated_at` apart.
    var times: [String: Timestamp] = [:]
    /// Whether lists show it.
    var isListed = true

    fileprivate var cache: [Expand: Rendered] = [:]
    private let write: ((inout JSONWriter) -> Void)?

    init(id: String, updatedAt: Timestamp, searchText: String, write: ((inout JSONWriter) -> Void)? = nil) {
        self.id = id
        self.updatedAt = updatedAt
        self.searchText = searchText.lowercased()
        self.write = write
    }

    /// The object as JSON, made once until it changes.
    final func rendered(_ expand: Expand, in workspace: Workspace) -> Rendered {
        if let known = cache[expand] { return known }
        let body = ByteBuffer(capacity: 1024)
        var json = JSONWriter(body)
        json.beginObject()
        writeMembers(to: &json, expand, workspace)
        json.endObject()
        let rendered = Rendered(body)
        // Two megabytes hold every small variant; of the large ones only the newest stays.
        if cache.values.reduce(body.count, { $0 + $1.body.count }) > 2 << 20 { cache = [:] }
        cache[expand] = rendered
        return rendered
    }

    fileprivate func writeMembers(to json: inout JSONWriter, _ expand: Expand, _ workspace: Workspace) {
        write?(&json)
    }
}

/// A meeting or call, and who took part.
final class Engagement: Record {
    let seed: EngagementSeed
    /// The participants in order, calendar resources among them.
    fileprivate(set) var contactIDs: [String] {
        didSet { words["contact_ids"] = Self.participants(contactIDs) }
    }

    init(_ seed: EngagementSeed) {
        self.seed = seed
        contactIDs = seed.contactIDs
        super.init(id: seed.id, updatedAt: seed.updatedAt, searchText: seed.title)
        words = [
            "engagement_type": [seed.type], "processing_status": [seed.status],
            "contact_ids": Self.participants(contactIDs),
            "company_ids": seed.companies.map(WorkspaceSeed.companyID)
                + (seed.companies.contains(1) ? [CRMFilter.word(WorkspaceSeed.companyCRMID)] : []),
            "deals": seed.crmID.map { [CRMFilter.word($0)] } ?? [],
        ]
        times = ["start_at": seed.startAt]
    }

    fileprivate override func writeMembers(to json: inout JSONWriter, _ expand: Expand, _ workspace: Workspace) {
        seed.writeMembers(to: &json, updatedAt: updatedAt)
        if expand.contains(.companies) { seed.writeCompanies(to: &json) }
        if expand.contains(.contacts) {
            json.name("contacts")
            json.beginArray()
            for id in contactIDs { workspace.people[id]?.writeParticipant(to: &json) }
            json.endArray()
        }
        seed.writeOtherParts(to: &json, expand)
    }

    /// The ids, and those of the CRM contacts that they stand for.
    private static func participants(_ ids: [String]) -> [String] {
        ids + ids.compactMap { WorkspaceSeed.contactCRMIDs[$0].map(CRMFilter.word) }
    }

    fileprivate func replaceContacts(with ids: [String], calendarResources: [String], at time: Timestamp) {
        contactIDs = ids + calendarResources
        updatedAt = time
        cache = [:]
    }
}

/// A kind of object and all objects of that kind.
struct Collection {
    /// How a filter compares: with one word, with one of several, or with a time.
    enum Filter { case word, words(limit: Int), time }

    /// As in the path: `contacts`.
    let name: String
    /// As in a sentence: `contact`.
    let noun: String
    let scope: Scope
    let isSearchable: Bool
    let filters: [String: Filter]
    /// For each type of CRM object that `filter[crm_associations]` takes, the words of a record it is compared with.
    let associations: [String: String]
    /// In the order of their ids.
    let records: [Record]
    private let places: [String: Int]

    init(
        _ name: String, _ noun: String, scope: Scope, isSearchable: Bool = true, filters: [String: Filter] = [:],
        associations: [String: String] = [:], records: [Record]
    ) {
        self.name = name
        self.noun = noun
        self.scope = scope
        self.isSearchable = isSearchable
        self.filters = filters.merging(["updated_at": .time]) { first, _ in first }
        self.associations = associations
        self.records = records
        places = Dictionary(records.enumerated().map { ($1.id, $0) }) { first, _ in first }
    }

    /// The object with this id, or nil.
    subscript(id: String) -> Record? { places[id].map { records[$0] } }
}

/// Everything the sandbox knows. The only thing that ever changes is who took part in an engagement.
final class Workspace {
    /// Contacts and calendar resources by id.
    let people: [String: Person]
    let collections: [Collection]
    private let seed = WorkspaceSeed()
    /// Counts the writes that were carried out: the workspace's own clock, one second for each.
    private var writes = 0

    init() {
        people = Dictionary(seed.people.map { ($0.id, $0) }) { first, _ in first }
        collections = [
            Collection(
                "engagements", "engagement", scope: .engagementsRead,
                filters: [
                    "engagement_type": .words(limit: 25), "processing_status": .words(limit: 25),
                    "company_ids": .words(limit: 25), "contact_ids": .words(limit: 25), "start_at": .time,
                ],
                associations: ["company": "company_ids", "contact": "contact_ids", "deal": "deals"],
                records: seed.engagements.map(Engagement.init)),
            Collection(
                "contacts", "contact", scope: .contactsRead, associations: ["contact": "crm"],
                records: seed.people.map(\.record)),
            Collection(
                "companies", "company", scope: .companiesRead, filters: ["domain": .word],
                associations: ["company": "crm"], records: seed.companyRecords),
            Collection("users", "user", scope: .usersRead, records: seed.userRecords),
            Collection("tags", "tag", scope: .tagsRead, isSearchable: false, records: seed.tagRecords),
        ]
    }

    /// The collection of that name, or nil.
    func collection(_ name: Bytes) -> Collection? {
        collections.first { collection in
            var text = collection.name
            return text.withUTF8 { Bytes($0).equals(name) }
        }
    }

    /// Replaces the participants that are not calendar resources. The ids are known and not calendar resources.
    func replaceContacts(of engagement: Engagement, with ids: [String]) {
        writes += 1
        let resources = engagement.contactIDs.filter { people[$0]?.isCalendarResource == true }
        engagement.replaceContacts(
            with: ids, calendarResources: resources, at: WorkspaceSeed.firstWrite.adding(seconds: writes))
    }
}
