import JSON
import Service

/// To have each duplicate's place taken on all its engagements. Rows without an engagement have an item of their own,
/// under the contact.
struct MergeIntent: ChangeIntent {
    private struct Item {
        let id: String
        let line: Int
    }

    /// The pairs, each with the items of its engagements.
    private(set) var pairs: [(pair: MergePair, items: [Int])] = []
    /// The items that are settled without a call.
    private(set) var settled: [Int: PlannedRow] = [:]
    private var items: [Item] = []
    private var others: [String: String] = [:]
    private let run: String

    init(_ states: [MergeJudge.State], lines: [Int], _ listing: MergeListing, run: String) {
        self.run = run
        var places: [String: Int] = [:]
        for (state, line) in zip(states, lines) {
            switch state {
            case .settled(let who, let row): settle(who, line, row)
            case .gone(let who): settle(who, line, .same)
            case .pair(let pair):
                let number = pairs.count
                if let problem = listing.failures[number] {
                    settle(pair.duplicate, line, .unread(problem))
                    pairs.append((pair, [items.count - 1]))
                    continue
                }
                others[pair.duplicate] = pair.into
                let ids = listing.engagements[number]
                if ids.isEmpty { settle(pair.duplicate, line, .same) }
                for id in ids where places[id] == nil {
                    places[id] = items.count
                    items.append(Item(id: id, line: line))
                }
                pairs.append((pair, ids.compactMap { places[$0] }))
            }
        }
    }

    private mutating func settle(_ who: String, _ line: Int, _ row: PlannedRow) {
        settled[items.count] = row
        items.append(Item(id: who, line: line))
    }

    var count: Int { items.count }
    func engagementID(_ item: Int) -> String { items[item].id }
    func line(_ item: Int) -> Int? { items[item].line }

    func look(_ item: Int) -> JobCall {
        JobCall("engagement.get", tag: item) { json in
            json.member("engagement_id", items[item].id)
            json.member("expand", ["contacts"])
        }
    }

    /// The pairs whose duplicates may be deleted: all their engagements are or would be as wanted.
    func deletable(where isAsWanted: (Int) -> Bool) -> [MergePair] {
        pairs.filter { $0.items.allSatisfy(isAsWanted) }.map(\.pair)
    }

    func planned(_ item: Int, by result: JSONSlice) -> PlannedChange? {
        result.openMember("data").flatMap { engagement in
            PlannedChange(of: engagement) { contacts in [].adding(contacts.map { others[$0] ?? $0 }) }
        }
    }

    func make(_ change: PlannedChange, _ item: Int) -> JobCall {
        JobCall("engagement.replaceContacts", tag: item) { json in
            json.member("engagement_id", items[item].id)
            json.member("contact_ids", change.wanted)
            json.member("expected_contact_ids", change.before)
            json.member("report_changes", true)
            json.writeRun(run)
        }
    }
}
