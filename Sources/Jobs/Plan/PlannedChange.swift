import JSON

/// What would change on one engagement, as read.
struct PlannedChange {
    let title: String
    /// Who is there, calendar resources left aside.
    let before: [String]
    let dropped: [String]
    let added: [String]
    let kept: [String]
    /// Calendar resources, which stay.
    let preserved: Int

    /// Reads the result of a look: its `data` and its `changes`.
    init(title: String, _ changes: JSONSlice) {
        var lists: [[String]] = [[], [], [], []]
        let names: [StaticString] = ["before", "removed", "added", "kept"]
        var preserved = 0
        for member in changes.members {
            if member.name.reads("preserved") { preserved = member.value.elements.reduce(0) { count, _ in count + 1 } }
            guard let index = names.firstIndex(where: { member.name.reads($0) }) else { continue }
            lists[index] = member.value.elements.compactMap(\.string)
        }
        self.title = title
        (before, dropped, added, kept) = (lists[0], lists[1], lists[2], lists[3])
        self.preserved = preserved
    }

    /// Whether a look's `changes` say that nobody would come or go.
    static func isNone(_ changes: JSONSlice) -> Bool {
        var isNone = true
        for member in changes.members where member.name.reads("added") || member.name.reads("removed") {
            if member.value.elements.first(where: { _ in true }) != nil { isNone = false }
        }
        return isNone
    }
}
