import HTTP
import JSON

/// Makes the planned changes, and looks again at each that is not known to be made.
final class Writer: JobStage {
    /// What became of each engagement.
    private(set) var outcomes: [RowOutcome]
    /// Why the writing has ended early; nil if it has not.
    private(set) var failure: JobFailure?
    /// Engagements that have an outcome, of those to be written.
    private(set) var doneCount = 0
    let totalCount: Int
    private let planner: Planner
    private var queue: CallQueue
    private var checks: [Int: Check] = [:]
    /// Refused engagements, each with the people whom the API refused.
    private var refusals: [Int: [String]] = [:]
    /// What was sent last for an engagement whose write is under way.
    private var sent: [Int: PlannedChange] = [:]
    private var timeouts: [Int: Int] = [:]
    /// Engagements of which an earlier write may have been carried out, each with what was told then. What is there as
    /// wanted afterwards is this run's doing.
    private var doubts: [Int: String] = [:]
    private var isInterrupted = false
    /// Whether what was not written may still be.
    private var mayWrite: Bool { failure == nil && !isInterrupted }

    /// An engagement to be looked at, because its write did not say that all is as wanted.
    private struct Check {
        enum Cause {
            /// Nobody knows whether it was written.
            case unknown(String)
            /// It was written, and read back otherwise.
            case different
            /// Others were there than shown, so nothing was written.
            case changedBefore(JobFailure)

            /// What became of the engagement, as far as is known without looking.
            var unchecked: RowOutcome {
                switch self {
                case .unknown(let text): .unknown(text)
                case .different: .unknown("It was written, and could not be read back.")
                case .changedBefore(let failure): .refused(failure)
                }
            }
        }

        let cause: Cause
        let until: Instant
        var wait = 0.5
    }

    /// Seconds for which a change that is not there is looked for.
    private static let patience = 10.0
    /// Tries of a write whose time was over before anything was written.
    private static let timeoutLimit = 3
    /// Refusals of the first writes that show that the token may not write. All of these engagements could be read, and
    /// those that the API calls private are not counted.
    private static let forbiddenLimit = 3
    /// Requests of one write: to read, to write, to read back.
    private static let requests = 3

    /// A run of what `planner` has found.
    init(_ planner: Planner, _ limits: CallLimits) {
        self.planner = planner
        var items: [Int] = []
        outcomes = planner.rows.enumerated().map { item, row in
            if case .change = row { items.append(item) }
            return Self.outcome(of: row)
        }
        totalCount = items.count
        queue = CallQueue(
            items, limit: limits.count(requests: Self.requests), reached: true, forbiddenLimit: Self.forbiddenLimit)
    }

    /// What becomes of an engagement that is not written.
    static func outcome(of row: PlannedRow) -> RowOutcome {
        switch row {
        case .pending, .change: .notBegun
        case .same: .same
        case .unread(let failure): .refused(failure)
        case .skipped(let reason): .skipped(reason)
        }
    }

    var wakeAt: Instant? { queue.wakeAt }
    var isDone: Bool { queue.isDone }
    /// Until when nothing begins, and why.
    func pauseEnd(at now: Instant) -> (end: Instant, reason: CallQueue.Pause)? { queue.pauseEnd(at: now) }

    func interrupt() {
        isInterrupted = true
        endUnchecked(queue.close())
    }

    func nextCall(at now: Instant) -> JobCall? {
        while let item = queue.next(at: now) {
            guard checks[item] == nil, case .change(let planned) = planner.rows[item] else {
                return planner.intent.look(item)
            }
            // Others may have turned out to be calendar resources since it was planned.
            let change = planner.rooms.isEmpty ? planned : planned.settingAside(planner.rooms)
            guard change.takesEverybodyOff, !planned.wanted.isEmpty else {
                sent[item] = change
                return planner.intent.make(change, item)
            }
            queue.leaveOut()
            end(item, doubts[item].map(RowOutcome.unknown) ?? .skipped(TableJudge.onlyRooms))
        }
        return nil
    }

    func take(_ reply: JobReply, to item: Int, at now: Instant) {
        let problem: JobFailure? = if case .failure(let failure) = reply { failure } else { nil }
        let (check, change) = (checks[item], sent.removeValue(forKey: item))
        if check == nil, let problem, problem.mayBeApplied { doubts[item] = problem.message }
        // What is sure to be no reply of the API's can be looked for later, too.
        let isAgain = mayWrite && (problem?.neverLeft == true || check.map { now < $0.until } ?? true)
        let end = queue.end(
            item, problem, at: now, again: isAgain, proof: check == nil && Self.isProof(reply),
            own: change?.isPrivate == true)
        if end == .again { return }
        if end == .hopeless, let problem { stop(problem) }
        if let check {
            judgeLook(reply, item, for: check, at: now)
        } else {
            judgeWrite(reply, item, change, at: now)
        }
    }

    /// Whether the reply to a write shows that the token may write: the API must have judged it.
    private static func isProof(_ reply: JobReply) -> Bool {
        switch reply {
        case .result(let result): result.member("changes").map { !PlannedChange.isNone($0) } ?? true
        case .failure(let problem): !problem.isKind(.forbidden) && !problem.isKind(.preconditionFailed)
        }
    }

    /// Begins no further write. What is not known is still looked at, where that may succeed.
    private func stop(_ problem: JobFailure) {
        if failure == nil { failure = problem }
        let looks = problem.isKind(.journalFailed) ? checks : [:]
        endUnchecked(queue.close(staysFor: { looks[$0] != nil }))
    }

    /// Ends those of `items` that were or may have been written.
    private func endUnchecked(_ items: [Int]) {
        for item in items {
            if let outcome = checks[item]?.cause.unchecked ?? doubts[item].map(RowOutcome.unknown) {
                end(item, outcome)
            }
        }
    }

    private func end(_ item: Int, _ outcome: RowOutcome) {
        outcomes[item] = outcome
        checks[item] = nil
        doneCount += 1
    }

    // MARK: The reply to a write

    private func judgeWrite(_ reply: JobReply, _ item: Int, _ change: PlannedChange?, at now: Instant) {
        switch reply {
        case .result(let result):
            guard let changes = result.member("changes") else { return check(item, .different, at: now) }
            noteRooms(result, changes, at: now)
            if changes.member("verified")?.bool != true { return check(item, .different, at: now) }
            end(item, PlannedChange.isNone(changes) && doubts[item] == nil ? .same : .changed)
        case .failure(let problem):
            // It may be on its way still.
            if problem.mayBeApplied { return check(item, .unknown(problem.message), at: now) }
            if mayWrite, problem.isKind(.timeout), timeouts[item, default: 0] < Self.timeoutLimit {
                timeouts[item, default: 0] += 1
                return queue.repeats(item, at: now)
            }
            if doubts[item] != nil { return check(item, .unknown(problem.message), at: now) }
            if problem.isKind(.preconditionFailed) { return check(item, .changedBefore(problem), at: now) }
            if !mayWrite, Self.isPassing(problem) { return end(item, .notBegun) }
            if isAboutRooms(problem, item, change) { return queue.repeats(item, at: now) }
            end(item, .refused(problem))
        }
    }

    /// Whether the write would have been made again later, had the run gone on.
    private static func isPassing(_ problem: JobFailure) -> Bool {
        problem.neverLeft || problem.isKind(.rateLimited) || problem.isKind(.timeout) || problem.isKind(.shuttingDown)
    }

    // MARK: Calendar resources that only writes tell

    /// Notes whom the API set aside in a write, and writes again where it refused nobody else.
    private func noteRooms(_ result: JSONSlice, _ changes: JSONSlice, at now: Instant) {
        var ids = changes.member("preserved")?.elements.compactMap(\.string) ?? []
        if planner.tellsRooms, !ids.isEmpty {
            // Others that were set aside may be people whom the API refused.
            let contacts = result.openMember("data")?.openMember("contacts")
            let marked = contacts?.elements.map { Contact($0) }.filter(\.isRoom).map(\.id) ?? []
            ids = ids.filter(marked.contains)
        }
        guard planner.noteRooms(ids), mayWrite else { return }
        for (item, refused) in refusals where refused.allSatisfy(planner.rooms.contains) {
            refusals[item] = nil
            doneCount -= 1
            queue.repeats(item, at: now)
        }
    }

    /// Whether the API refused nobody but calendar resources, which are left out the next time. Others may turn out to
    /// be some later.
    private func isAboutRooms(_ problem: JobFailure, _ item: Int, _ change: PlannedChange?) -> Bool {
        guard mayWrite, problem.isKind(.unprocessable), let change, !problem.refusedPeople.isEmpty else { return false }
        guard problem.refusedPeople.allSatisfy(change.wanted.indices.contains) else { return false }
        let people = problem.refusedPeople.map { change.wanted[$0] }
        if people.allSatisfy(planner.rooms.contains) { return true }
        refusals[item] = people
        return false
    }

    // MARK: Looking again

    private func check(_ item: Int, _ cause: Check.Cause, at now: Instant) {
        guard !isInterrupted else { return end(item, cause.unchecked) }
        var wait = 0.0
        if case .unknown = cause { wait = 0.25 }
        checks[item] = Check(cause: cause, until: now + Self.patience)
        queue.repeats(item, at: now + wait)
    }

    private func judgeLook(_ reply: JobReply, _ item: Int, for check: Check, at time: Instant) {
        switch reply {
        case .result(let result):
            guard let now = planner.change(item, in: result) else {
                return again(item, check, "What is there now could not be read.", at: time)
            }
            guard !now.isNone else {
                if case .changedBefore = check.cause { return end(item, .same) }
                return end(item, .changed)
            }
            switch check.cause {
            case .changedBefore(let problem): end(item, .refused(problem))
            case .unknown(let text): again(item, check, text, at: time)
            case .different: again(item, check, difference(now), at: time)
            }
        case .failure(let problem):
            if case .changedBefore(let first) = check.cause { return end(item, .refused(first)) }
            if problem.isKind(.preconditionFailed) {
                return again(item, check, "Other people are there than were wanted.", at: time)
            }
            again(item, check, problem.message, at: time)
        }
    }

    /// Looks once more, later; when there is no time for that, `text` says how it stands.
    private func again(_ item: Int, _ check: Check, _ text: String, at now: Instant) {
        var check = check
        let next = now + check.wait
        guard next <= check.until, mayWrite else {
            if case .different = check.cause { return end(item, .differs(text)) }
            return end(item, .unknown(text))
        }
        check.wait = min(2, check.wait * 2)
        checks[item] = check
        queue.repeats(item, at: next)
    }

    /// Who is there and should not be, or the other way round.
    private func difference(_ now: PlannedChange) -> String {
        func list(_ ids: [String]) -> String {
            let names = ids.prefix(10).map { planner.people.words($0) }.joined(separator: ", ")
            return names + (ids.count > 10 ? " and \(ids.count - 10) more" : "")
        }
        let doubt = "a calendar resource?"
        if now.dropped.isEmpty {
            return "It was written, and the API did not put everybody there (not there: \(list(now.added)): \(doubt))."
        }
        if now.added.isEmpty {
            return
                "It was written, and the API did not take everybody off (still there: \(list(now.dropped)): \(doubt))."
        }
        return "It was written, but others are there now (still there: \(list(now.dropped)); not there: "
            + "\(list(now.added)))."
    }
}
