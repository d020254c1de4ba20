import Tables

/// What an attendees document would change on its engagement.
struct AttendeesChange {
    /// An entry that can't be carried out.
    struct Trouble {
        let entry: AttendeesText.Entry
        /// The stable word for it: `not_found`, `ambiguous`, `duplicate`, `unread`.
        let code: String
        let message: String
        /// Who may be meant by an ambiguous address.
        var candidates: [Attendee] = []
    }

    /// Who is to be there, as far as is known; each once, rooms left aside.
    private(set) var wanted: [String] = []
    private(set) var dropped: [String] = []
    private(set) var addedCount = 0
    private(set) var troubles: [Trouble] = []
    /// Whether addresses are still being looked up.
    private(set) var isPending = false

    /// Compares what a document says with what it was made from. `isAwaited` has unknown people looked up soon.
    init(_ text: AttendeesText, _ base: AttendeesBase, _ server: LanguageServer) {
        let rooms = Set(base.rooms.map(\.id))
        let before = Set(base.ids)
        var seen: [String: Int] = [:]
        for entry in text.entries {
            var id: String?
            switch entry.person {
            case .id(let text):
                id = text
                if !before.contains(text), !rooms.contains(text), let trouble = Self.trouble(entry, text, server) {
                    troubles.append(trouble)
                }
            case .address(let address): id = find(entry, address, among: base, server)
            }
            guard let id else {
                addedCount += 1
                continue
            }
            if let first = seen[id] {
                let message = "\(id) is in line \(first + 1), too."
                troubles.append(Trouble(entry: entry, code: "duplicate", message: message))
                continue
            }
            seen[id] = entry.line
            if rooms.contains(id) { continue }
            wanted.append(id)
            if !before.contains(id) { addedCount += 1 }
        }
        dropped = base.ids.filter { seen[$0] == nil }
    }

    /// The contact with this address: one of those who are there, else by a look-up.
    private mutating func find(
        _ entry: AttendeesText.Entry, _ address: String, among base: AttendeesBase, _ server: LanguageServer
    ) -> String? {
        let present = (base.people + base.rooms).filter { $0.has(address: address) }
        if present.count == 1 { return present[0].id }
        switch server.addresses.finding(address) {
        case .found(let id): return id
        case nil: isPending = true
        case .missing:
            let message = "No contact has the address \(address); mend it, or create the contact first."
            troubles.append(Trouble(entry: entry, code: "not_found", message: message))
        case .ambiguous(let several):
            let list = several.prefix(10).map { "\($0.id) \($0.title)" }.joined(separator: ", ")
            let message = "\(several.count) contacts have this address: \(list). Write the id of the right one."
            troubles.append(Trouble(entry: entry, code: "ambiguous", message: message, candidates: several))
        case .failed(let why):
            let message = "\(address) could not be looked up: \(why)"
            troubles.append(Trouble(entry: entry, code: "unread", message: message))
        }
        return nil
    }

    private static func trouble(_ entry: AttendeesText.Entry, _ id: String, _ server: LanguageServer) -> Trouble? {
        guard let id = ResourceID(id), case .missing = server.surroundings.state(of: id, .shown) else { return nil }
        let message = "There is no contact \(id.text) that this token may see."
        return Trouble(entry: entry, code: "not_found", message: message)
    }

    /// Whether nobody would come or go.
    var isNone: Bool { dropped.isEmpty && addedCount == 0 }
    /// The first thing that keeps it from being carried out.
    var obstacle: Trouble? { troubles.first { $0.code != "duplicate" } }
}
