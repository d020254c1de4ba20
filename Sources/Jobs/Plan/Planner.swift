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
    /// The calendar resources that are known.
    private(set) var rooms = Rooms()
    /// Whether engagements say of each contact whether it is a calendar resource.
    private(set) var tellsRooms = false
    /// Why the reading has ended early; nil if it has not.
    private(set) var failure: JobFailure?
    private(set) var changeCount = 0
    /// The lines of JSON for engagements of which nothing else is kept, because they are so already.
    private var sameLines: [Int: [UInt8]] = [:]
    private let keepsLines: Bool
    private var queue: CallQueue

    /// Engagements up to which a plan shows all names; beyond, only those of the people who are dropped or added.
    static let unfoldedLimit = 100

    /// A plan for the engagements of `intent`.
    ///
    /// - Parameters:
    ///   - settled: those that are not read, and why.
    ///   - items: those that are read; nil for all that are not settled.
    ///   - reached: whether the API was reached by calls before.
    init(
        _ intent: any ChangeIntent, settled: [Int: PlannedRow] = [:], items: [Int]? = nil, keepsLines: Bool,
        reached: Bool, _ limits: CallLimits
    ) {
        self.intent = intent
        self.keepsLines = keepsLines
        rows = (0..<intent.count).map { settled[$0] ?? .pending }
        let items = items ?? (0..<intent.count).filter { settled[$0] == nil }
        queue = CallQueue(items, limit: limits.count(requests: 1), reached: reached)
    }

    var wakeAt: Instant? { queue.wakeAt }
    var isDone: Bool { queue.isDone }
    func interrupt() { _ = queue.close() }
    func nextCall(at now: Instant) -> JobCall? { queue.next(at: now).map(intent.look) }

    func take(_ reply: JobReply, to item: Int, at now: Instant) {
        switch reply {
        case .result(let result):
            _ = queue.end(item, nil, at: now)
            read(result, item)
        case .failure(let problem):
            let end = queue.end(item, problem, at: now)
            guard end != .again else { return }
            rows[item] = .unread(problem)
            guard end == .hopeless else { return }
            failure = problem
            for left in queue.close() { rows[left] = .unread(problem) }
        }
    }

    // MARK: What an answer says

    private func read(_ result: JSONSlice, _ item: Int) {
        guard let change = change(item, in: result) else {
            let problem = JobFailure(.badResponse, "The answer does not list the people with their ids.")
            rows[item] = .unread(problem)
            return
        }
        if !tellsRooms, let contacts = result.openMember("data")?.openMember("contacts") {
            let first = contacts.elements.first { _ in true }
            tellsRooms = first?.member("is_calendar_resource")?.bool != nil
        }
        judge(item, change)
        if case .change = rows[item], !keepsLines { noteNames(in: result, change) }
    }

    /// What is still to be changed on an engagement, by a look at it.
    func change(_ item: Int, in result: JSONSlice) -> PlannedChange? {
        guard let change = intent.planned(item, by: result) else { return nil }
        if !change.preserved.allSatisfy(rooms.contains) { noteRooms(in: result, change.preserved) }
        return rooms.isEmpty ? change : change.settingAside(rooms)
    }

    private func judge(_ item: Int, _ change: PlannedChange) {
        if case .change = rows[item] { changeCount -= 1 }
        guard change.isNone else {
            rows[item] = .change(change)
            changeCount += 1
            return
        }
        rows[item] = .same
        if keepsLines { sameLines[item] = line(item, of: change) }
    }

    private func noteRooms(in result: JSONSlice, _ ids: [String]) {
        for id in ids { rooms.note(id: id) }
        guard let contacts = result.openMember("data")?.openMember("contacts") else { return }
        for element in contacts.elements {
            let contact = Contact(element)
            if contact.isRoom { rooms.note(contact) }
        }
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

    // MARK: What others have found out

    /// Leaves an engagement alone after all, or for unread.
    func settle(_ item: Int, _ row: PlannedRow) {
        if case .change = rows[item] { changeCount -= 1 }
        rows[item] = row
    }

    /// Takes over what was looked up about people, and leaves all calendar resources aside.
    func adopt(_ check: PeopleCheck) {
        for contact in check.contacts { people.note(contact) }
        rooms.join(check.rooms)
        guard !rooms.isEmpty else { return }
        for case (let item, .change(let change)) in rows.enumerated() { judge(item, change.settingAside(rooms)) }
    }

    /// Notes that contacts are calendar resources; returns whether that is news.
    func noteRooms(_ ids: [String]) -> Bool {
        var isNews = false
        for id in ids where rooms.note(id: id) { isNews = true }
        return isNews
    }

    // MARK: Lines

    /// The line of JSON for an engagement.
    func line(_ item: Int) -> [UInt8] {
        switch rows[item] {
        case .change(let change): line(item, of: change)
        case .same: sameLines[item] ?? []
        case .unread(let problem): line(item, error: problem)
        case .skipped(let reason): line(item, error: JobFailure(.notFound, reason))
        case .pending: line(item, error: JobFailure(.internalError, "It was not read."))
        }
    }

    private func line(_ item: Int, of change: PlannedChange) -> [UInt8] {
        line(item) { json in
            json.member("title", change.title)
            json.name("changes")
            change.write(to: &json)
        }
    }

    private func line(_ item: Int, error problem: JobFailure) -> [UInt8] {
        line(item) { json in
            json.name("error")
            problem.json.withUnsafeBytes { json.raw($0) }
        }
    }

    private func line(_ item: Int, writeMembers: (inout JSONWriter) -> Void) -> [UInt8] {
        let out = ByteBuffer()
        var json = JSONWriter(out)
        json.beginObject()
        json.member("engagement_id", intent.engagementID(item))
        writeMembers(&json)
        json.endObject()
        out.append("\n")
        return Array(out.bytes)
    }
}
