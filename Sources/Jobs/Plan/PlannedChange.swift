import Bytes
import JSON
import Service

/// What would change on one engagement, as read.
struct PlannedChange {
    let title: String
    /// Who is there, calendar resources left aside.
    let before: [String]
    /// Who is to be there, in the table's order; empty for an undo.
    let wanted: [String]
    let dropped: [String]
    let added: [String]
    let kept: [String]
    /// Calendar resources, which stay.
    let preserved: [String]
    /// Whether the API says that the engagement is private; false where it does not say.
    let isPrivate: Bool

    /// Whether nobody would come or go.
    var isNone: Bool { dropped.isEmpty && added.isEmpty }
    /// Whether people would go, and nobody would be there then.
    var takesEverybodyOff: Bool { kept.isEmpty && added.isEmpty && !dropped.isEmpty }

    /// Compares the people on an engagement with those wanted in their place, in one pass over the answer. Nil if the
    /// engagement does not list them.
    init?(of engagement: JSONSlice, wanted others: ([String]) -> [String]) {
        var (title, isPrivate, set) = (String?.none, Bool?.none, ContactSet?.none)
        do throws(JSONSyntaxError) {
            var scanner = JSONScanner(engagement.bytes)
            var object = try scanner.openObject()
            while title == nil || isPrivate == nil || set == nil, let name = try scanner.nextName(of: &object) {
                if set == nil, name.reads("contacts") {
                    set = try ContactSet(&scanner)
                    if set == nil { return nil }
                } else if title == nil, name.reads("title") {
                    title = try scanner.value(in: object).string ?? ""
                } else if isPrivate == nil, name.reads("is_private") {
                    isPrivate = try scanner.value(in: object).bool == true
                } else {
                    try scanner.pass(in: object)
                }
            }
        } catch {
            return nil
        }
        guard let set else { return nil }
        (before, preserved) = (set.contacts, set.preserved)
        let wanted = others(before)
        (self.title, self.wanted, self.isPrivate) = (title ?? "", wanted, isPrivate == true)
        if before == wanted {
            (kept, dropped, added) = (before, [], [])
            return
        }
        let wantedIDs = IDSet(wanted)
        kept = before.filter(wantedIDs.contains)
        dropped = kept.count == before.count ? [] : before.filter { !wantedIDs.contains($0) }
        added = wanted.without(before + preserved)
    }

    /// Reads the `changes` of a dry run.
    init(title: String, _ changes: JSONSlice) {
        var lists = [[String]](repeating: [], count: 5)
        let names: [StaticString] = ["before", "removed", "added", "kept", "preserved"]
        for member in changes.members {
            guard let index = names.firstIndex(where: { member.name.reads($0) }) else { continue }
            lists[index] = member.value.elements.compactMap(\.string)
        }
        self.title = title
        (before, dropped, added, kept, preserved) = (lists[0], lists[1], lists[2], lists[3], lists[4])
        (wanted, isPrivate) = ([], false)
    }

    /// `change` without `rooms` among the people.
    private init(_ change: PlannedChange, leaving rooms: Rooms) {
        func people(_ ids: [String]) -> [String] { ids.filter { !rooms.contains($0) } }
        (title, before, isPrivate) = (change.title, change.before, change.isPrivate)
        wanted = people(change.wanted)
        (dropped, added, kept) = (people(change.dropped), people(change.added), people(change.kept))
        preserved = change.preserved + change.before.filter(rooms.contains)
    }

    /// The change with `rooms` left aside on both sides, whether or not this engagement marks them.
    func settingAside(_ rooms: Rooms) -> PlannedChange {
        let isAny = [wanted, dropped, kept].contains { $0.contains(where: rooms.contains) }
        return isAny ? PlannedChange(self, leaving: rooms) : self
    }

    /// Writes it as the `changes` of a dry run.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("before", before)
        json.member("added", added)
        json.member("removed", dropped)
        json.member("kept", kept)
        json.member("preserved", preserved)
        json.member("verified", false)
        json.endObject()
    }

    /// Whether the `changes` of a write say that nobody came or went.
    static func isNone(_ changes: JSONSlice) -> Bool {
        var isNone = true
        for member in changes.members where member.name.reads("added") || member.name.reads("removed") {
            if member.value.elements.first(where: { _ in true }) != nil { isNone = false }
        }
        return isNone
    }
}
