import HTTP
import JSON

/// Deletes the duplicates that are on no engagement any more: looks whether one is, deletes it, and looks again where
/// nobody knows what became of that.
final class Deleter: JobStage {
    private enum Need { case look, deletion, confirmation(String) }

    /// What became of a duplicate.
    private enum End {
        case deleted
        /// It is there still, for this reason.
        case left(String)
        case notBegun
    }

    private let pairs: [MergePair]
    private let run: String
    private var needs: [Need]
    private var ends: [End]
    /// Until when an engagement may go on listing a duplicate that was taken off it.
    private var patience: [Int: Instant] = [:]
    private var queue: CallQueue
    /// Whether no call begins any more.
    private var isStopping = false

    /// Seconds for which lists may be behind.
    private static let lag = 10.0
    /// Duplicates that are named with a reason, at most.
    private static let nameLimit = 20

    init(_ pairs: [MergePair], _ terms: JobTerms) {
        self.pairs = pairs
        run = terms.run
        needs = pairs.map { _ in .look }
        ends = pairs.map { _ in .notBegun }
        queue = CallQueue(
            Array(pairs.indices), limit: terms.limits.count(requests: 1), reached: true, forbiddenLimit: 3)
    }

    var wakeAt: Instant? { queue.wakeAt }
    var isDone: Bool { queue.isDone }

    func interrupt() {
        isStopping = true
        _ = queue.close()
    }

    func nextCall(at now: Instant) -> JobCall? {
        guard let item = queue.next(at: now) else { return nil }
        let (id, run) = (pairs[item].duplicate, run)
        switch needs[item] {
        case .look:
            return JobCall("contact.listEngagements", tag: item) { json in
                json.member("contact_id", id)
                json.member("limit", 1)
                json.member("fields", ["id"])
            }
        case .deletion:
            return JobCall("contact.delete", tag: item) { json in
                json.member("contact_id", id)
                json.writeRun(run)
            }
        case .confirmation: return JobCall("contact.get", tag: item) { $0.member("contact_id", id) }
        }
    }

    func take(_ reply: JobReply, to item: Int, at now: Instant) {
        switch reply {
        case .result(let result):
            _ = queue.end(item, nil, at: now)
            judge(result, item, at: now)
        case .failure(let problem):
            let end = queue.end(item, problem, at: now)
            guard end != .again else { return }
            if end == .hopeless { interrupt() }
            judgeFailure(problem, item, at: now)
        }
    }

    private func judge(_ result: JSONSlice, _ item: Int, at now: Instant) {
        switch needs[item] {
        case .look:
            guard let list = result.member("data")?.member("data") else {
                return ends[item] = .left("whether it is on an engagement could not be read")
            }
            guard let first = list.elements.first(where: { _ in true }) else {
                needs[item] = .deletion
                return goOn(item, at: now)
            }
            let until = patience[item] ?? now + Self.lag
            patience[item] = until
            if now + 1 <= until { return goOn(item, at: now + 1) }
            ends[item] = .left("it is on \(first.member("id")?.string ?? "an engagement") by now")
        case .deletion: ends[item] = .deleted
        case .confirmation(let text): ends[item] = .left(text)
        }
    }

    private func judgeFailure(_ problem: JobFailure, _ item: Int, at now: Instant) {
        let isGone = problem.isKind(.notFound)
        if case .confirmation(let text) = needs[item] { return ends[item] = isGone ? .deleted : .left(text) }
        // What is not there any more is deleted, whoever did it.
        guard isGone || problem.applied == "unknown" || problem.applied == "yes" else {
            return ends[item] = .left(problem.message)
        }
        needs[item] = .confirmation(problem.message)
        ends[item] = .left(problem.message)
        goOn(item, at: now)
    }

    private func goOn(_ item: Int, at time: Instant) {
        if !isStopping { queue.repeats(item, at: time) }
    }

    // MARK: What is told

    /// Whether all were deleted.
    var isComplete: Bool { ends.allSatisfy { if case .deleted = $0 { true } else { false } } }

    /// How many were deleted, which not and why.
    var lines: [String] {
        let deleted = ends.count { if case .deleted = $0 { true } else { false } }
        var lines = ["\(deleted.counted("duplicate", "duplicates")) deleted" + (isComplete ? "." : ", these not:")]
        let left = zip(pairs, ends).compactMap { pair, end -> String? in
            switch end {
            case .deleted: nil
            case .left(let reason): "  \(pair.duplicate.printable): \(reason.printable)"
            case .notBegun: "  \(pair.duplicate.printable): not begun"
            }
        }
        lines += left.prefix(Self.nameLimit)
        if left.count > Self.nameLimit { lines.append("  and \(left.count - Self.nameLimit) more") }
        if !isComplete { lines.append("Run the same command again to delete them.") }
        if deleted > 0 { lines.append("What was deleted stays so: an undo can't put it back on its engagements.") }
        return lines
    }

    /// A line of a report for each.
    var report: [ReportRow] {
        zip(pairs, ends).map { pair, end in
            switch end {
            case .deleted: ReportRow(pair, outcome: "deleted", message: "")
            case .left(let reason): ReportRow(pair, outcome: "not deleted", message: reason)
            case .notBegun: ReportRow(pair, outcome: "not begun", message: "")
            }
        }
    }
}
