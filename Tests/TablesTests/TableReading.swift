import Bytes
import Tables

/// What a table says, as a test writes it down: the rows as `line id: people`, the faults as `line "cell": advice`.
struct TableReading {
    let table: AttendeeTable

    init(_ text: String, _ options: TableOptions = TableOptions()) { self.init(Array(text.utf8), options) }

    init(_ bytes: [UInt8], _ options: TableOptions = TableOptions()) {
        table = bytes.withUnsafeBytes { AttendeeTable.read($0, options: options) }
    }

    var rows: [String] { table.rows.map(Self.text) }

    /// The rows of which only the people are judged.
    var faultyRows: [String] { table.faultyRows.map(Self.text) }

    private static func text(_ row: AttendeeRow) -> String {
        "\(row.line) \(row.engagementID): " + row.people.map(\.text).joined(separator: " ")
    }

    /// The line and the cell of each fault.
    var places: [String] { table.faults.map { "\($0.line) " + ($0.cell.map(\.debugDescription) ?? "-") } }

    /// Each fault as it is shown.
    var sentences: [String] { table.faults.map { $0.sentence(file: "t.csv") } }
}
