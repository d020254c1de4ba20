import Bytes

/// Where a table begins, and what parts its cells.
struct TableStart {
    /// The separator of cells.
    private(set) var delimiter = UInt8(ascii: ",")
    /// Where the first record begins, and in which line.
    private(set) var offset = 0
    private(set) var line = 1
    /// What to do about a `sep=` line that can't be followed.
    private(set) var wrongSeparator: String?

    /// Looks at the beginning of a text.
    init(_ text: Bytes, _ options: TableOptions) {
        if let separator = takeSeparatorLine(text) {
            delimiter = separator
        } else if wrongSeparator == nil {
            delimiter = Self.likeliest(text.dropping(offset), options)
        }
    }

    /// The separator that a first line `sep=;` says, which spreadsheet programs neither show nor count as a row.
    private mutating func takeSeparatorLine(_ text: Bytes) -> UInt8? {
        let end = text.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? text.count
        var words = text.slice(0, end)
        if words.first == UInt8(ascii: "\""), words.last == UInt8(ascii: "\""), words.count > 1 {
            words = words.slice(1, words.count - 1)
        }
        guard words.count >= 4, words.slice(0, 4).equalsIgnoringCase("sep=") else { return nil }
        offset = min(text.count, end + (text.dropping(end).starts(with: "\r\n") ? 2 : 1))
        line = 2
        let said = words.dropping(4)
        if said.isEmpty { return nil }
        guard said.count == 1, said[0] != UInt8(ascii: "\""), !said[0].isAlphanumeric, said[0] < 0x80 else {
            wrongSeparator =
                "the line sep= says something other than one mark: write sep=, or sep=; there, or delete it"
            return nil
        }
        return said[0]
    }

    /// The separator with which the first row makes most sense: an engagement in it, then people, then most cells.
    private static func likeliest(_ text: Bytes, _ options: TableOptions) -> UInt8 {
        var best: (mark: UInt8, sense: Int, cells: Int) = (UInt8(ascii: ","), -1, 0)
        for mark in ",;\t|".utf8 {
            var records = TableRecords(text, delimiter: mark)
            var hasRecord = records.next()
            while hasRecord, (0..<records.count).allSatisfy({ records.withCell($0) { $0.cellTrimmed.isEmpty } }) {
                hasRecord = records.next()
            }
            guard hasRecord else { return mark }
            let sense = sense(records, options)
            if sense > best.sense || sense == best.sense && records.count > best.cells {
                best = (mark, sense, records.count)
            }
        }
        return best.mark
    }

    private static func sense(_ records: TableRecords, _ options: TableOptions) -> Int {
        var (hasEngagement, hasPeople) = (false, false)
        for column in 0..<min(records.count, 1000) {
            let (isID, head) = records.withCell(column) { cell in
                (EngagementCell.id(cell) != nil, cell.count < 200 ? cell.cellTrimmed.text : "")
            }
            let isWanted = options.engagementHead.map { TableHeads.areSame($0, head) }
            hasEngagement = hasEngagement || isID || (isWanted ?? (TableHeads.engagementRank(head) != nil))
            let areWanted = options.peopleHeads.contains { TableHeads.areSame($0, head) }
            hasPeople = hasPeople || areWanted || TableHeads.namesPeople(head)
        }
        return (hasEngagement ? 2 : 0) + (hasPeople ? 1 : 0)
    }
}
