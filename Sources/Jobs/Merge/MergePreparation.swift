import HTTP
import Tables

/// Finds out what a table of merges means: who the contacts are, and on which engagements the duplicates are.
final class MergePreparation: JobStage {
    private enum Phase {
        case searching(PeopleSearch)
        case checking(PeopleSearch, PeopleCheck)
        case listing(PeopleCheck, MergeListing)
        /// `nil` where it has ended early.
        case over(PeopleCheck?)
    }

    /// Why nothing can be looked up; nil if it can.
    private(set) var failure: JobFailure?
    /// What there is to be done; nil before all is found out, and where the table is refused.
    private(set) var intent: MergeIntent?
    private var judge: MergeJudge
    private let limits: CallLimits
    private let run: String
    private var phase: Phase

    init(_ rows: [MergeRow], faults: [TableFault], _ terms: JobTerms) {
        judge = MergeJudge(rows, faults: faults, terms)
        (limits, run) = (terms.limits, terms.run)
        phase = .searching(PeopleSearch(rows.flatMap(\.people), terms.limits))
    }

    /// Whether something is wrong with the table.
    var isRefusing: Bool { judge.isRefusing }
    /// All that is wrong with it, each on a line.
    var sentences: String { judge.sentences }
    /// What was read about the contacts.
    var check: PeopleCheck? { if case .over(let check) = phase { check } else { nil } }

    // MARK: Calls

    private var stage: (any JobStage)? {
        switch phase {
        case .searching(let search): search
        case .checking(_, let check): check
        case .listing(_, let listing): listing
        case .over: nil
        }
    }

    var wakeAt: Instant? { stage?.wakeAt }
    var isDone: Bool {
        settle()
        return stage == nil
    }

    func nextCall(at now: Instant) -> JobCall? {
        while true {
            settle()
            guard let stage else { return nil }
            if let call = stage.nextCall(at: now) { return call }
            guard stage.isDone else { return nil }
        }
    }

    func take(_ reply: JobReply, to item: Int, at now: Instant) { stage?.take(reply, to: item, at: now) }

    func interrupt() { stage?.interrupt() }

    private func settle() {
        while let stage, stage.isDone { goOn() }
    }

    private func goOn() {
        switch phase {
        case .searching(let search):
            if let problem = search.failure { return stop(problem, nil) }
            let (listed, found) = judge.contacts(search)
            phase = .checking(search, PeopleCheck(listed, found: found, asRooms: true, limits))
        case .checking(let search, let check):
            judge.judge(search, check)
            if judge.isRefusing { return phase = .over(check) }
            if let problem = check.failure { return stop(problem, check) }
            phase = .listing(check, MergeListing(pairs, limits))
        case .listing(let check, let listing):
            if let problem = listing.failure { return stop(problem, check) }
            intent = MergeIntent(judge.states, lines: judge.lines, listing, run: run)
            phase = .over(check)
        case .over: break
        }
    }

    private func stop(_ problem: JobFailure, _ check: PeopleCheck?) {
        failure = problem
        phase = .over(check)
    }

    private var pairs: [MergePair] {
        judge.states.compactMap { if case .pair(let pair) = $0 { pair } else { nil } }
    }
}
