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
    private let terms: JobTerms
    private var faults: [TableFault]
    private var isRefused: Bool
    private(set) var states: [State] = []

    /// - Parameter faults: those that reading the table has found.
    init(_ rows: [MergeRow], faults: [TableFault], _ terms: JobTerms) {
        (self.rows, self.faults, self.terms) = (rows, faults, terms)
        isRefused = !faults.isEmpty
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
        let people = rows.flatMap { [$0.duplicate, $0.into] }
        for case .id(let id) in people where seen.insert(id).inserted { listed.append(id) }
        for person in people {
            if let id = search.found.id(of: person), seen.insert(id).inserted { found.append(id) }
        }
        return (listed, found)
    }

    /// Judges all rows.
    mutating func judge(_ search: PeopleSearch, _ check: PeopleCheck) {
        var earlier = terms.isDeletion ? terms.earlierDeletions() : EarlierDeletions()
        for row in rows {
            let duplicate = look(row.duplicate, search, check)
            let into = look(row.into, search, check)
            var isGone = false
            if case .nobody = duplicate {
                switch row.duplicate {
                case .id(let id): isGone = earlier.claim(id: id)
                case .address: isGone = earlier.claimOne()
                }
            }
            let first = isGone ? nil : settle(duplicate, row.duplicate, row)
            let second = settle(into, row.into, row)
            if let settled = first ?? second {
                states.append(.settled(row.duplicate.text, settled))
            } else if case .contact(let id) = duplicate, case .contact(let other) = into {
                states.append(.pair(MergePair(line: row.line, duplicate: id, into: other)))
            } else {
                states.append(.gone(row.duplicate.text))
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
            } else {
                advice = "no contact has this address; mend it"
            }
        }
        let flag = terms.skipsUnfound ? "the row is left alone (--skip)" : "--skip leaves the row alone"
        faults.append(TableFault(line: row.line, cell: person.text, advice: "\(advice); \(flag)"))
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
        for (item, (duplicate, into)) in keys.enumerated() {
            if duplicate == into {
                refuse(item, "the contact would be merged into itself: write another one into one of the columns")
            } else if let first = places[duplicate] {
                refuse(item, "this duplicate is in line \(rows[first].line), too: delete one of the rows")
            } else {
                places[duplicate] = item
            }
        }
        for (item, (duplicate, into)) in keys.enumerated() where duplicate != into {
            guard let next = places[into] else { continue }
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
                let end = rows[last].into.text
                refuse(item, "this contact goes itself, in line \(rows[next].line): write \(end) here", isInto: true)
            } else {
                refuse(item, "this contact goes itself, in line \(rows[next].line)", isInto: true)
            }
        }
    }

    private mutating func refuse(_ item: Int, _ advice: String, isInto: Bool = false) {
        isRefused = true
        let person = isInto ? rows[item].into : rows[item].duplicate
        faults.append(TableFault(line: rows[item].line, cell: person.text, advice: advice))
    }
}
