import Bytes

/// Makes rows of the records of a table of merges, and finds what is wrong with them.
struct MergeTableReader {
    /// Who stands in the cells of one role in a row.
    private struct Listed {
        var ids: [String] = []
        var addresses: [String] = []
        /// Whether something in the cells is nobody at all.
        var isWrong = false

        mutating func add(_ item: PeopleCell.Item) {
            switch item {
            case .id(let text): if !ids.contains(text.text) { ids.append(text.text) }
            case .address(let text):
                let address = text.text
                if !addresses.contains(where: { $0.lowercased() == address.lowercased() }) { addresses.append(address) }
            case .nobody, .wrong: break
            }
        }

        /// The one contact that is named; an id says more than the addresses beside it.
        var person: PersonReference? {
            if ids.count == 1 { return .id(ids[0]) }
            return ids.isEmpty && addresses.count == 1 ? .address(addresses[0]) : nil
        }

        /// Everybody who is named, where more than one is.
        var people: [PersonReference] {
            if let person { return [person] }
            return ids.map(PersonReference.id) + addresses.map(PersonReference.address)
        }

        var isEmpty: Bool { ids.isEmpty && addresses.isEmpty }
        var words: String { (ids + addresses).joined(separator: ", ") }
    }

    private(set) var rows: [MergeRow] = []
    /// The rows that something is wrong with and in which somebody is named.
    private(set) var faultyRows: [MergeRow] = []
    /// What is wrong, in the table's order.
    private(set) var faults: [TableFault] = []
    private var roles: [MergeHeads.Role?] = [.duplicate, .into]

    private static let faultLimit = 100_000
    private static let shape = "give two columns with the heads duplicate and into"

    /// Reads all of a text.
    mutating func read(_ text: Bytes) {
        let start = TableStart(text, TableOptions())
        if let advice = start.wrongSeparator { return tell(1, advice) }
        var records = TableRecords(text.dropping(start.offset), delimiter: start.delimiter, line: start.line)
        var (isFirst, hasRow) = (true, false)
        while records.next() {
            if let line = records.openQuoteLine {
                return tell(
                    records.line, "a quote that is opened in line \(line) is never closed: close it, or delete it")
            }
            if records.isTooWide {
                return tell(records.line, "this row has too many cells: see that the file is a table")
            }
            if cells(records).allSatisfy(\.isEmpty) { continue }
            if isFirst {
                isFirst = false
                if takeHeads(records) { continue }
                if !faults.isEmpty { return }
            }
            hasRow = true
            readRow(records)
            guard faults.count < Self.faultLimit else {
                return tell(records.line, "these are \(Self.faultLimit) faults, and the rest of the file was not read")
            }
        }
        guard !hasRow, faults.isEmpty else { return }
        tell(
            1, (isFirst ? "the table is empty: " : "there are heads and no rows: ") + "give one row for each duplicate")
    }

    private mutating func tell(_ line: Int, _ advice: String) {
        faults.append(TableFault(line: line, cell: nil, advice: advice))
    }

    private func cells(_ records: TableRecords) -> [String] {
        (0..<records.count).map { records.withCell($0) { $0.cellTrimmed.text } }
    }

    /// Whether the first row holds heads; if they are unclear, that is a fault and the end.
    private mutating func takeHeads(_ records: TableRecords) -> Bool {
        let found = MergeHeads.roles(cells(records).map(TableHeads.trimmed))
        if found.contains(.duplicate), found.contains(.into) {
            roles = found
            return true
        }
        let isData = (0..<min(2, records.count)).contains { Self.people(records, $0).person != nil }
        if isData { return false }
        let heads = cells(records).filter { !$0.isEmpty }.prefix(20)
        // Whatever one cell is, it is not shown: a token's file looks so.
        let seen =
            heads.count < 2
            ? ""
            : " (the heads are \(heads.map { "\"\($0.prefix(60).description.printable)\"" }.joined(separator: ", ")))"
        tell(records.line, "no column says who is merged, or into whom\(seen): \(Self.shape)")
        return false
    }

    private static func people(_ records: TableRecords, _ column: Int) -> Listed {
        var listed = Listed()
        records.withList(column) { PeopleCell.read($0.cellTrimmed.withoutFormulaGuard) { listed.add($0) } }
        return listed
    }

    private mutating func readRow(_ records: TableRecords) {
        let before = faults.count
        var (duplicate, into) = (Listed(), Listed())
        for column in 0..<records.count {
            switch column < roles.count ? roles[column] : nil {
            case .duplicate: read(records, column, into: &duplicate)
            case .into: read(records, column, into: &into)
            case nil where column >= roles.count: refuseExtra(records, column)
            case nil: break
            }
        }
        let someone = person(duplicate, records.line, "the row has no duplicate")
        let other = person(into, records.line, "the row does not say into whom")
        if faults.count == before, let someone, let other {
            return rows.append(MergeRow(line: records.line, duplicate: someone, into: other))
        }
        let people = duplicate.people + into.people
        if !people.isEmpty { faultyRows.append(MergeRow(faultyAt: records.line, people)) }
    }

    private mutating func read(_ records: TableRecords, _ column: Int, into listed: inout Listed) {
        var (found, wrong) = (listed, [TableFault]())
        records.withList(column) { cell in
            PeopleCell.read(cell.cellTrimmed.withoutFormulaGuard) { item in
                switch item {
                case .wrong(let bytes, let advice):
                    wrong.append(TableFault(line: records.line, bytes: bytes, advice: Self.own(advice)))
                case .nobody:
                    wrong.append(TableFault(line: records.line, bytes: cell, advice: "one contact is wanted here"))
                case .id, .address: found.add(item)
                }
            }
        }
        found.isWrong = found.isWrong || !wrong.isEmpty
        listed = found
        faults += wrong
    }

    /// The advice about a cell, without the flags of other tables.
    private static func own(_ advice: String) -> String {
        advice.hasSuffix(PeopleCell.columnHint) ? String(advice.dropLast(PeopleCell.columnHint.count)) : advice
    }

    private mutating func person(_ listed: Listed, _ line: Int, _ lack: String) -> PersonReference? {
        if listed.isWrong { return nil }
        if let person = listed.person { return person }
        if listed.isEmpty {
            tell(line, "\(lack): give a contact's id (cnt_…) or an address, or delete the row")
        } else {
            let advice = "one contact is wanted here: give each pair a row of its own"
            faults.append(TableFault(line: line, cell: listed.words, advice: advice))
        }
        return nil
    }

    private mutating func refuseExtra(_ records: TableRecords, _ column: Int) {
        let fault: TableFault? = records.withCell(column) { cell in
            let cell = cell.cellTrimmed
            if cell.isEmpty { return nil }
            return TableFault(line: records.line, bytes: cell, advice: "this cell has no head: \(Self.shape)")
        }
        if let fault { faults.append(fault) }
    }
}
