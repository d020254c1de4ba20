/// The last lines of a job: what became of the engagements, and how to undo it.
struct RunSummary {
    private let planner: Planner
    private let outcomes: [RowOutcome]
    private let words: JobWords

    /// Engagements of one kind, and what the first of them was told.
    private struct Group {
        let head: String
        let message: String
        var ids: [String]
        var count = 1
    }

    /// Ids that one line names.
    private static let idLimit = 5

    init(_ planner: Planner, _ outcomes: [RowOutcome], _ words: JobWords) {
        self.planner = planner
        self.outcomes = outcomes
        self.words = words
    }

    /// Whether there is something to undo.
    var hasWritten: Bool { outcomes.contains { $0.mayBeWritten } }
    /// Whether every engagement is as wanted, as read back.
    var isAsWanted: Bool { outcomes.allSatisfy { $0.isAsWanted } }

    /// The lines. `terms` say how the run can be undone; those of `deleter` come before that. `isBarred` says that no
    /// row can succeed until something is mended.
    func lines(_ terms: JobTerms, isBarred: Bool, _ deleter: Deleter?) -> [String] {
        var counts: [String: Int] = [:]
        for outcome in outcomes { counts[outcome.word, default: 0] += 1 }
        func count(_ outcome: RowOutcome) -> Int { counts[outcome.word] ?? 0 }
        let (different, unknown) = (count(.differs("")), count(.unknown("")))
        let (skipped, left) = (count(.skipped("")), count(.notBegun))
        var parts = [
            "\(count(.changed)) \(words.changed)", "\(count(.same)) \(words.already)",
            "\(counts["refused"] ?? 0) refused", "\(unknown) unknown",
        ]
        if different > 0 { parts.append("\(different) written and not as wanted") }
        if skipped > 0 { parts.append("\(skipped) left alone") }
        if left > 0 { parts.append("\(left) not begun") }
        var lines = [parts.joined(separator: ", ") + "."] + groups.map(line)
        if left > 0 || unknown > 0 {
            let start = isBarred ? "When what stopped it is mended, run" : "Run"
            lines.append(start + " the same command again to do the rest.")
        }
        lines += deleter?.lines ?? []
        if hasWritten, !terms.hasWholeJournal() {
            lines.append("It can't all be undone: the journal was removed or moved away during the run.")
        } else if hasWritten, let command = terms.undoCommand {
            lines += ["Run: \(terms.run)", "To undo it:", command]
        } else if hasWritten, terms.isPassing {
            lines.append("It can't be undone: the sandbox ends with this process.")
        } else if deleter?.hasWritten == true, terms.undoCommand != nil {
            lines.append("Run: \(terms.run)")
        }
        let changed = changedByOthers
        if words == .undo, !changed.isEmpty { lines += terms.advice?(changed) ?? [] }
        return lines
    }

    /// The engagements that were refused because others are there than were expected.
    private var changedByOthers: [String] {
        outcomes.enumerated().compactMap { item, outcome in
            guard case .refused(let failure) = outcome, failure.isKind(.preconditionFailed) else { return nil }
            return planner.intent.engagementID(item)
        }
    }

    private var groups: [Group] {
        var groups: [Group] = []
        for (item, outcome) in outcomes.enumerated() {
            let head: String
            switch outcome {
            case .changed, .same, .notBegun: continue
            case .refused(let failure): head = "refused, \(failure.kind)"
            case .unknown: head = "unknown"
            case .differs: head = "not as wanted"
            case .skipped: head = "left alone"
            }
            let id = planner.intent.engagementID(item).printable
            guard let at = groups.firstIndex(where: { $0.head == head }) else {
                groups.append(Group(head: head, message: outcome.message.printable, ids: [id]))
                continue
            }
            groups[at].count += 1
            if groups[at].ids.count < Self.idLimit { groups[at].ids.append(id) }
        }
        return groups
    }

    private func line(_ group: Group) -> String {
        let more = group.count > group.ids.count ? " and \(group.count - group.ids.count) more" : ""
        return "  \(group.head) (\(group.count)): \(group.ids.joined(separator: ", "))\(more): \(group.message)"
    }
}
