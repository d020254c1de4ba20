import Bytes
import HTTP
import JSON
import JSONRPC

/// What became of each engagement of a merge, as JSON: `[{engagement_id, applied, changes}]`, with `error` in place of
/// `changes` for those that failed.
struct MergeReport {
    /// Whether all so far are as wanted, as read back.
    var isComplete: Bool { areAllVerified }
    private var areAllVerified = true
    private var entryCount = 0
    private let list = ByteBuffer()
    /// What ends every list of changes, in the result of an edit.
    private static let prefix: StaticString = ",\"changes\":"

    /// An edit has ended well. `members` are those that it adds to its result: the changes.
    mutating func note(_ id: String, _ applied: Applied, members: ByteBuffer) {
        let changes = JSONSlice(checked: members.bytes.dropping(Self.prefix.utf8CodeUnitCount))
        if changes.member("verified")?.bool != true { areAllVerified = false }
        add(id, applied) { json in
            json.name("changes")
            json.raw(changes.bytes)
        }
    }

    /// An engagement was or would be left out of account, for this reason.
    mutating func note(_ id: String, _ applied: Applied, _ failure: RPCFailure) {
        areAllVerified = false
        add(id, applied) { json in
            json.name("error")
            failure.write(to: &json)
        }
    }

    /// What would change.
    mutating func note(planned place: MergePlan.Place, _ wanted: [String]) {
        let before = place.contacts.contacts
        let removed = before.without(wanted)
        add(place.id, .no) { json in
            json.name("changes")
            json.beginObject()
            json.member("before", before)
            json.member("added", wanted.without(before))
            json.member("removed", removed)
            json.member("kept", before.without(removed))
            json.member("preserved", place.contacts.preserved)
            json.member("verified", false)
            json.endObject()
        }
    }

    private mutating func add(_ id: String, _ applied: Applied, _ writeRest: (inout JSONWriter) -> Void) {
        if entryCount > 0 { list.append(",") }
        entryCount += 1
        var json = JSONWriter(list)
        json.beginObject()
        json.member("engagement_id", id)
        json.member("applied", applied.rawValue)
        writeRest(&json)
        json.endObject()
    }

    /// The result's `data`.
    ///
    /// - Parameter failure: why the contact was not deleted; nil if nothing went wrong with that.
    func data(isDeleted: Bool, _ failure: RPCFailure?) -> ByteBuffer {
        let out = ByteBuffer(capacity: list.count + 256)
        out.append("{\"engagements\":[")
        out.append(list)
        out.append("],\"deleted\":")
        out.append(text: isDeleted ? "true" : "false")
        if let failure {
            out.append(",")
            out.appendError(failure)
        }
        out.append("}")
        return out
    }
}
