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
            switch planner.rows[item] {
            case .same, .pending: continue
            case .change(let change): return lines(change)
            case .unread(let failure): return "\(id)  \(words.cant): \(failure.message.printable)\(place)\n"
            case .skipped(let reason): return "\(id)  left alone: \(reason.printable)\(place)\n"
            }
        }
        return nil
    }

    private var id: String { planner.intent.engagementID(item).printable }
    /// Where the table has the engagement.
    private var place: String { planner.intent.line(item).map { " (line \($0))" } ?? "" }

    private func lines(_ change: PlannedChange) -> String {
        var text = ""
        add(id, change.title.isEmpty ? "" : "  " + change.title.printable, .title, to: &text)
        for id in change.dropped { addPerson("  - ", id, .dropped, to: &text) }
        if isFolded {
            fold(change, into: &text)
            return text
        }
        for id in change.added { addPerson("  + ", id, .added, to: &text) }
        for id in change.kept { addPerson("  = ", id, .kept, to: &text) }
        if !change.preserved.isEmpty { add("  = ", change.preserved.count.rooms, .kept, to: &text) }
        return text
    }

    private func fold(_ change: PlannedChange, into text: inout String) {
        if !change.added.isEmpty {
            let names = change.added.prefix(Self.foldedNames).map(planner.people.line).joined(separator: ", ")
            let more = change.added.count - Self.foldedNames
            add("  + ", names + (more > 0 ? " and \(more) more" : ""), .added, to: &text)
        }
        if !change.kept.isEmpty { add("  = ", String(change.kept.count) + " kept", .kept, to: &text) }
    }

    private func add(_ start: String, _ rest: String, _ colour: TextStyle.Colour, to text: inout String) {
        text += style.start(of: colour)
        text += start
        text += rest
        text += style.end
    }

    /// Adds a person's line. Plans have many thousands of them, so it makes no text of its own.
    private func addPerson(_ start: String, _ id: String, _ colour: TextStyle.Colour, to text: inout String) {
        text += style.start(of: colour)
        text += start
        planner.people.addLine(id, to: &text)
        text += style.end
    }
}

extension Int {
    /// So many calendar resources.
    fileprivate var rooms: String { self == 1 ? "1 calendar resource stays" : "\(self) calendar resources stay" }
}
