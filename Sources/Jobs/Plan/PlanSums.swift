/// How many engagements a plan changes, and how many people come and go.
struct PlanSums {
    private(set) var changes = 0
    private(set) var same = 0
    private(set) var unread = 0
    private(set) var skipped = 0
    private(set) var dropped = 0
    private(set) var added = 0

    init(_ rows: [PlannedRow]) {
        for row in rows {
            switch row {
            case .pending, .unread: unread += 1
            case .same: same += 1
            case .skipped: skipped += 1
            case .change(let change):
                changes += 1
                dropped += change.dropped.count
                added += change.added.count
            }
        }
    }

    /// How many people come and go: `3 people dropped, 1 added`.
    var people: String { "\(dropped.counted("person", "people")) dropped, \(added) added" }

    /// All of it as sentences.
    func text(_ words: JobWords) -> String {
        var parts = [
            changes == 0
                ? "Nothing would change."
                : "\(changes.counted("engagement", "engagements")) would \(words.change): \(people)."
        ]
        if same > 0 { parts.append("\(same) \(same == 1 ? "is" : "are") so already.") }
        if unread > 0 { parts.append("\(unread) \(words.cant).") }
        if skipped > 0 { parts.append("\(skipped) left alone.") }
        return parts.joined(separator: " ")
    }
}

extension Int {
    /// The number with its noun.
    func counted(_ one: String, _ many: String) -> String { "\(self) \(self == 1 ? one : many)" }
}
