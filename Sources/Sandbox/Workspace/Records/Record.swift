import Bytes
import JSON

/// One object of the workspace: its sort key, its search text, its filters, and its JSON.
class Record {
    let id: String
    let createdAt: Timestamp
    private(set) var updatedAt: Timestamp
    /// A deleted object keeps its place but is never found.
    private(set) var isDeleted = false
    private var cache: [Expand: Rendered] = [:]
    /// What its seed says beyond what the sandbox knows.
    private let extra: ExtraMembers

    init(id: String, createdAt: Timestamp, updatedAt: Timestamp, extra: ExtraMembers = .none) {
        self.id = id
        self.extra = extra
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
        extra.write(to: &json)
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
