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
        for (item, reason) in skipped { keepLine(item, JobFailure(.notFound, reason)) }
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
        if keepsLines { keepLine(item, JobFailure(.notFound, reason)) }
    }

    /// Keeps the name of a contact who would be added.
    func note(_ contact: Contact) { people.note(contact) }

    private func leaveUnread(_ item: Int, _ problem: JobFailure) {
        rows[item] = .unread(problem)
        if keepsLines { keepLine(item, problem) }
    }

    private func read(_ result: JSONSlice, _ item: Int) {
        var (data, changes) = (JSONSlice?.none, JSONSlice?.none)
        for member in result.members {
            if member.name.reads("data") { data = member.value }
            if member.name.reads("changes") { changes = member.value }
        }
        guard let data, let changes else {
            return leaveUnread(item, JobFailure(.badResponse, "The answer does not say what would change."))
        }
        if keepsLines { keepLine(item, data, changes) }
        if PlannedChange.isNone(changes) {
            rows[item] = .same
            return
        }
        let change = PlannedChange(title: data.member("title")?.string ?? "", changes)
        rows[item] = .change(change)
        changeCount += 1
        if !keepsLines { noteNames(data, change) }
    }

    private func noteNames(_ engagement: JSONSlice, _ change: PlannedChange) {
        guard let contacts = engagement.member("contacts") else { return }
        // Names of the many who stay would fill the memory, and are not shown.
        let wanted = Set(change.dropped + (changeCount <= Self.unfoldedLimit ? change.kept : []))
        guard !wanted.isEmpty else { return }
        for element in contacts.elements {
            let contact = Contact(element)
            if wanted.contains(contact.id) { people.note(contact) }
        }
    }

    private func keepLine(_ item: Int, _ data: JSONSlice, _ changes: JSONSlice) {
        keepLine(item) { json in
            json.name("title")
            if let title = data.member("title") { json.raw(title.bytes) } else { json.null() }
            json.name("changes")
            json.raw(changes.bytes)
        }
    }

    private func keepLine(_ item: Int, _ problem: JobFailure) {
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
