import Bytes
import JSON

/// What an attendees document was made from: who was on the engagement, and when that was read.
struct AttendeesBase {
    let id: ResourceID
    let title: String
    /// Those whom a replacement replaces, in the API's order, each once.
    let people: [Attendee]
    /// Calendar resources, which stay after any replacement.
    let rooms: [Attendee]
    /// Seconds since 1970.
    let readAt: Int

    /// Reads an engagement with its contacts; nil if it is not this one, or does not list them.
    init?(_ engagement: JSONSlice, _ id: ResourceID, at seconds: Int) {
        guard let contacts = engagement.member("contacts"), contacts.kind == .array,
            engagement.member("id")?.spells(utf8: Array(id.text.utf8)) ?? true
        else { return nil }
        var (people, rooms, seen) = ([Attendee](), [Attendee](), Set<[UInt8]>())
        for contact in contacts.elements {
            guard let attendee = Attendee(contact) else { return nil }
            guard seen.insert(Array(attendee.id.utf8)).inserted else { continue }
            if contact.member("is_calendar_resource")?.bool == true {
                rooms.append(attendee)
            } else {
                people.append(attendee)
            }
        }
        self.init(id, engagement.member("title")?.string ?? "", people, rooms: rooms, at: seconds)
    }

    private init(_ id: ResourceID, _ title: String, _ people: [Attendee], rooms: [Attendee], at seconds: Int) {
        (self.id, self.title, self.people, self.rooms, readAt) = (id, title, people, rooms, seconds)
    }

    /// The ids of the people.
    var ids: [String] { people.map(\.id) }
    /// The engagement for people: its title, else its id.
    var name: String { (title.isEmpty ? id.text : title).printable.cut(after: 60, "…") }

    /// The same engagement with those people, whose names come from it or from `others`.
    func with(_ ids: [String], _ others: (String) -> Attendee) -> AttendeesBase {
        let members = ids.map { id in people.first { $0.id.utf8.elementsEqual(id.utf8) } ?? others(id) }
        return AttendeesBase(id, title, members, rooms: rooms, at: readAt)
    }

    // MARK: The file

    /// The name of its document, and of the file beside it that holds this value.
    static func fileName(_ id: ResourceID) -> String { id.text + ".attendees" }
    static func baseName(_ id: ResourceID) -> String { ".\(id.text).base" }

    /// The lines before the people: comments.
    var headLine: String { "# \(title.isEmpty ? "(no title)" : title.printable.cut(after: 200, "…")) (\(id.text))" }
    static let adviceLine =
        "# A person a line: an id, an address, or Name <address>. You are asked before anything changes."
    static let roomMark = "# Room: "
    static func roomLine(_ room: Attendee) -> String { "\(roomMark)\(room.name.printable) (\(room.id))" }

    /// The text of the document.
    var text: ByteBuffer {
        let lines = [headLine, Self.adviceLine] + rooms.map(Self.roomLine) + people.map(\.line)
        return ByteBuffer((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// The value as JSON.
    var json: ByteBuffer {
        let out = ByteBuffer()
        var json = JSONWriter(out)
        json.beginObject()
        json.member("id", id.text)
        json.member("title", title)
        json.member("read_at", readAt)
        for (name, list) in [("people", people), ("rooms", rooms)] {
            json.name(name)
            json.beginArray()
            for attendee in list { attendee.write(to: &json) }
            json.endArray()
        }
        json.endObject()
        return out
    }

    /// Reads what `json` has written; nil if it is anything else.
    init?(file: ByteBuffer, _ id: ResourceID) {
        var scanner = JSONScanner(file.bytes)
        guard let root = try? scanner.text(), root.member("id")?.spells(utf8: Array(id.text.utf8)) == true,
            let people = root.member("people"), let rooms = root.member("rooms")
        else { return nil }
        self.init(
            id, root.member("title")?.string ?? "", people.elements.compactMap { Attendee($0) },
            rooms: rooms.elements.compactMap { Attendee($0) }, at: root.member("read_at")?.integer ?? 0)
        withExtendedLifetime(file) {}
    }
}
