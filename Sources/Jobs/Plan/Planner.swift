import Bytes
import HTTP
import JSON

/// Reads each engagement once, and keeps what would change on it.
final class Planner: JobStage {
    let intent: any ChangeIntent
    /// What is known about each engagement.
    private(set) var rows: [PlannedRow]
    /// The names of those who would be dropped or kept.
    private(set) var people = PeopleDirectory()
    /// A line of JSON for each engagement; empty unless they are wanted.
    private(set) var lines: [[UInt8]]
    /// Why the reading has ended early; nil if it has not.
    private(set) var failure: JobFailure?
    private(set) var changeCount = 0
    private let keepsLines: Bool
    private var queue: CallQueue

    /// Engagements up to which a plan shows all names; beyond, only those of the people who are dropped or added.
    static let unfoldedLimit = 100

    /// A plan for all engagements of `intent` but those in `skipped`, each with the reason.
    init(_ intent: any ChangeIntent, skipped: [Int: String], keepsLines: Bool, _ limits: CallLimits) {
        self.intent = intent
        self.keepsLines = keepsLines
        rows = (0..<intent.count).map { skipped[$0].map(PlannedRow.skipped) ?? .pending }
        lines = keepsLines ? Array(repeating: [], count: intent.count) : []
        let items = (0..<intent.count).filter { skipped[$0] == nil }
        queue = CallQueue(items, limit: limits.count(requests: 1))
        guard keepsLines else { return }
        for (item, reason) in skipped { keepLine(item, of: JobFailure(.notFound, reason)) }
    }

    var wakeAt: Instant? { queue.wakeAt }
    var isDone: Bool { queue.isDone }
    func interrupt() { _ = queue.close() }
    func nextCall(at now: Instant) -> JobCall? { queue.next(at: now).map(intent.look) }

    func take(_ reply: JobReply, to item: Int, at now: Instant) {
        switch reply {
        case .result(let result):
            _ = queue.end(nil)
            read(result, item)
        case .failure(let problem):
            let isHopeless = queue.end(problem)
            if !isHopeless, problem.isKind(.rateLimited), queue.throttled(item, problem, at: now) { return }
            leaveUnread(item, problem)
            guard isHopeless else { return }
            failure = problem
            for left in queue.close() { leaveUnread(left, problem) }
        }
    }

    /// Leaves an engagement alone after all.
    func skip(_ item: Int, _ reason: String) {
        if case .change = rows[item] { changeCount -= 1 }
        rows[item] = .skipped(reason)
        if keepsLines { keepLine(item, of: JobFailure(.notFound, reason)) }
    }

    /// Keeps the name of a contact who would be added.
    func note(_ contact: Contact) { people.note(contact) }

    private func leaveUnread(_ item: Int, _ problem: JobFailure) {
        rows[item] = .unread(problem)
        if keepsLines { keepLine(item, of: problem) }
    }

    private func read(_ result: JSONSlice, _ item: Int) {
        guard let change = intent.planned(item, by: result) else {
            return leaveUnread(item, JobFailure(.badResponse, "The answer does not list the people with their ids."))
        }
        if keepsLines { keepLine(item, change) }
        guard !change.isNone else {
            rows[item] = .same
            return
        }
        rows[item] = .change(change)
        changeCount += 1
        if !keepsLines { noteNames(in: result, change) }
    }

    private func noteNames(in result: JSONSlice, _ change: PlannedChange) {
        // Names of the many who stay would fill the memory, and are not shown.
        let shown = change.dropped + (changeCount <= Self.unfoldedLimit ? change.kept : [])
        var unknown = shown.filter { !people.knows($0) }
        guard !unknown.isEmpty, let contacts = result.openMember("data")?.openMember("contacts") else { return }
        for element in contacts.elements {
            guard !unknown.isEmpty else { return }
            guard let id = element.member("id")?.string, let place = unknown.firstIndex(of: id) else { continue }
            unknown.remove(at: place)
            people.note(Contact(element))
        }
    }

    private func keepLine(_ item: Int, _ change: PlannedChange) {
        keepLine(item) { json in
            json.member("title", change.title)
            json.name("changes")
            change.write(to: &json)
        }
    }

    private func keepLine(_ item: Int, of problem: JobFailure) {
        keepLine(item) { json in
            json.name("error")
            problem.json.withUnsafeBytes { json.raw($0) }
        }
    }

    private func keepLine(_ item: Int, writeMembers: (inout JSONWriter) -> Void) {
        let out = ByteBuffer()
        var json = JSONWriter(out)
        json.beginObject()
        json.member("engagement_id", intent.engagementID(item))
        writeMembers(&json)
        json.endObject()
        out.append("\n")
        lines[item] = Array(out.bytes)
    }
}
