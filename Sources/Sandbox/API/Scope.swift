/// What a token may do: the scope names of the API.
struct Scope: OptionSet, Hashable, Sendable {
    let rawValue: UInt16

    static let companiesRead = Scope(rawValue: 1 << 0)
    static let companiesWrite = Scope(rawValue: 1 << 1)
    static let contactsRead = Scope(rawValue: 1 << 2)
    static let contactsWrite = Scope(rawValue: 1 << 3)
    static let engagementsRead = Scope(rawValue: 1 << 4)
    static let engagementsWrite = Scope(rawValue: 1 << 5)
    static let privateRead = Scope(rawValue: 1 << 6)
    static let privateWrite = Scope(rawValue: 1 << 7)
    static let tagsRead = Scope(rawValue: 1 << 8)
    static let tagsWrite = Scope(rawValue: 1 << 9)
    static let timelinesRead = Scope(rawValue: 1 << 10)
    static let commentsRead = Scope(rawValue: 1 << 11)
    static let commentsWrite = Scope(rawValue: 1 << 12)
    static let usersRead = Scope(rawValue: 1 << 13)
    /// Stands for every other scope.
    static let admin = Scope(rawValue: 1 << 14)
    /// Every scope but `workspace:admin`, so that taking one away has an effect.
    static let everything = Scope(rawValue: (1 << 14) - 1)

    /// The name of each bit, from bit 0 on.
    static let names = [
        "companies:read", "companies:write", "contacts:read", "contacts:write", "engagements:read",
        "engagements:write", "engagements:private:read", "engagements:private:write", "tags:read", "tags:write",
        "transcript_timelines:read", "transcript_comments:read", "transcript_comments:write", "users:read",
        "workspace:admin",
    ]

    /// The names of the scopes in this set, in the order of the table.
    var names: [String] {
        Self.names.indices.filter { contains(Scope(rawValue: 1 << UInt16($0))) }.map { Self.names[$0] }
    }

    /// Throws a 403 that names the first missing scope of `needed`.
    func require(_ needed: Scope) throws(Problem) {
        if contains(.admin) { return }
        guard let missing = needed.subtracting(self).names.first else { return }
        throw Problem(403, "This request needs the scope \(missing), which the token does not have.")
    }
}
