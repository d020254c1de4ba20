import JSON

/// A search of the API for records by words.
struct RecordSearch {
    private let kind: RecordKind
    private let words: String
    private let limit: Int

    /// Characters of a search, at most.
    private static let wordLimit = 100

    /// A search for records of `kind`; the newest ones where there are no words.
    init(_ kind: RecordKind, _ words: String, limit: Int) {
        self.kind = kind
        self.words = words
        self.limit = limit
    }

    /// The method that searches; nil for a kind that can't be searched for.
    static func method(_ kind: RecordKind) -> String? { kind == .tag ? nil : kind.word + ".list" }

    /// Gives what was found; nothing where the search fails.
    func run(
        _ server: LanguageServer, isWanted: @escaping () -> Bool, then: @escaping ([RecordFacts]) -> Void
    ) {
        run(server, expand: [], isWanted: isWanted) { then($0.map(\.facts)) }
    }

    /// Gives what was found, each record as the API has it beside its facts; with what `expand` names.
    func run(
        _ server: LanguageServer, expand: [String], isWanted: @escaping () -> Bool,
        then: @escaping ([(facts: RecordFacts, record: JSONSlice)]) -> Void
    ) {
        guard let method = Self.method(kind) else { return then([]) }
        let (kind, words) = (kind, String(words.unicodeScalars.prefix(Self.wordLimit)))
        server.surroundings.call(
            method,
            { json in
                json.member("limit", limit)
                if !words.isEmpty { json.member("search", words) }
                if !expand.isEmpty { json.member("expand", expand) }
            }, isWanted: isWanted
        ) { reply in
            guard case .result(let result) = reply, let list = result.member("data")?.member("data") else {
                return then([])
            }
            then(
                list.elements.compactMap { record in
                    guard let id = record.member("id")?.string.flatMap({ ResourceID($0) }), id.kind == kind else {
                        return nil
                    }
                    return RecordFacts(record, id).map { ($0, record) }
                })
        }
    }
}
