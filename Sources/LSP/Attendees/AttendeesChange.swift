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

    /// Something wrong with the document as a whole, whoever is in it.
    struct Objection {
        /// The line that says it; nil if none does.
        let line: Int?
        /// The stable word for it: `invalid_value`, `required`.
        let code: String
        let message: String
    }

    /// Who is to be there, as far as is known; each once, rooms left aside.
    private(set) var wanted: [String] = []
    private(set) var dropped: [String] = []
    private(set) var addedCount = 0
    private(set) var troubles: [Trouble] = []
    /// Why it can't be carried out, whatever its entries say.
    private(set) var objections: [Objection] = []
    /// Whether addresses are still being looked up.
    private(set) var isPending = false

    /// Compares what a document says with what it was made from. People who are not known are looked up.
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
        let leavesNobody = wanted.isEmpty && addedCount == 0 && !dropped.isEmpty
        objections = Self.objections(to: text, leavesNobody: leavesNobody)
    }

    private static func objections(to text: AttendeesText, leavesNobody: Bool) -> [Objection] {
        if leavesNobody, text.nobody.isEmpty, text.faults.isEmpty {
            let message = "Nobody is listed: list people, or write (nobody) to take everybody off."
            return [Objection(line: nil, code: "required", message: message)]
        }
        if text.entries.isEmpty { return [] }
        let message = "This says that nobody is meant, and people are listed, too: delete one or the other."
        return text.nobody.map { Objection(line: $0, code: "invalid_value", message: message) }
    }

    /// The contact with this address: one of those who are there, else by a look-up.
    private mutating func find(
        _ entry: AttendeesText.Entry, _ address: String, among base: AttendeesBase, _ server: LanguageServer
    ) -> String? {
        if let present = base.id(of: entry.person) { return present }
        let finding = server.addresses.finding(address)
        switch finding {
        case .found(let id): return id
        case nil: isPending = true
        case .failed(let why):
            let message = "\(address) could not be looked up: \(why)"
            troubles.append(Trouble(entry: entry, code: "unread", message: message))
        case .missing, .ambiguous:
            guard let fault = finding?.fault(of: address) else { break }
            troubles.append(
                Trouble(entry: entry, code: fault.code, message: fault.message, candidates: fault.candidates))
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
    /// The first entry that keeps it from being carried out.
    var obstacle: Trouble? { troubles.first { $0.code != "duplicate" } }
    /// How many things keep it from being carried out.
    var obstacleCount: Int { troubles.count { $0.code != "duplicate" } + objections.count }
}
