import Bytes
import HTTP
import Tables

/// Changes the people of many engagements, or shows how it would: finds the people, reads each engagement, shows what
/// would change, asks, and writes.
package final class ChangeJob: Job {
    /// The status to leave with, unless a signal or a stream decides it.
    package private(set) var exitCode: Int32 = 0
    /// Lines for stderr after the end, each with its line break.
    package private(set) var complaint = ""
    /// The lines that stand last, and are to be read even where stdout can't be written.
    package private(set) var lastLines = ""
    private let rows: [AttendeeRow]
    private let terms: JobTerms
    private let words: JobWords
    private var judge: TableJudge
    private var planner: Planner?
    private var outcomes: [RowOutcome] = []
    /// Whether there is something that a report may say of each row.
    private var isReportable = false
    private var phase: Phase
    private var text = ""
    private var startedAt: Instant?
    private var isInterrupted = false
    /// What is to be merged; nil for anything else.
    private var merge: MergeIntent?
    private var deleter: Deleter?

    /// Valid next: from each to the next one, and from all to `over`. What is wrong with the people in a table that is
    /// refused is found by `checking` before `planning`, so that few engagements are read for it.
    private enum Phase {
        case searching(PeopleSearch)
        case preparing(MergePreparation)
        case planning
        case checking(PeopleCheck)
        case printing(Int)
        case showing(PlanText)
        case asking
        case writing(Writer)
        case deleting(Deleter, Writer)
        case over
    }

    /// EX_DATAERR of sysexits.h.
    private static let badData: Int32 = 65

    /// To make so what a table says. `faults` are those that reading the table has found.
    package init(_ rows: [AttendeeRow], faults: [TableFault], _ terms: JobTerms) {
        (self.rows, self.terms, words) = (rows, terms, .apply)
        judge = TableJudge(rows, faults: faults, skipsUnfound: terms.skipsUnfound)
        phase = .searching(PeopleSearch(rows.lazy.flatMap(\.people), terms.limits))
    }

    /// To merge contacts as a table says. `faults` are those that reading the table has found.
    package init(merging rows: [MergeRow], faults: [TableFault], _ terms: JobTerms) {
        (self.rows, self.terms, words) = ([], terms, .merge)
        judge = TableJudge([], faults: [], skipsUnfound: false)
        phase = .preparing(MergePreparation(rows, faults: faults, terms))
    }

    /// To undo what the run `undone` wrote on these engagements.
    package init(undoing undone: String, engagementIDs: [String], _ terms: JobTerms) {
        (rows, self.terms, words) = ([], terms, .undo)
        judge = TableJudge([], faults: [], skipsUnfound: false)
        let intent = UndoIntent(of: undone, engagementIDs: engagementIDs, terms)
        planner = Planner(intent, keepsLines: false, reached: false, terms.limits)
        phase = .planning
    }

    // MARK: Calls

    package var isOver: Bool { if case .over = phase { true } else { false } }
    package var wakeAt: Instant? { stage?.wakeAt }

    private var stage: (any JobStage)? {
        switch phase {
        case .searching(let search): search
        case .preparing(let preparation): preparation
        case .planning: planner
        case .checking(let check): check
        case .writing(let writer): writer
        case .deleting(let deleter, _): deleter
        case .printing, .showing, .asking, .over: nil
        }
    }

    package func nextCall(at now: Instant) -> JobCall? {
        while true {
            settle(now)
            guard let stage else { return nil }
            if let call = stage.nextCall(at: now) { return call }
            // What is left may need no call.
            guard stage.isDone else { return nil }
        }
    }

    package func take(_ reply: JobReply, to tag: Int, at now: Instant) {
        stage?.take(reply, to: tag, at: now)
        settle(now)
    }

    package func interrupt(at now: Instant) {
        stage?.interrupt()
        isInterrupted = true
        switch phase {
        case .writing, .deleting: settle(now)
        case .over: break
        default: endUnwritten()
        }
    }

    /// Ends before anything was written. A plan writes nothing anyway.
    private func endUnwritten() {
        if case .carryOut = terms.aim { end(1, "Nothing was written.") } else { end(1, "") }
    }

    /// Goes on to the next phase when one is over.
    private func settle(_ now: Instant) {
        while let stage, stage.isDone {
            switch phase {
            case .searching(let search): plan(search)
            case .preparing(let preparation): planMerge(preparation)
            case .planning: check()
            case .checking(let check): judge(check)
            case .writing(let writer): delete(after: writer)
            case .deleting(_, let writer): conclude(writer)
            case .printing, .showing, .asking, .over: return
            }
        }
    }

    // MARK: The plan

    private func plan(_ search: PeopleSearch) {
        let intent = TableIntent(rows, search.found, run: terms.run)
        if let failure = search.failure {
            // Where the API can't be used, nobody is known not to be there.
            complain("The people can't be looked up: \(failure.message)")
            guard !judge.isRefusing else { return tellFaults() }
            let unread = Dictionary(uniqueKeysWithValues: rows.indices.map { ($0, PlannedRow.unread(failure)) })
            planner = planner(intent, settled: unread)
            return stopUnwritten()
        }
        judge.take(search)
        if judge.isRefusing {
            if let failure = judge.failedLookUp { complain("Some people can't be looked up: \(failure.message)") }
            return phase = .checking(judge.checkOfAllIDs(terms.limits))
        }
        planner = planner(intent, settled: judge.settled, reached: search.hasReached)
        phase = .planning
    }

    private func planMerge(_ preparation: MergePreparation) {
        if let failure = preparation.failure { complain("The contacts can't be looked up: \(failure.message)") }
        if preparation.isRefusing {
            complaint += preparation.sentences
            return end(Self.badData, "")
        }
        guard let intent = preparation.intent else { return endUnwritten() }
        let planner = planner(intent, settled: intent.settled)
        if let check = preparation.check { planner.adopt(check) }
        (merge, self.planner, phase) = (intent, planner, .planning)
    }

    private func planner(
        _ intent: any ChangeIntent, settled: [Int: PlannedRow] = [:], items: [Int]? = nil, reached: Bool = true
    ) -> Planner {
        var keepsLines = false
        if case .print = terms.aim { keepsLines = true }
        return Planner(
            intent, settled: settled, items: items, keepsLines: keepsLines, reached: reached, terms.limits)
    }

    /// Prints or tells what is known, where there is no use in going on.
    private func stopUnwritten() {
        isReportable = true
        if case .print = terms.aim { phase = .printing(0) } else { endUnwritten() }
    }

    private func check() {
        guard let planner else { return end(1, "") }
        if judge.isRefusing {
            judge.concludeRefusal(planner)
            return tellFaults()
        }
        if let failure = planner.failure {
            complain(failure.message)
            return stopUnwritten()
        }
        phase = .checking(judge.check(planner, terms.limits))
    }

    private func judge(_ check: PeopleCheck) {
        if judge.isRefusing {
            if let failure = check.failures.values.first { complain("Some ids can't be looked up: \(failure.message)") }
            // What else is wanted of them does not matter now.
            let planner = planner(TableIntent(rows, FoundPeople(), run: ""), items: judge.rowsInDoubt(check))
            planner.adopt(check)
            self.planner = planner
            return phase = .planning
        }
        guard let planner else { return end(1, "") }
        if words != .apply {
            planner.adopt(check)
        } else {
            judge.conclude(planner, check)
        }
        if judge.isRefusing { return tellFaults() }
        if let failure = check.failure {
            complain("The people can't be looked up: \(failure.message)")
            return stopUnwritten()
        }
        if case .print = terms.aim { return phase = .printing(0) }
        phase = .showing(PlanText(planner, terms.style, words))
    }

    /// Tells all that is wrong with the table, in its order.
    private func tellFaults() {
        complaint += judge.sentences(file: terms.file)
        end(Self.badData, "")
    }

    // MARK: The text

    package var hasText: Bool {
        switch phase {
        case .printing, .showing: true
        default: !text.isEmpty
        }
    }

    package func writeText(to out: ByteBuffer) {
        switch phase {
        case .printing(let item): printLines(from: item, to: out)
        case .showing(var plan):
            while out.count < 4096 {
                guard let lines = plan.next() else {
                    if let note = plan.note { text = note + "\n" }
                    decide()
                    break
                }
                out.append(text: lines)
            }
            if case .showing = phase { phase = .showing(plan) }
        default: break
        }
        out.append(text: text)
        text = ""
    }

    private func printLines(from start: Int, to out: ByteBuffer) {
        guard let planner else { return end(1, "") }
        var item = start
        while out.count < 4096, item < planner.rows.count {
            planner.line(item).withUnsafeBytes { out.append($0) }
            item += 1
        }
        phase = .printing(item)
        if item == planner.rows.count { concludePlan() }
    }

    /// Everything is shown: asks, writes, or ends.
    private func decide() {
        guard let planner else { return end(1, "") }
        let sums = PlanSums(planner.rows)
        let count = deletions.count
        let deletion = count > 0 ? " Then \(count.counted("contact", "contacts")) would be deleted, for good." : ""
        switch terms.aim {
        case .show, .print:
            text += sums.text(words) + deletion + "\n"
            concludePlan()
        case .carryOut(let isAgreed):
            guard sums.changes > 0 || count > 0 else { return conclude(Writer(planner, terms.limits)) }
            text += sums.text(words) + deletion + "\n"
            phase = isAgreed ? .writing(Writer(planner, terms.limits)) : .asking
        }
    }

    private func concludePlan() {
        guard let planner else { return end(1, "") }
        let sums = PlanSums(planner.rows)
        end(sums.unread + sums.skipped > 0 ? 1 : sums.changes + deletions.count > 0 ? 2 : 0, "")
    }

    /// The duplicates that are deleted if nothing goes wrong.
    private var deletions: [MergePair] {
        guard terms.isDeletion, let planner, let merge else { return [] }
        return merge.deletable { item in
            switch planner.rows[item] {
            case .change, .same: true
            case .pending, .unread, .skipped: false
            }
        }
    }

    // MARK: The person

    package var question: String? {
        guard case .asking = phase, let planner else { return nil }
        let sums = PlanSums(planner.rows)
        let engagements = "\(words.order) \(sums.changes.counted("engagement", "engagements")) (\(sums.people))"
        let count = deletions.count
        if count == 0 { return engagements + "? [y/N] " }
        let contacts = count.counted("contact", "contacts") + " for good"
        return sums.changes == 0 ? "Delete \(contacts)? [y/N] " : "\(engagements), and delete \(contacts)? [y/N] "
    }

    package func hear(_ line: String?, at now: Instant) {
        guard case .asking = phase, let planner else { return }
        let said = line?.lowercased().split(whereSeparator: \.isWhitespace)
        guard said == ["y"] || said == ["yes"] else {
            if line == nil { complain("Nobody is there to say yes; --yes does it without asking.") }
            return endUnwritten()
        }
        phase = .writing(Writer(planner, terms.limits))
    }

    package func progress(at now: Instant) -> String? {
        guard case .writing(let writer) = phase, !writer.isDone else { return nil }
        let start = startedAt ?? now
        startedAt = start
        let line = "\(writer.doneCount) of \(writer.totalCount)"
        if let (end, reason) = writer.pauseEnd(at: now) {
            let seconds = Int(end.seconds(since: now).rounded(.up))
            let why = reason == .rate ? "the API limits the rate" : "the API is out of reach"
            return "\(line), waiting for \(seconds) s: \(why)"
        }
        let seconds = now.seconds(since: start)
        guard seconds > 0, writer.doneCount > 0 else { return line }
        let rate = Double(writer.doneCount) / seconds
        let left = Double(writer.totalCount - writer.doneCount) / rate
        let shown = rate < 10 ? "\(Double(Int(rate * 10)) / 10)" : "\(Int(rate))"
        return "\(line), \(shown)/s, \(Int(left.rounded(.up))) s left"
    }

    // MARK: The end

    /// Deletes the duplicates whose engagements are all as wanted, where the writing has gone to its end.
    private func delete(after writer: Writer) {
        let isAllowed = terms.isDeletion && writer.failure == nil && !isInterrupted
        let pairs = merge?.deletable { writer.outcomes[$0].isAsWanted } ?? []
        guard isAllowed, !pairs.isEmpty else { return conclude(writer) }
        let deleter = Deleter(pairs, terms)
        self.deleter = deleter
        phase = .deleting(deleter, writer)
    }

    private func conclude(_ writer: Writer) {
        guard let planner else { return end(1, "") }
        (outcomes, isReportable) = (writer.outcomes, true)
        let isBarred = writer.failure?.neverLeft == false
        if let failure = writer.failure {
            let why = isBarred ? "no row can succeed" : "the API has been out of reach"
            complain("Stopped, because \(why): \(failure.message)")
        }
        let summary = RunSummary(planner, outcomes, words)
        let lines = summary.lines(terms, isBarred: isBarred, deleter)
        let isDone = summary.isAsWanted && deleter?.isComplete ?? deletions.isEmpty
        end(isDone ? 0 : 1, lines.joined(separator: "\n"))
    }

    private func end(_ code: Int32, _ lines: String) {
        exitCode = code
        if !lines.isEmpty {
            lastLines = lines + "\n"
            text += lastLines
        }
        phase = .over
    }

    private func complain(_ sentence: String) { complaint += "engagement-rpc: \(sentence.printable)\n" }

    /// What became of each engagement, for a report; nil where there is nothing to report, because the job ended before
    /// anything could have become of them.
    package var report: [ReportRow]? {
        guard isReportable, let planner else { return nil }
        return planner.rows.enumerated().map { item, row in
            let outcome = outcomes.isEmpty ? Writer.outcome(of: row) : outcomes[item]
            return ReportRow(planner, item, outcome)
        } + (deleter?.report ?? [])
    }
}
