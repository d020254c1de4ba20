import Tables

/// Judges the people in a table's rows, by what was looked up about them and read on engagements: who is nobody, who is
/// a calendar resource, and which rows can't be done as they stand.
struct TableJudge {
    private let rows: [AttendeeRow]
    private let skipsUnfound: Bool
    /// Nil for an undo, which has no table.
    private var search: PeopleSearch?
    private var faults: [TableFault]
    /// Whether something is wrong with the table's form, so that it is refused whatever else is found.
    private let hasFaultyForm: Bool
    /// What is known of rows by their people alone.
    private(set) var settled: [Int: PlannedRow] = [:]
    /// People who may be calendar resources only, because no contact has their address or id.
    private var strangers: Set<PersonReference> = []

    /// What is the matter with a row that would take everybody off and does not say so.
    static let onlyRooms = "the row has calendar resources only; write (nobody) to take everybody off"

    /// - Parameter faults: those that reading the table has found.
    init(_ rows: [AttendeeRow], faults: [TableFault], skipsUnfound: Bool) {
        (self.rows, self.faults, self.skipsUnfound) = (rows, faults, skipsUnfound)
        hasFaultyForm = !faults.isEmpty || rows.contains(where: \.isFaulty)
    }

    /// Whether the table is refused.
    var isRefusing: Bool { hasFaultyForm || !skipsUnfound && !faults.isEmpty }

    /// Why somebody could not be looked up; nil if nobody was.
    var failedLookUp: JobFailure? {
        for case .unread(let problem) in settled.values { return problem }
        return nil
    }

    /// All that is wrong, in the table's order, each on a line.
    func sentences(file: String) -> String {
        faults.sorted { $0.line < $1.line }.map { $0.sentence(file: file) + "\n" }.joined()
    }

    // MARK: Addresses

    /// Judges the addresses. Whoever is left out of a row is taken off the engagement, so nobody may be passed over.
    mutating func take(_ search: PeopleSearch) {
        self.search = search
        for (item, row) in rows.enumerated() {
            for (place, person) in row.people.enumerated() where search.found.id(of: person) == nil {
                switch search.misses[person] {
                case .nobody: strangers.insert(person)
                case .unclear(let advice): refuse(place, item, advice)
                case .failed(let problem): settle(item, .unread(problem))
                case nil: settle(item, .unread(JobFailure(.internalError, "\(person.text) was not looked up.")))
                }
            }
        }
    }

    /// Settles a row, unless something is known of it already.
    private mutating func settle(_ item: Int, _ row: PlannedRow) {
        if settled[item] == nil { settled[item] = row }
    }

    /// Refuses the row `item` for the person at `place` in it.
    private mutating func refuse(_ place: Int, _ item: Int, _ advice: String) {
        let (row, person) = (rows[item], rows[item].people[place])
        let line = row.line(ofPersonAt: place)
        faults.append(TableFault(line, person, advice, isInFaultyRow: row.isFaulty, skipsUnfound: skipsUnfound))
        settle(item, .skipped("\(person.text): \(advice)"))
    }

    // MARK: Ids

    /// A check of those whom the plan adds. Whoever is on an engagement that was read is there.
    func check(_ planner: Planner, _ limits: CallLimits) -> PeopleCheck {
        var (order, added) = ([String](), Set<String>())
        for case .change(let change) in planner.rows { order += change.added.filter { added.insert($0).inserted } }
        guard let search else {
            return PeopleCheck([], named: order.filter { !planner.people.knows($0) }, asRooms: false, limits)
        }
        guard !order.isEmpty else { return PeopleCheck([], asRooms: true, limits) }
        var unseen = added
        for (item, row) in planner.rows.enumerated() {
            switch row {
            case .change(let change): unseen.subtract(change.before)
            case .same: unseen.subtract(search.found.ids(of: rows[item]))
            case .pending, .unread, .skipped: break
            }
        }
        let listed = unseen.isEmpty ? [] : listedIDs
        return PeopleCheck(
            order.filter { unseen.contains($0) && listed.contains($0) },
            found: order.filter { unseen.contains($0) && !listed.contains($0) },
            named: order.filter { !unseen.contains($0) && !planner.people.knows($0) }, asRooms: true, limits)
    }

    /// A check of all ids in a table that is refused anyway, so that all that is wrong is told at once.
    func checkOfAllIDs(_ limits: CallLimits) -> PeopleCheck { PeopleCheck(listedIDs.sorted(), asRooms: true, limits) }

    private var listedIDs: Set<String> {
        var ids: Set<String> = []
        for row in rows {
            for case .id(let id) in row.people { ids.insert(id) }
        }
        return ids
    }

    /// The rows of a table that is refused anyway whose engagements tell more: whether somebody whom no contact is
    /// found for is a calendar resource, and whether a row of calendar resources alone takes anybody off.
    mutating func rowsInDoubt(_ check: PeopleCheck) -> [Int] {
        strangers.formUnion(check.missing.map(PersonReference.id))
        return rows.indices.filter {
            // A faulty row may name no engagement.
            !rows[$0].engagementID.isEmpty
                && (rows[$0].people.contains(where: strangers.contains) || isOfRoomsAlone($0, check.rooms))
        }
    }

    private func isOfRoomsAlone(_ item: Int, _ rooms: Rooms) -> Bool {
        // Of a faulty row nobody knows who else is meant.
        !rows[item].isFaulty && !rows[item].people.isEmpty && rows[item].people.allSatisfy(rooms.contains(person:))
    }

    // MARK: Rows

    /// Judges all rows once everything is read that can be, and tells `planner` of those that can't be done.
    mutating func conclude(_ planner: Planner, _ check: PeopleCheck) {
        planner.adopt(check)
        strangers.formUnion(check.missing.map(PersonReference.id))
        let found = settled
        for item in rows.indices {
            judgePeople(item, planner.rooms)
            if case .change(let change) = planner.rows[item] { judge(change, item, check) }
        }
        for (item, row) in settled where found[item] == nil { planner.settle(item, row) }
    }

    /// Judges the people in a table that is refused anyway.
    mutating func concludeRefusal(_ planner: Planner) {
        for item in rows.indices {
            judgePeople(item, planner.rooms)
            if isOfRoomsAlone(item, planner.rooms), case .change(let change) = planner.rows[item] {
                judgeRooms(change, item)
            }
        }
    }

    private mutating func judgePeople(_ item: Int, _ rooms: Rooms) {
        guard !strangers.isEmpty else { return }
        for (place, person) in rows[item].people.enumerated()
        where strangers.contains(person) && !rooms.contains(person: person) {
            switch person {
            case .id: refuse(place, item, "no contact has this id; mend it")
            case .address: refuse(place, item, "no contact has this address; mend it, or create the contact first")
            }
        }
    }

    private mutating func judge(_ change: PlannedChange, _ item: Int, _ check: PeopleCheck) {
        let people = rows[item].people
        if !check.failures.isEmpty {
            for id in change.added where people.contains(.id(id)) {
                if let problem = check.failures[id] { settle(item, .unread(problem)) }
            }
        }
        judgeRooms(change, item)
    }

    /// Resources stay by themselves: a row of nothing else has no people.
    private mutating func judgeRooms(_ change: PlannedChange, _ item: Int) {
        guard change.takesEverybodyOff, !rows[item].people.isEmpty, settled[item] == nil else { return }
        refuse(0, item, Self.onlyRooms)
    }
}

extension TableFault {
    /// A fault of a person in the row at `line`, with what --skip does about it.
    init(_ line: Int, _ person: PersonReference, _ advice: String, isInFaultyRow: Bool, skipsUnfound: Bool) {
        let flag = skipsUnfound ? "; the row is left alone (--skip)" : "; --skip leaves the row alone"
        // What else is wrong with a faulty row has to be mended anyway.
        self.init(line: line, cell: person.text, advice: isInFaultyRow ? advice : advice + flag)
    }
}
