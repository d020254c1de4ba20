import JSON
import JSONRPC

/// What a person reads about a record: its title in one line, then facts, a line each.
struct RecordText {
    private let isMarkdown: Bool
    private var out = ""

    /// People that are listed, at most.
    private static let listed = 30

    /// The text about the record `id` in this state.
    static func text(_ id: ResourceID, _ state: RecordState, company: RecordFacts?, isMarkdown: Bool) -> String {
        var text = RecordText(isMarkdown: isMarkdown)
        switch state {
        case .known(let facts): text.tell(facts, company)
        case .missing: text.add("not found: no \(id.kind.word) \(id.text) that this token may see")
        case .failed(let why): text.add("\(id.text) could not be read: \(why)")
        }
        return text.out
    }

    private init(isMarkdown: Bool) { self.isMarkdown = isMarkdown }

    private func shown(_ text: String) -> String { isMarkdown ? text.inMarkdown : text.printable }

    private mutating func add(_ line: String) {
        if !out.isEmpty { out += isMarkdown ? "  \n" : "\n" }
        out += shown(line)
    }

    private mutating func tell(_ facts: RecordFacts, _ company: RecordFacts?) {
        let title = facts.name.isEmpty ? "(no \(facts.id.kind == .engagement ? "title" : "name"))" : facts.name
        out = isMarkdown ? "**\(title.inMarkdown)**" : title.printable
        let time = [facts.type, facts.start.map(\.asTime), facts.seconds.map(\.asDuration)].compactMap(\.self)
        if !time.isEmpty { add(time.joined(separator: ", ")) }
        for address in facts.addresses { add(address) }
        if let id = facts.company { add(company?.title ?? id.text) }
        if let note = facts.note { add(note) }
        add(facts.id.text)
        guard let people = facts.attendees else { return }
        out += "\n"
        for person in people.prefix(Self.listed) {
            let address = person.name.isEmpty || person.address.isEmpty ? "" : ", \(person.address)"
            out += "\n- " + shown(person.title + address + (person.isRoom ? " (room)" : ""))
        }
        if people.isEmpty { out += "\n" + shown("nobody takes part") }
        let left = facts.attendeeCount - min(people.count, Self.listed)
        if left > 0 { out += "\n- " + shown("and \(left) more") }
    }
}

extension String {
    /// A time of the API as people write it: `2026-01-05 10:00 UTC`. Anything else stays as it is.
    fileprivate var asTime: String {
        guard utf8.count >= 17, utf8.last == UInt8(ascii: "Z"), utf8.dropFirst(10).first == UInt8(ascii: "T") else {
            return self
        }
        return "\(prefix(10)) \(dropFirst(11).prefix(5)) UTC"
    }
}

extension Int {
    /// Seconds as people say them: `45 min`, `1 h 5 min`.
    fileprivate var asDuration: String {
        let minutes = Swift.max(1, Swift.min(self, 1 << 40) / 60)
        if minutes < 60 { return "\(minutes) min" }
        return "\(minutes / 60) h" + (minutes % 60 > 0 ? " \(minutes % 60) min" : "")
    }
}
