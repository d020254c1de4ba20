import JSON
import Service

/// What would change on one engagement, as read.
struct PlannedChange {
    let title: String
    /// Who is there, calendar resources left aside.
    let before: [String]
    let dropped: [String]
    let added: [String]
    let kept: [String]
    /// Calendar resources, which stay.
    let preserved: [String]

    /// Whether nobody would come or go.
    var isNone: Bool { dropped.isEmpty && added.isEmpty }

    /// Compares the people on an engagement with those wanted. Nil if the engagement does not list them.
    init?(of engagement: JSONSlice, wanted: [String]) {
        guard let contacts = engagement.openMember("contacts"), contacts.kind == .array else { return nil }
        var (before, preserved) = ([String](), [String]())
        do throws(JSONSyntaxError) {
            var scanner = JSONScanner(contacts.bytes)
            var array = try scanner.openArray()
            while try scanner.isAtElement(of: &array) {
                var (id, isResource) = (String?.none, false)
                var contact = try scanner.openObject()
                while let member = try scanner.nextMember(of: &contact) {
                    if member.name.reads("id") {
                        id = member.value.string
                    } else if member.name.reads("is_calendar_resource") {
                        isResource = member.value.bool == true
                    }
                }
                guard let id else { return nil }
                if isResource { preserved.append(id) } else { before.append(id) }
            }
        } catch {
            return nil
        }
        title = engagement.member("title")?.string ?? ""
        self.before = before
        self.preserved = preserved
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
