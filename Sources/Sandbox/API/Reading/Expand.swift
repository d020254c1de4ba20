/// The parts of an engagement that an answer contains only on request.
struct Expand: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let companies = Expand(rawValue: 1 << 0)
    static let contacts = Expand(rawValue: 1 << 1)
    static let owner = Expand(rawValue: 1 << 2)
    static let actionItems = Expand(rawValue: 1 << 3)
    static let signals = Expand(rawValue: 1 << 4)
    static let transcript = Expand(rawValue: 1 << 5)
    static let mediaURL = Expand(rawValue: 1 << 6)
    static let tags = Expand(rawValue: 1 << 7)

    /// The name of each bit, from bit 0 on.
    static let names = [
        "companies", "contacts", "owner", "action_items", "signals", "transcript", "media_url", "tags",
    ]

    /// The parts that a comma-separated list names.
    init(list: String) throws(Problem) {
        var parts: Expand = []
        for word in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard let bit = Self.names.firstIndex(of: String(word)) else {
                let known = Self.names.joined(separator: ", ")
                throw Problem.validation("expand", "invalid_value", "There is only \(known); not \(word).")
            }
            parts.insert(Expand(rawValue: 1 << UInt8(bit)))
        }
        self = parts
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The scopes that these parts need besides `engagements:read`.
    var scopes: Scope {
        var needed: Scope = []
        if contains(.companies) { needed.insert(.companiesRead) }
        if contains(.contacts) { needed.insert(.contactsRead) }
        if contains(.owner) { needed.insert(.usersRead) }
        return needed
    }
}
