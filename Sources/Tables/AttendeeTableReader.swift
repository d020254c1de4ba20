import Bytes

/// Makes rows of the records of a table, and finds what is wrong with them.
struct AttendeeTableReader {
    /// An engagement that stands in the table: where first, and which of the rows it became.
    private struct Known {
        let line: Int
        /// Nil if something was wrong with its first row.
        let row: Int?
    }

    /// Who stands in a row.
    private struct Listed {
        var people: [PersonReference] = []
        var identities: [Int] = []
        /// Whether a cell says that nobody is meant.
        var saysNobody = false

        mutating func clear() {
            people.removeAll(keepingCapacity: true)
            identities.removeAll(keepingCapacity: true)
            saysNobody = false
        }
    }

    /// What further rows add to a row.
    private struct Addition {
        var identities: Set<Int>
        var people: [PersonReference] = []
        /// The line of each of them.
        var lines: [Int] = []
    }

    private let options: TableOptions
    /// Faults that are told, at most: a file of anything must not take all memory.
    private let faultLimit: Int
    /// What the columns hold.
    private(set) var columns = TableColumns.headless
    /// What is wrong, in the table's order.
    private(set) var faults: [TableFault] = []
    private var rows: [AttendeeRow] = []
    /// The rows that something is wrong with and in which people stand.
    private(set) var faultyRows: [AttendeeRow] = []
    private var known: [String: Known] = [:]
    private var additions: [Int: Addition] = [:]
    private var index = PersonIndex()
    /// Columns that are not read and in which people stand.
    private var columnsOfPeople: Set<Int> = []
    /// Who stands in the row that is read.
    private var listed = Listed()
    /// The number of the record, by which `index` tells rows apart.
    private var record = 0
    /// Where things stand; nil unless somebody wants to know.
    private(set) var places: TablePlaces?

    /// A reader before its table.
    init(_ options: TableOptions, _ places: TablePlaces? = nil, faultLimit: Int = 1_000_000) {
        self.options = options
        self.places = places
        self.faultLimit = faultLimit
    }

    /// Reads all of a text.
    mutating func read(_ text: Bytes) {
        let start = TableStart(text, options)
        if let advice = start.wrongSeparator {
            faults.append(TableFault(line: 1, cell: nil, advice: advice))
            return
        }
        var records = TableRecords(text.dropping(start.offset), delimiter: start.delimiter, line: start.line)
        var isFirst = true
        while records.next() {
            if let line = records.openQuoteLine { return tellOpenQuote(records, line) }
            if records.isTooWide { return tell("this row has more than \(TableRecords.widthLimit) cells", records) }
            if isBlank(records) { continue }
            if isFirst {
                isFirst = false
                if takeHeads(records) { continue }
                if !faults.isEmpty { return }
            }
            readRow(records)
            guard faults.count < faultLimit else {
                return tell("these are \(faultLimit) faults, and the rest of the file was not read", records)
            }
        }
        if isFirst || record == 0, faults.isEmpty {
            let advice = isFirst ? "the table is empty" : "there are heads and no rows"
            faults.append(TableFault(line: 1, cell: nil, advice: advice + ": give one row for each engagement"))
        }
    }

    /// The rows with what further rows about their engagements added.
    func finishedRows() -> [AttendeeRow] {
        guard !additions.isEmpty else { return rows }
        return rows.enumerated().map { number, row in
            guard let added = additions[number], !added.people.isEmpty else { return row }
            return AttendeeRow(
                line: row.line, engagementID: row.engagementID, people: row.people + added.people,
                addedLines: added.lines)
        }
    }

    private func isBlank(_ records: TableRecords) -> Bool {
        (0..<records.count).allSatisfy { records.withCell($0) { $0.cellTrimmed.isEmpty } }
    }

    /// Ends the reading with a fault of the file.
    private mutating func tell(_ problem: String, _ records: TableRecords) {
        let advice = problem + ": see that the file is a table, saved as CSV"
        faults.append(TableFault(line: records.line, cell: nil, advice: advice))
    }

    private mutating func tellOpenQuote(_ records: TableRecords, _ line: Int) {
        let advice =
            "a quote that is opened in line \(line) is never closed, so that the rest of the file is one cell: "
            + "close it, or delete it"
        let last = records.count - 1
        let fault = records.withCell(last) { TableFault(line: records.line, bytes: $0.cellTrimmed, advice: advice) }
        faults.append(fault)
    }

    /// Whether the first row holds heads; if they are unclear, that is a fault and the end.
    private mutating func takeHeads(_ records: TableRecords) -> Bool {
        let isData = records.withCell(0) { EngagementCell.id($0) != nil }
        if isData, options.engagementHead == nil, options.peopleHeads.isEmpty { return false }
        let heads = (0..<records.count).map { records.withCell($0) { $0.withoutFormulaGuard.cellTrimmed.text } }
        var next = records
        var hasNext = next.next()
        while hasNext, isBlank(next) { hasNext = next.next() }
        if heads.count == 1, !hasNext, !TableColumns.isHead(heads[0], options) {
            // Whatever it is, it is not shown: a token's file looks so.
            tell("there is one cell in the whole file, as in a token's file (--token-file FILE takes one)", records)
            return false
        }
        do throws(TableColumns.Unclear) {
            columns = try TableColumns(heads, options) { column in
                hasNext && column < next.count && next.withCell(column) { EngagementCell.id($0) != nil }
            }
            return true
        } catch {
            faults.append(TableFault(line: records.line, cell: nil, advice: error.advice))
            return false
        }
    }

    private mutating func readRow(_ records: TableRecords) {
        record += 1
        let faultsBefore = faults.count
        var engagement: String?
        listed.clear()
        var isExtra = false
        for column in 0..<records.count {
            switch columns.role(column) {
            case .engagement: engagement = readEngagement(records, column)
            case .people: readPeople(records, column)
            case .other: noteUnread(records, column)
            case .unnamed: refuse(records, column, unless: { !Self.holdsPeople($0) })
            case nil:
                let before = faults.count
                if !isExtra { refuse(records, column, unless: \.isEmpty) }
                isExtra = isExtra || faults.count > before
            }
        }
        if engagement == nil, faults.count == faultsBefore {
            let advice = "the row has no engagement: give its id (ngmt_…), or delete the row"
            faults.append(TableFault(line: records.line, cell: nil, advice: advice))
        }
        let isFaulty = faults.count > faultsBefore
        guard let engagement else { return keepFaulty(row(records, "")) }
        if !isFaulty, listed.people.isEmpty, !listed.saysNobody, !options.allowEmpty {
            let advice = "nobody is listed: list people, or take everybody off with --allow-empty"
            faults.append(TableFault(line: records.line, cell: engagement, advice: advice))
        }
        if listed.saysNobody, !listed.people.isEmpty {
            let advice = "the row says that nobody is meant, and lists people, too: delete one or the other"
            faults.append(TableFault(line: records.line, cell: engagement, advice: advice))
        }
        note(row(records, engagement), listed.identities, isFaulty: faults.count > faultsBefore)
    }

    private func row(_ records: TableRecords, _ engagement: String) -> AttendeeRow {
        // A copy of its own size: the list is used again.
        AttendeeRow(line: records.line, engagementID: engagement, people: listed.people.map { $0 })
    }

    private mutating func keepFaulty(_ row: AttendeeRow) {
        guard !row.people.isEmpty else { return }
        faultyRows.append(
            AttendeeRow(line: row.line, engagementID: row.engagementID, people: row.people, isFaulty: true))
    }

    private mutating func note(_ row: AttendeeRow, _ identities: [Int], isFaulty: Bool) {
        guard let first = known[row.engagementID] else {
            known[row.engagementID] = Known(line: row.line, row: isFaulty ? nil : rows.count)
            if isFaulty { keepFaulty(row) } else { rows.append(row) }
            return
        }
        guard options.merge else {
            let advice =
                "this engagement is in line \(first.line), too: delete one of the rows, or join their people with "
                + "--merge"
            faults.append(TableFault(line: row.line, cell: row.engagementID, advice: advice))
            return keepFaulty(row)
        }
        guard let number = first.row, !isFaulty else { return keepFaulty(row) }
        if rows[number].people.isEmpty != row.people.isEmpty {
            let (here, there) = row.people.isEmpty ? ("nobody", "people") : ("people", "nobody")
            let advice = "this row lists \(here) and line \(first.line) \(there): delete one of the two"
            faults.append(TableFault(line: row.line, cell: row.engagementID, advice: advice))
            return keepFaulty(row)
        }
        // Taken out, so that it is changed in place: thousands of rows may be about one engagement.
        var addition =
            additions.removeValue(forKey: number)
            ?? Addition(identities: Set(rows[number].people.map { index.identity(of: $0) }))
        for (person, identity) in zip(row.people, identities) where addition.identities.insert(identity).inserted {
            addition.people.append(person)
            addition.lines.append(row.line)
        }
        additions[number] = addition
    }

    private mutating func readEngagement(_ records: TableRecords, _ column: Int) -> String? {
        let (id, problem): (String?, TableFault?) = records.withCell(column) { cell in
            if let id = EngagementCell.id(cell) {
                let text = id.text
                places?.note(engagement: text, id, line: records.line)
                return (text, nil)
            }
            let cell = cell.cellTrimmed
            if cell.isEmpty { return (nil, nil) }
            return (nil, fault(of: cell, EngagementCell.advice(cell), records.line))
        }
        if let problem { faults.append(problem) }
        return id
    }

    /// Notes that people stand in a column that is not read.
    private mutating func noteUnread(_ records: TableRecords, _ column: Int) {
        guard options.peopleHeads.isEmpty, !columnsOfPeople.contains(column) else { return }
        let holds = records.withCell(column) { cell in
            (cell.contains(UInt8(ascii: "@")) || cell.holds(Bytes("cnt_"))) && Self.holdsPeople(cell.cellTrimmed)
        }
        if holds { columnsOfPeople.insert(column) }
    }

    /// The heads of columns that are not read and in which people stand.
    var unreadPeople: [String] { columnsOfPeople.sorted().map { columns.heads[$0] } }

    private mutating func readPeople(_ records: TableRecords, _ column: Int) {
        records.withList(column) { cell in
            PeopleCell.read(cell.cellTrimmed.withoutFormulaGuard) { item in
                switch item {
                case .wrong(let bytes, let advice) where faults.count < faultLimit:
                    faults.append(fault(of: bytes, advice, records.line))
                case .wrong: break
                case .nobody: listed.saysNobody = true
                case .id, .address:
                    guard let found = index.add(item, row: record), found.isNew else { break }
                    if case .address(let bytes) = item {
                        places?.note(address: found.person.text, bytes, line: records.line)
                    }
                    listed.people.append(found.person)
                    listed.identities.append(found.identity)
                }
            }
        }
    }

    /// Refuses a cell that has no head.
    private mutating func refuse(_ records: TableRecords, _ column: Int, unless isHarmless: (Bytes) -> Bool) {
        let problem: TableFault? = records.withCell(column) { cell in
            let cell = cell.cellTrimmed
            if isHarmless(cell) { return nil }
            let advice =
                "this cell has no head: put the people of a row into one cell, in quotes "
                + "(ngmt_1,\"cnt_1,cnt_2\"), or give the column a head"
            return fault(of: cell, advice, records.line)
        }
        if let problem { faults.append(problem) }
    }

    /// The next fault, of a cell; where that stands is noted.
    private mutating func fault(of cell: Bytes, _ advice: String, _ line: Int) -> TableFault {
        places?.note(fault: faults.count, cell)
        return TableFault(line: line, bytes: cell, advice: advice)
    }

    private static func holdsPeople(_ cell: Bytes) -> Bool {
        var holds = false
        PeopleCell.read(cell.withoutFormulaGuard) { if case .wrong = $0 {} else { holds = true } }
        return holds
    }
}
