import Tables

/// Which ids of a table `plan` would read. Others stand in columns that say nothing to it.
struct TableReach {
    private let ids: Set<String>
    /// The lines, from 1, whose rows have faults: what is read of them is not known.
    private let faulty: Set<Int>

    init(_ table: AttendeeTable) {
        var ids: Set<String> = []
        for row in table.rows {
            ids.insert(row.engagementID)
            for case .id(let id) in row.people { ids.insert(id) }
        }
        self.ids = ids
        faulty = Set(table.faults.map(\.line))
    }

    /// Whether an id in this line is one of those.
    func holds(_ id: ResourceID, line: Int) -> Bool { ids.contains(id.text) || faulty.contains(line) }
}
