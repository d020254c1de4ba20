import Bytes

/// Cuts a text into records and cells, as spreadsheets and Python's `csv` do: RFC 4180, any line break. A quote inside
/// a cell that does not begin with one stands for itself, and so does what follows a closing quote.
struct TableRecords {
    /// Where a cell is.
    private struct Cell {
        /// The cell as the file has it.
        let raw: Range<Int>
        /// What it says: in the text, or among the rewritten ones.
        let value: Range<Int>
        let isRewritten: Bool
        /// Whether something follows its closing quote.
        let goesOn: Bool
    }

    private let text: Bytes
    private let delimiter: UInt8
    private var at = 0
    private var nextLine: Int
    private var cells: [Cell] = []
    /// The cells of this record that lost quotes, one after another.
    private var rewritten: [UInt8] = []

    /// The line in which this record begins.
    private(set) var line: Int
    /// The line of a quote that nothing closes: the record goes to the end of the text.
    private(set) var openQuoteLine: Int?

    /// Whether this record has more cells than any spreadsheet holds; the rest of them was not read.
    private(set) var isTooWide = false
    /// Cells of a record, at most; spreadsheet programs stop at 16,384.
    static let widthLimit = 20_000

    /// Reads `text`, which must outlive this, from a line that has the number `line`.
    init(_ text: Bytes, delimiter: UInt8, line: Int = 1) {
        self.text = text
        self.delimiter = delimiter
        self.line = line
        nextLine = line
    }

    /// The number of cells of this record; 0 for an empty line.
    var count: Int { cells.count }

    /// Reads the next record; false at the end.
    mutating func next() -> Bool {
        guard at < text.count, !isTooWide else { return false }
        cells.removeAll(keepingCapacity: true)
        rewritten.removeAll(keepingCapacity: true)
        line = nextLine
        let start = at
        repeat {
            if at < text.count, text[at] == UInt8(ascii: "\"") { readQuoted() } else { readPlain() }
            isTooWide = cells.count > Self.widthLimit
        } while !isTooWide && passDelimiter()
        if at == start { cells.removeAll(keepingCapacity: true) }
        passLineBreak()
        return true
    }

    /// Calls `body` with what the cell at `index` says.
    func withCell<Result>(_ index: Int, _ body: (Bytes) -> Result) -> Result {
        let cell = cells[index]
        guard cell.isRewritten else { return body(text.slice(cell.value.lowerBound, cell.value.upperBound)) }
        return rewritten.withUnsafeBytes { body($0.slice(cell.value.lowerBound, cell.value.upperBound)) }
    }

    /// Calls `body` with the cell at `index` as a list of people: where something follows a closing quote, as in
    /// `"Doe, Jane" <jane@example.com>`, the quotes are a name's and not the cell's.
    func withList<Result>(_ index: Int, _ body: (Bytes) -> Result) -> Result {
        let cell = cells[index]
        guard cell.goesOn else { return withCell(index, body) }
        return body(text.slice(cell.raw.lowerBound, cell.raw.upperBound))
    }

    private mutating func readPlain() {
        let start = at
        passPlain()
        cells.append(Cell(raw: start..<at, value: start..<at, isRewritten: false, goesOn: false))
    }

    private mutating func passPlain() {
        while at < text.count, text[at] != delimiter, text[at] != 0x0A, text[at] != 0x0D { at += 1 }
    }

    private mutating func readQuoted() {
        let start = at
        let openLine = nextLine
        let firstRewritten = rewritten.count
        var isRewritten = false
        at += 1
        var piece = at
        while true {
            passInsideQuotes()
            guard at < text.count else {
                openQuoteLine = openLine
                break
            }
            guard at + 1 < text.count, text[at + 1] == UInt8(ascii: "\"") else { break }
            // Two quotes stand for one.
            rewritten.append(contentsOf: text[piece...at])
            isRewritten = true
            at += 2
            piece = at
        }
        let close = at
        if at < text.count { at += 1 }
        let after = at
        passPlain()
        guard isRewritten || at > after else {
            cells.append(Cell(raw: start..<at, value: piece..<close, isRewritten: false, goesOn: false))
            return
        }
        rewritten.append(contentsOf: text[piece..<close])
        rewritten.append(contentsOf: text[after..<at])
        cells.append(
            Cell(raw: start..<at, value: firstRewritten..<rewritten.count, isRewritten: true, goesOn: at > after))
    }

    /// Goes to the next quote or the end, and counts lines.
    private mutating func passInsideQuotes() {
        while at < text.count, text[at] != UInt8(ascii: "\"") {
            if text[at] == 0x0A || text[at] == 0x0D && !(at + 1 < text.count && text[at + 1] == 0x0A) { nextLine += 1 }
            at += 1
        }
    }

    private mutating func passDelimiter() -> Bool {
        guard at < text.count, text[at] == delimiter else { return false }
        at += 1
        return true
    }

    private mutating func passLineBreak() {
        guard at < text.count else { return }
        at += text[at] == 0x0D && at + 1 < text.count && text[at + 1] == 0x0A ? 2 : 1
        nextLine += 1
    }
}
