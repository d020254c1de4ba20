import Bytes
import JSON

/// Writes a table as spreadsheets read it: RFC 4180 in UTF-8.
package struct TableWriter {
    /// Who gets a table.
    package enum Reader {
        /// A spreadsheet. A byte-order mark comes first: without one, Excel takes UTF-8 for Windows' encoding.
        case spreadsheet
        /// A program that reads a pipe, and expects no mark.
        case program
        /// A person at a terminal, who sees what is invisible, and whose terminal obeys no cell.
        case person
    }

    private let out: ByteBuffer
    private let reader: Reader
    private let delimiter = UInt8(ascii: ",")

    /// Writes to the end of `out`.
    package init(_ out: ByteBuffer, for reader: Reader) {
        (self.out, self.reader) = (out, reader)
        if reader == .spreadsheet { for byte in [0xEF, 0xBB, 0xBF] as [UInt8] { out.append(byte) } }
    }

    /// Appends a row. What a spreadsheet would take for a formula gets an apostrophe before it, which the reader takes
    /// away again.
    package func append(row: [String]) {
        for (index, cell) in row.enumerated() {
            if index > 0 { out.append(delimiter) }
            append(cell: reader == .person ? cell.printable : cell)
        }
        out.append("\r\n")
    }

    /// Whether a spreadsheet takes a cell that begins so for a formula.
    static func beginsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    private func append(cell: String) {
        // Apostrophes of its own stay what they are: one more is added, and one is taken away.
        let first = cell.utf8.first { $0 != UInt8(ascii: "'") }
        let isGuarded = first.map(Self.beginsFormula) ?? false
        let isQuoted =
            isGuarded || cell.utf8.contains { needsQuotes($0) } || cell.utf8.first == 0x20
            || cell.utf8.last == 0x20
        if isQuoted { out.append(UInt8(ascii: "\"")) }
        if isGuarded { out.append(UInt8(ascii: "'")) }
        for scalar in cell.unicodeScalars {
            switch scalar.value {
            case 0x22: out.append("\"\"")
            // Other controls would make the file no text, or move the cursor of a terminal that shows it.
            case 0..<0x09, 0x0B...0x0C, 0x0E..<0x20, 0x7F...0x9F: out.append("\u{FFFD}")
            default: UTF8.encode(scalar)?.forEach { out.append($0) }
            }
        }
        if isQuoted { out.append(UInt8(ascii: "\"")) }
    }

    private func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case delimiter, 0x22, 0x0A, 0x0D, 0x09, UInt8(ascii: ";"): true
        default: false
        }
    }
}
