import Bytes
import JSON

/// A rendered body with its strong validator.
struct Rendered {
    let body: ByteBuffer
    /// The ETag with its quotes; it changes when any byte of the body does.
    let etag: String

    init(_ body: ByteBuffer) {
        self.body = body
        etag = "\"\(body.bytes.fingerprint.padded(to: 16, radix: 16))\""
    }
}

/// One object of the workspace: its sort key, its search text, its filters, and its JSON.
class Record {
    let id: String
    let createdAt: Timestamp
    private(set) var updatedAt: Timestamp
    /// A deleted object keeps its place but is never found.
    private(set) var isDeleted = false
    private var cache: [Expand: Rendered] = [:]

    init(id: String, createdAt: Timestamp, updatedAt: Timestamp) {
        self.id = id
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The text that `search` searches.
    var searchText: String { "" }
    var isListed: Bool { true }
    /// The words that the filter `filter` compares.
    func words(_ filter: String) -> [String] { [] }
    /// The time that the filter `filter` compares, except `updated_at`.
    func time(_ filter: String) -> Timestamp? { nil }
    /// Writes its members into an open object.
    func writeMembers(to json: inout JSONWriter, _ expand: Expand, _ workspace: Workspace) {}

    /// Notes that it has changed.
    final func touch(at time: Timestamp) {
        updatedAt = time
        cache = [:]
    }

    /// Drops the rendered bodies, because something they show of other objects has changed.
    final func forgetRendered() { cache = [:] }

    final func delete() { isDeleted = true }

    /// The object as JSON, rendered once per change.
    final func rendered(_ expand: Expand, in workspace: Workspace) -> Rendered {
        if let known = cache[expand] { return known }
        let body = ByteBuffer(capacity: 1024)
        var json = JSONWriter(body)
        json.beginObject()
        writeMembers(to: &json, expand, workspace)
        json.endObject()
        let rendered = Rendered(body)
        // Two megabytes hold all small variants; of the large ones only the newest stays.
        if cache.values.reduce(body.count, { $0 + $1.body.count }) > 2 << 20 { cache = [:] }
        cache[expand] = rendered
        return rendered
    }

    /// Writes `object`, `id` and the times, with which most objects begin.
    final func writeHead(_ object: String, to json: inout JSONWriter) {
        json.member("object", object)
        json.member("id", id)
        json.member("created_at", createdAt.text)
        json.member("updated_at", updatedAt.text)
    }
}

/// An object with changeable `Facts`.
class Changeable<Facts>: Record {
    private(set) final var facts: Facts

    init(id: String, _ facts: Facts, createdAt: Timestamp, updatedAt: Timestamp) {
        self.facts = facts
        super.init(id: id, createdAt: createdAt, updatedAt: updatedAt)
    }

    final func change(to facts: Facts, at time: Timestamp) {
        self.facts = facts
        touch(at: time)
    }
}

/// An e-mail address, a phone number or a domain; one of several is primary.
struct Address: Sendable {
    let value: String
    var isPrimary: Bool

    /// Addresses of which the first is primary.
    static func list(_ values: [String]) -> [Address] {
        values.enumerated().map { Address(value: $1, isPrimary: $0 == 0) }
    }
}

/// The CRM object that an object of the workspace is linked to.
struct CRMLink: Sendable {
    let type: String
    let id: String
    var source = "hubspot"

    /// The word that filters compare. It never equals an id of the workspace.
    var word: String { CRMFilter.word(id) }
}

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
        endObject()
    }
}
