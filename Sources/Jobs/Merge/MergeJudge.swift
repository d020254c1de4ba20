import Tables

/// Judges a table of merges by what was looked up: who is nobody or several, who goes twice, into itself, or into
/// somebody who goes, too.
struct MergeJudge {
    /// What is known of a row.
    enum State {
        case pair(MergePair)
        /// The duplicate was deleted by an earlier run.
        case gone(String)
        /// It is left alone, or somebody in it can't be read.
        case settled(String, PlannedRow)
    }

    private let rows: [MergeRow]
    /// Rows with a fault of form, of which only the people are judged.
    private let faultyRows: [MergeRow]
    private let terms: JobTerms
    private var faults: [TableFault]
    private var isRefused: Bool
    private(set) var states: [State] = []
    /// The rows whose other contact is refused.
    private var refusedGoals: Set<Int> = []

    /// - Parameter faults: those that reading the table has found.
    init(_ rows: [MergeRow], faults: [TableFault], _ terms: JobTerms) {
        self.rows = rows.filter { !$0.isFaulty }
        faultyRows = rows.filter(\.isFaulty)
        (self.faults, self.terms) = (faults, terms)
        isRefused = !faults.isEmpty || !faultyRows.isEmpty
    }

    /// The line of each row.
    var lines: [Int] { rows.map(\.line) }

    /// Whether the table is refused.
    var isRefusing: Bool { isRefused || !terms.skipsUnfound && !faults.isEmpty }

    /// All that is wrong, in the table's order, each on a line.
    var sentences: String {
        faults.sorted { $0.line < $1.line }.map { $0.sentence(file: terms.file) + "\n" }.joined()
    }

    /// The contacts that are to be looked at once the addresses are known, each once: those that may not be there, and
    /// those that were found by an address.
    func contacts(_ search: PeopleSearch) -> (listed: [String], found: [String]) {
        var (listed, found, seen) = ([String](), [String](), Set<String>())
        let people = (rows + faultyRows).flatMap(\.people)
        for case .id(let id) in people where seen.insert(id).inserted { listed.append(id) }
        for person in people {
            if let id = search.found.id(of: person), seen.insert(id).inserted { found.append(id) }
        }
        return (listed, found)
    }

    /// Judges all rows.
    mutating func judge(_ search: PeopleSearch, _ check: PeopleCheck) {
        let earlier = terms.isDeletion ? terms.earlierDeletions() : EarlierDeletions()
        for (item, row) in rows.enumerated() {
            let duplicate = look(row.duplicate, search, check)
            let into = look(row.into, search, check)
            var isGone = false
            if case .nobody = duplicate { isGone = earlier.hold(row.duplicate) }
            let first = isGone ? nil : settle(duplicate, row.duplicate, row)
            let second = settle(into, row.into, row)
            if case .skipped(_)? = second { refusedGoals.insert(item) }
            if let settled = first ?? second {
                states.append(.settled(row.duplicate.text, settled))
            } else if case .contact(let id) = duplicate, case .contact(let other) = into {
                states.append(.pair(MergePair(line: row.line, duplicate: id, into: other)))
                if case .address(let address) = row.duplicate { earlier.names.note(id, by: address) }
            } else {
                states.append(.gone(row.duplicate.text))
            }
        }
        for row in faultyRows {
            for person in row.people {
                let who = look(person, search, check)
                // Which of the people goes, such a row does not say.
                if case .nobody = who, earlier.hold(person) { continue }
                _ = settle(who, person, row)
            }
        }
        judgeOrder(search)
    }

    // MARK: People

    /// Who somebody in the table is.
    private enum Who {
        case contact(String)
        case nobody
        case room
        case unclear(String)
        case unread(JobFailure)
    }

    private func look(_ person: PersonReference, _ search: PeopleSearch, _ check: PeopleCheck) -> Who {
        if let id = search.found.id(of: person) {
            if check.rooms.contains(id) { return .room }
            if check.missing.contains(id) { return .nobody }
            return check.failures[id].map(Who.unread) ?? .contact(id)
        }
        switch search.misses[person] {
        case .nobody: return .nobody
        case .unclear(let advice): return .unclear(advice)
        case .failed(let problem): return .unread(problem)
        case nil: return .unread(JobFailure(.internalError, "\(person.text) was not looked up."))
        }
    }

    /// Notes what is wrong with somebody, and returns what that makes of the row; nil if nothing is.
    private mutating func settle(_ who: Who, _ person: PersonReference, _ row: MergeRow) -> PlannedRow? {
        let advice: String
        switch who {
        case .contact: return nil
        case .unread(let problem): return .unread(problem)
        case .unclear(let text): advice = text
        case .room: advice = "this is a calendar resource, which stays where it is"
        case .nobody:
            if case .id = person {
                advice = "no contact has this id; mend it"
            } else if terms.isDeletion, !row.isFaulty, person == row.duplicate {
                advice = "no contact has this address; mend it, or delete the row if the contact is deleted already"
            } else {
                advice = "no contact has this address; mend it"
            }
        }
        faults.append(
            TableFault(row.line, person, advice, isInFaultyRow: row.isFaulty, skipsUnfound: terms.skipsUnfound))
        return .skipped("\(person.text): \(advice)")
    }

    // MARK: Order

    /// Somebody by what is known: the id, or else the address in lower case.
    private static func key(_ person: PersonReference, _ search: PeopleSearch) -> String {
        search.found.id(of: person) ?? person.text.lowercased()
    }

    /// Finds duplicates that stand twice, go into themselves, or go into somebody who goes.
    private mutating func judgeOrder(_ search: PeopleSearch) {
        var places: [String: Int] = [:]
        let keys = rows.map { (Self.key($0.duplicate, search), Self.key($0.into, search)) }
        let items = rows.indices.filter { !isLeftAlone($0) }
        for item in items {
            let (duplicate, into) = keys[item]
            if duplicate == into {
                refuse(item, "the contact would be merged into itself: write another one into one of the columns")
            } else if let first = places[duplicate] {
                refuse(item, "this duplicate is in line \(rows[first].line), too: delete one of the rows")
            } else {
                places[duplicate] = item
            }
        }
        for item in items {
            let (duplicate, into) = keys[item]
            guard duplicate != into, let next = places[into] else { continue }
            var (seen, last) = (Set([next]), next)
            while keys[last].1 != duplicate, let further = places[keys[last].1], seen.insert(further).inserted {
                last = further
            }
            if keys[last].1 == duplicate {
                let lines = (seen.union([item])).map { rows[$0].line }.sorted().map(String.init)
                refuse(
                    item, "the lines \(lines.joined(separator: ", ")) merge in a circle: delete one of them",
                    isInto: true)
            } else if seen.count == 1 || places[keys[last].1] == nil {
                let way =
                    refusedGoals.contains(last)
                    ? "mend line \(rows[last].line) first" : "write \(rows[last].into.text) here"
                refuse(item, "this contact goes itself, in line \(rows[next].line): \(way)", isInto: true)
            } else {
                refuse(item, "this contact goes itself, in line \(rows[next].line)", isInto: true)
            }
        }
    }

    /// Whether nothing is done for a row, so that it is in no other's way.
    private func isLeftAlone(_ item: Int) -> Bool {
        guard terms.skipsUnfound, case .settled(_, .skipped) = states[item] else { return false }
        return true
    }

    private mutating func refuse(_ item: Int, _ advice: String, isInto: Bool = false) {
        isRefused = true
        let person = isInto ? rows[item].into : rows[item].duplicate
        faults.append(TableFault(line: rows[item].line, cell: person.text, advice: advice))
    }
}
