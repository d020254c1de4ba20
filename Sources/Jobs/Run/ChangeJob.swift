import Bytes
import HTTP

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
    private var faults: [TableFault]
    private var planner: Planner?
    private var outcomes: [RowOutcome] = []
    private var phase: Phase
    private var text = ""
    private var startedAt: Instant?

    /// Valid next: from each to the next one, and from all to `over`.
    private enum Phase {
        case searching(PeopleSearch)
        case planning
        case naming(PeopleNaming)
        case printing(Int)
        case showing(PlanText)
        case asking
        case writing(Writer)
        case over
    }

    /// EX_DATAERR of sysexits.h.
    private static let badData: Int32 = 65

    /// To make so what a table says. `faults` are those that reading the table has found.
    package init(_ rows: [AttendeeRow], faults: [TableFault], _ terms: JobTerms) {
        (self.rows, self.faults, self.terms, words) = (rows, faults, terms, .apply)
        phase = .searching(PeopleSearch(rows, terms.limits))
    }

    /// To undo what the run `undone` wrote on these engagements.
    package init(undoing undone: String, engagementIDs: [String], _ terms: JobTerms) {
        (rows, faults, self.terms, words) = ([], [], terms, .undo)
        let intent = UndoIntent(of: undone, engagementIDs: engagementIDs, terms)
        planner = Planner(intent, skipped: [:], keepsLines: false, terms.limits)
        phase = .planning
    }

    // MARK: Calls

    package var isOver: Bool { if case .over = phase { true } else { false } }
    package var wakeAt: Instant? { stage?.wakeAt }

    private var stage: (any JobStage)? {
        switch phase {
        case .searching(let search): search
        case .planning: planner
        case .naming(let naming): naming
        case .writing(let writer): writer
        case .printing, .showing, .asking, .over: nil
        }
    }

    package func nextCall(at now: Instant) -> JobCall? {
        settle(now)
        return stage?.nextCall(at: now)
    }

    package func take(_ reply: JobReply, to tag: Int, at now: Instant) {
        stage?.take(reply, to: tag, at: now)
        settle(now)
    }

    package func interrupt(at now: Instant) {
        stage?.interrupt()
        switch phase {
        case .writing: settle(now)
        case .over: break
        default: end(1, "Nothing was written.")
        }
    }

    /// Goes on to the next phase when one is over.
    private func settle(_ now: Instant) {
        while let stage, stage.isDone {
            switch phase {
            case .searching(let search): plan(search)
            case .planning: name()
            case .naming(let naming): show(naming)
            case .writing(let writer): conclude(writer)
            case .printing, .showing, .asking, .over: return
            }
        }
    }

    // MARK: The plan

    private func plan(_ search: PeopleSearch) {
        var skipped: [Int: String] = [:]
        let isBad = !faults.isEmpty
        for (item, row) in rows.enumerated() {
            // Whoever is left out of a row is taken off the engagement, so nobody may be passed over here.
            for person in row.people where search.failure == nil && search.found.id(of: person) == nil {
                let advice = search.advice[person] ?? "it could not be looked up; try again"
                note(person, advice, in: item, skipping: &skipped)
            }
        }
        if let failure = search.failure {
            let text = "The people can't be looked up: \(failure.message)"
            guard isBad else { return fail(text) }
            complain(text)
            return tellFaults()
        }
        guard faults.isEmpty || terms.skipsUnfound && !isBad else { return tellFaults() }
        let intent = TableIntent(rows, search.found, run: terms.run)
        var keepsLines = false
        if case .print = terms.aim { keepsLines = true }
        planner = Planner(intent, skipped: skipped, keepsLines: keepsLines, terms.limits)
        phase = .planning
    }

    /// Notes that a person in a row is not found.
    private func note(_ person: PersonReference, _ advice: String, in item: Int, skipping skipped: inout [Int: String])
    {
        let flag = terms.skipsUnfound ? "the row is left alone (--skip)" : "--skip leaves the row alone"
        faults.append(TableFault(line: rows[item].line, cell: person.text, advice: "\(advice); \(flag)"))
        if skipped[item] == nil { skipped[item] = "\(person.text): \(advice)" }
    }

    private func name() {
        guard let planner else { return end(1, "") }
        if let failure = planner.failure {
            complain(failure.message)
            if case .print = terms.aim { return phase = .printing(0) }
            return end(1, "Nothing was written.")
        }
        phase = .naming(PeopleNaming(planner, terms.limits))
    }

    private func show(_ naming: PeopleNaming) {
        guard let planner else { return end(1, "") }
        if words == .apply {
            let before = faults.count
            for (item, reason) in impossibleRows(planner, naming) { planner.skip(item, reason) }
            guard terms.skipsUnfound || faults.count == before else { return tellFaults() }
        }
        if case .print = terms.aim { return phase = .printing(0) }
        phase = .showing(PlanText(planner, terms.style, words))
    }

    /// The rows that can't be done as they stand, with the reason; notes their faults.
    private func impossibleRows(_ planner: Planner, _ naming: PeopleNaming) -> [Int: String] {
        var reasons: [Int: String] = [:]
        for case (let item, .change(let change)) in planner.rows.enumerated() {
            for id in change.added where naming.missing.contains(id) {
                note(.id(id), "no contact has this id; mend it", in: item, skipping: &reasons)
            }
            // Resources stay by themselves: a row of nothing else has no people, and would take everybody off.
            if change.kept.isEmpty, change.added.isEmpty, let person = rows[item].people.first {
                let advice = "the row has calendar resources only; write (nobody) to take everybody off"
                note(person, advice, in: item, skipping: &reasons)
            }
        }
        return reasons
    }

    /// Tells all that is wrong with the table, in its order.
    private func tellFaults() {
        for fault in faults.sorted(by: { $0.line < $1.line }) { complaint += fault.sentence(file: terms.file) + "\n" }
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
        guard let lines = planner?.lines else { return end(1, "") }
        var item = start
        while out.count < 4096, item < lines.count {
            lines[item].withUnsafeBytes { out.append($0) }
            item += 1
        }
        phase = .printing(item)
        if item == lines.count { concludePlan() }
    }

    /// Everything is shown: asks, writes, or ends.
    private func decide() {
        guard let planner else { return end(1, "") }
        let sums = PlanSums(planner.rows)
        switch terms.aim {
        case .show, .print:
            text = sums.text(words) + "\n"
            concludePlan()
        case .carryOut(let isAgreed):
            guard sums.changes > 0 else { return conclude(Writer(planner, terms.limits)) }
            text = sums.text(words) + "\n"
            phase = isAgreed ? .writing(Writer(planner, terms.limits)) : .asking
        }
    }

    private func concludePlan() {
        guard let planner else { return end(1, "") }
        let sums = PlanSums(planner.rows)
        end(sums.unread + sums.skipped > 0 ? 1 : sums.changes > 0 ? 2 : 0, "")
    }

    // MARK: The person

    package var question: String? {
        guard case .asking = phase, let planner else { return nil }
        let sums = PlanSums(planner.rows)
        return "\(words.order) \(sums.changes.counted("engagement", "engagements")) (\(sums.people))? [y/N] "
    }

    package func hear(_ line: String?, at now: Instant) {
        guard case .asking = phase, let planner else { return }
        let answer = line?.split(whereSeparator: \.isWhitespace).first?.lowercased()
        guard answer == "y" || answer == "yes" else {
            if line == nil { complain("Nobody is there to say yes; --yes does it without asking.") }
            return end(1, "Nothing was written.")
        }
        phase = .writing(Writer(planner, terms.limits))
    }

    package func progress(at now: Instant) -> String? {
        guard case .writing(let writer) = phase, !writer.isDone else { return nil }
        let start = startedAt ?? now
        startedAt = start
        let line = "\(writer.doneCount) of \(writer.totalCount)"
        if let end = writer.pauseEnd(at: now) {
            return "\(line), waiting for \(Int(end.seconds(since: now).rounded(.up))) s: the API limits the rate"
        }
        let seconds = now.seconds(since: start)
        guard seconds > 0, writer.doneCount > 0 else { return line }
        let rate = Double(writer.doneCount) / seconds
        let left = Double(writer.totalCount - writer.doneCount) / rate
        let shown = rate < 10 ? "\(Double(Int(rate * 10)) / 10)" : "\(Int(rate))"
        return "\(line), \(shown)/s, \(Int(left.rounded(.up))) s left"
    }

    // MARK: The end

    private func conclude(_ writer: Writer) {
        guard let planner else { return end(1, "") }
        outcomes = writer.outcomes
        if let failure = writer.failure { complain("Stopped, because no row can succeed: \(failure.message)") }
        let summary = RunSummary(planner, outcomes, words)
        let lines = summary.lines(terms)
        end(summary.isAsWanted ? 0 : 1, lines.joined(separator: "\n"))
    }

    private func end(_ code: Int32, _ lines: String) {
        exitCode = code
        if !lines.isEmpty {
            lastLines = lines + "\n"
            text += lastLines
        }
        phase = .over
    }

    private func fail(_ sentence: String) {
        complain(sentence)
        end(1, "")
    }

    private func complain(_ sentence: String) { complaint += "engagement-rpc: \(sentence.printable)\n" }

    /// What became of each engagement, for a report; empty where nothing was planned.
    package var report: [ReportRow] {
        guard let planner else { return [] }
        return planner.rows.enumerated().map { item, row in
            let outcome = outcomes.isEmpty ? Writer.outcome(of: row) : outcomes[item]
            return ReportRow(planner, item, outcome)
        }
    }
}
