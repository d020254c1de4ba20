import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import Journal

/// Restores the contacts that an engagement had before its last replacement, made or possibly made.
final class Undo: Procedure {
    private let target: ByteBuffer
    private let engagementID: String
    private let isForced: Bool
    private let isDryRun: Bool
    private let consent: Consent?
    /// The edit that restores them; nil until the journal has answered.
    private var edit: ContactEdit?

    /// - Parameter contacts: `/v2/engagements/ngmt_…/contacts`
    init(contacts: Bytes, isForced: Bool, isDryRun: Bool, _ consent: Consent?) {
        target = ByteBuffer(contacts)
        engagementID =
            contacts.split(separator: UInt8(ascii: "/")).dropLast().last.map {
                Bytes(rebasing: $0).text
            } ?? ""
        self.isForced = isForced
        self.isDryRun = isDryRun
        self.consent = consent
    }

    func next(after outcome: Outcome) -> Step {
        if let edit { return edit.next(after: outcome) }
        guard case .recalled(let records) = outcome else {
            return .recall(JournalQuery(resource: engagementID, isForUndo: true, limit: 1))
        }
        guard let before = records.first?.before, let wanted = records.first?.wanted else {
            let text = "The journal has no replacement of this engagement's contacts that could be undone."
            return .fail(RPCFailure(.notFound, text))
        }
        let terms = Editing(isDryRun: isDryRun, expected: isForced ? nil : wanted)
        let edit = ContactEdit(contacts: target.bytes, .replace(before), terms, consent)
        self.edit = edit
        return edit.next(after: .begun)
    }
}

/// Lists journal records.
final class JournalList: Procedure {
    private let query: JournalQuery

    init(_ query: JournalQuery) { self.query = query }

    func next(after outcome: Outcome) -> Step {
        guard case .recalled(let records) = outcome else { return .recall(query) }
        let data = ByteBuffer()
        var json = JSONWriter(data)
        json.beginObject()
        json.name("entries")
        json.beginArray()
        for record in records { Self.write(record, to: &json) }
        json.endArray()
        json.endObject()
        // Nothing was sent, so an empty exchange stands in for the answer.
        let none = HTTPRequest(.get, target: ByteBuffer())
        return .finish(Exchange(tag: 0, request: none, body: ByteBuffer(), connectTimeoutMs: 0), data: data)
    }

    private static func write(_ record: JournalRecord, to json: inout JSONWriter) {
        json.beginObject()
        json.member("number", record.number)
        json.member("at", record.at)
        json.member("method", record.method)
        if record.resource.hasPrefix("ngmt_") {
            json.member("engagement_id", record.resource)
        } else if !record.resource.isEmpty {
            json.member("id", record.resource)
        }
        if let before = record.before { json.member("before", before) }
        if let wanted = record.wanted { json.member("after", wanted) }
        json.member("applied", record.applied)
        if let status = record.status { json.member("status", status) }
        json.endObject()
    }
}
