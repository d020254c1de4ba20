import Bytes
import EngagementAPI
import HTTP
import JSON
import Journal

/// Lists what the journal holds: writes or runs.
final class JournalListing: Procedure {
    private let query: JournalQuery

    init(_ query: JournalQuery) { self.query = query }

    func next(after outcome: Outcome) -> Step {
        guard case .recalled(let finding) = outcome else { return .recall(query) }
        let data = ByteBuffer()
        var json = JSONWriter(data)
        json.beginObject()
        switch finding {
        case .writes(let records):
            json.name("entries")
            json.beginArray()
            for record in records { Self.writeEntry(record, to: &json) }
        case .runs(let runs):
            json.name("runs")
            json.beginArray()
            for run in runs { Self.writeRun(run, to: &json) }
        case .undoable: return .fail(.unasked)
        }
        json.endArray()
        json.endObject()
        // Nothing was sent, so an empty exchange stands in for the answer.
        let none = HTTPRequest(.get, target: ByteBuffer())
        return .finish(Exchange(tag: 0, request: none, body: ByteBuffer(), connectTimeoutMs: 0), data: data)
    }

    private static func writeEntry(_ record: JournalRecord, to json: inout JSONWriter) {
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
        if let run = record.run { json.member("run", run) }
        if let undoes = record.undoes { json.member("undoes", undoes) }
        json.endObject()
    }

    private static func writeRun(_ run: JournalRun, to json: inout JSONWriter) {
        json.beginObject()
        json.member("run", run.run)
        json.member("started_at", run.startedAt)
        json.member("ended_at", run.endedAt)
        json.member("writes", run.writes)
        json.member("yes", run.yes)
        json.member("no", run.no)
        json.member("unknown", run.unknown)
        json.endObject()
    }
}
