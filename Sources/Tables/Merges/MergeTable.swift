import Bytes

/// A table of contacts that are to be merged into others.
package struct MergeTable {
    /// The rows that nothing is wrong with, in the table's order.
    package let rows: [MergeRow]
    /// The rows that something is wrong with and in which somebody is named: to be judged with the others, so that all
    /// that is wrong is told at once. Where there are any, there are faults.
    package let faultyRows: [MergeRow]
    /// Everything that is wrong, in the table's order.
    package let faults: [TableFault]
    /// Whether the file is neither UTF-8 nor UTF-16, and was taken for what Windows writes in western Europe.
    package let isWindows1252: Bool

    /// Reads a file, saved as a table of attendees may be.
    package static func read(_ file: Bytes) -> MergeTable {
        if let advice = ForeignFile.advice(file) { return MergeTable(fault: advice) }
        let text = TableText(file)
        if text.isIncomplete { return MergeTable(fault: "there is too little memory for it: give it in pieces") }
        if text.bytes.firstPosition(of: 0) != nil { return MergeTable(fault: ForeignFile.binary) }
        var reader = MergeTableReader()
        reader.read(text.bytes)
        return MergeTable(
            rows: reader.rows, faultyRows: reader.faultyRows, faults: reader.faults,
            isWindows1252: text.encoding == .windows1252)
    }

    private init(
        rows: [MergeRow], faultyRows: [MergeRow] = [], faults: [TableFault], isWindows1252: Bool
    ) {
        self.rows = rows
        self.faultyRows = faultyRows
        self.faults = faults
        self.isWindows1252 = isWindows1252
    }

    private init(fault advice: String) {
        self.init(rows: [], faults: [TableFault(line: 1, cell: nil, advice: advice)], isWindows1252: false)
    }
}
