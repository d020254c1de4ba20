import HTTP
import JSON

/// Reads the contacts whom a plan adds, for their names, and finds ids that no contact has.
final class PeopleNaming: JobStage {
    /// The ids that no contact has.
    private(set) var missing: Set<String> = []
    private let planner: Planner
    private let ids: [String]
    private var queue: CallQueue

    /// Contacts that are read, at most: a plan for thousands does not read thousands more. Of the others the API judges
    /// when they are written.
    static let limit = 500

    /// Names for those whom `planner` would add.
    init(_ planner: Planner, _ limits: CallLimits) {
        self.planner = planner
        var (seen, ids) = (Set<String>(), [String]())
        for case .change(let change) in planner.rows where ids.count < Self.limit {
            ids += change.added.filter { !planner.people.knows($0) && seen.insert($0).inserted }
        }
        self.ids = Array(ids.prefix(Self.limit))
        queue = CallQueue(Array(self.ids.indices), limit: limits.count(requests: 1))
    }

    var wakeAt: Instant? { queue.wakeAt }
    var isDone: Bool { queue.isDone }
    func interrupt() { _ = queue.close() }

    func nextCall(at now: Instant) -> JobCall? {
        guard let item = queue.next(at: now) else { return nil }
        let id = ids[item]
        return JobCall("contact.get", tag: item) { $0.member("contact_id", id) }
    }

    func take(_ reply: JobReply, to item: Int, at now: Instant) {
        switch reply {
        case .result(let result):
            _ = queue.end(nil)
            if let contact = result.member("data") { planner.note(Contact(contact)) }
        case .failure(let problem):
            // Names help people to judge, but a plan can do without them.
            if queue.end(problem) { _ = queue.close() }
            if problem.isKind(.notFound) { missing.insert(ids[item]) }
            if problem.isKind(.rateLimited) { _ = queue.throttled(item, problem, at: now) }
        }
    }
}
