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
        /// Nobody knows whether it is there still.
        case unknown(String)
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
            if case .deletion = needs[item], problem.mayBeApplied { ends[item] = .unknown(problem.message) }
            let end = queue.end(item, problem, at: now)
            guard end != .again else {
                // After the wait it may be on an engagement.
                if case .deletion = needs[item] { needs[item] = .look }
                return
            }
            if end == .hopeless { interrupt() }
            judgeFailure(problem, item, at: now)
        }
    }

    private func judge(_ result: JSONSlice, _ item: Int, at now: Instant) {
        switch needs[item] {
        case .look:
            guard let list = result.member("data")?.member("data"), list.kind == .array else {
                return ends[item] = .left("whether it is on an engagement could not be read")
            }
            guard let first = list.elements.first(where: { _ in true }) else {
                // An empty page that is not the last says nothing.
                if result.member("data")?.member("has_more")?.bool == true {
                    return ends[item] = .left("it may be on engagements still")
                }
                needs[item] = .deletion
                return goOn(item, at: now)
            }
            let until = patience[item] ?? now + Self.lag
            patience[item] = until
            if now + 1 <= until { return goOn(item, at: now + 1) }
            ends[item] = .left("it is on \(first.member("id")?.string ?? "an engagement") by now")
        case .deletion:
            guard result.member("data")?.member("deleted")?.bool == false else { return ends[item] = .deleted }
            confirm(item, "the API says that it is not deleted", at: now)
        case .confirmation(let text): ends[item] = .left(text)
        }
    }

    private func judgeFailure(_ problem: JobFailure, _ item: Int, at now: Instant) {
        let isGone = problem.isKind(.notFound)
        if case .confirmation = needs[item] {
            if isGone { ends[item] = .deleted }
            return
        }
        // What is not there any more is deleted, whoever did it.
        if isGone { return confirm(item, problem.message, at: now) }
        if case .unknown = ends[item] { return confirm(item, problem.message, at: now) }
        ends[item] = .left(problem.message)
    }

    /// Looks whether it is there still. `text` says why that is not known.
    private func confirm(_ item: Int, _ text: String, at now: Instant) {
        needs[item] = .confirmation(text)
        ends[item] = .unknown(text)
        goOn(item, at: now)
    }

    private func goOn(_ item: Int, at time: Instant) {
        if !isStopping { queue.repeats(item, at: time) }
    }

    // MARK: What is told

    /// Whether all were deleted.
    var isComplete: Bool { ends.allSatisfy { if case .deleted = $0 { true } else { false } } }

    private var counts: (deleted: Int, unknown: Int) {
        (
            ends.count { if case .deleted = $0 { true } else { false } },
            ends.count { if case .unknown = $0 { true } else { false } }
        )
    }

    /// Whether any was or may have been deleted, which the journal has.
    var hasWritten: Bool { counts != (0, 0) }

    /// How many were deleted, which not and why.
    var lines: [String] {
        let (deleted, unknown) = counts
        let others = ends.count - deleted - unknown
        let rest = unknown == 0 ? "these not:" : "\(unknown) unknown" + (others > 0 ? ", \(others) not:" : ":")
        var lines = ["\(deleted.counted("duplicate", "duplicates")) deleted" + (isComplete ? "." : ", \(rest)")]
        let left = zip(pairs, ends).compactMap { pair, end -> String? in
            switch end {
            case .deleted: nil
            case .left(let reason): "  \(pair.duplicate.printable): \(reason.printable)"
            case .unknown(let reason): "  \(pair.duplicate.printable): unknown: \(reason.printable)"
            case .notBegun: "  \(pair.duplicate.printable): not begun"
            }
        }
        lines += left.prefix(Self.nameLimit)
        if left.count > Self.nameLimit { lines.append("  and \(left.count - Self.nameLimit) more") }
        if !isComplete { lines.append("Run the same command again to delete them.") }
        if deleted + unknown > 0 {
            lines.append("What was deleted stays so: an undo can't put it back on its engagements.")
        }
        return lines
    }

    /// A line of a report for each.
    var report: [ReportRow] {
        zip(pairs, ends).map { pair, end in
            switch end {
            case .deleted: ReportRow(pair, outcome: "deleted", message: "")
            case .left(let reason): ReportRow(pair, outcome: "not deleted", message: reason)
            case .unknown(let reason): ReportRow(pair, outcome: "unknown", message: reason)
            case .notBegun: ReportRow(pair, outcome: "not begun", message: "")
            }
        }
    }
}
