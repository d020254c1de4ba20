/// A plan as people read it, engagement by engagement in the table's order: who is dropped comes first, by name, and is
/// never left out. Where many engagements change, those who stay are only counted.
struct PlanText {
    private let planner: Planner
    private let style: TextStyle
    private let words: JobWords
    private var item = 0
    private let isFolded: Bool

    /// What is said where names were left out; nil where none were.
    var note: String? {
        guard isFolded else { return nil }
        let way = words == .apply ? "plan --format json names all of them" : "runs RUN names all of them"
        return "Those who are kept are only counted, and of those added at most \(Self.foldedNames) are named; \(way)."
    }

    /// Names of the added in a folded plan, at most.
    private static let foldedNames = 5

    init(_ planner: Planner, _ style: TextStyle, _ words: JobWords) {
        self.planner = planner
        self.style = style
        self.words = words
        isFolded = planner.changeCount > Planner.unfoldedLimit
    }

    /// The lines of the next engagement that people have to know of; nil after the last one.
    mutating func next() -> String? {
        while item < planner.rows.count {
            defer { item += 1 }
            let id = planner.intent.engagementID(item).printable
            switch planner.rows[item] {
            case .same, .pending: continue
            case .change(let change): return lines(change, id).joined(separator: "\n") + "\n"
            case .unread(let failure): return "\(id)  \(words.cant): \(failure.message.printable)\n"
            case .skipped(let reason): return "\(id)  left alone: \(reason.printable)\n"
            }
        }
        return nil
    }

    private func lines(_ change: PlannedChange, _ id: String) -> [String] {
        let title = change.title.isEmpty ? id : "\(id)  \(change.title.printable)"
        var lines = [style.paint(title, .title)]
        lines += change.dropped.map { style.paint("  - \(planner.people.line($0))", .dropped) }
        guard !isFolded else { return lines + folded(change) }
        lines += change.added.map { style.paint("  + \(planner.people.line($0))", .added) }
        lines += change.kept.map { style.paint("  = \(planner.people.line($0))", .kept) }
        if !change.preserved.isEmpty { lines.append(style.paint("  = \(change.preserved.count.rooms)", .kept)) }
        return lines
    }

    private func folded(_ change: PlannedChange) -> [String] {
        var lines: [String] = []
        if !change.added.isEmpty {
            let names = change.added.prefix(Self.foldedNames).map(planner.people.line).joined(separator: ", ")
            let more = change.added.count - Self.foldedNames
            lines.append(style.paint("  + \(names)" + (more > 0 ? " and \(more) more" : ""), .added))
        }
        if !change.kept.isEmpty { lines.append(style.paint("  = \(change.kept.count) kept", .kept)) }
        return lines
    }
}

extension Int {
    /// So many calendar resources.
    fileprivate var rooms: String { self == 1 ? "1 calendar resource stays" : "\(self) calendar resources stay" }
}
