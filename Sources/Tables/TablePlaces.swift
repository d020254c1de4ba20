import Bytes

/// Where the cells of a table that are spoken of stand in its file. What was converted, or is not in the file as it is
/// meant (`mailto:` links with escapes, doubled quotes), has no place.
package struct TablePlaces {
    private struct Address: Hashable {
        let line: Int
        let text: [UInt8]
    }

    /// Where the file is in memory, while it is read.
    private let file: Range<UInt>
    private var faults: [Int: Range<Int>] = [:]
    private var engagements: [Int: (id: String, range: Range<Int>)] = [:]
    private var addresses: [Address: Range<Int>] = [:]

    /// No places in `file`.
    init(in file: Bytes) {
        let start = UInt(bitPattern: file.baseAddress)
        self.file = start..<start + UInt(file.count)
    }

    /// Notes the cell of the fault that is the next one after `number` others.
    mutating func note(fault number: Int, _ cell: Bytes) { faults[number] = range(of: cell) }

    /// Notes the engagement's id in the row that begins in `line`.
    mutating func note(engagement id: String, _ cell: Bytes, line: Int) {
        if let range = range(of: cell) { engagements[line] = (id, range) }
    }

    /// Notes an address in the row that begins in `line`.
    mutating func note(address: String, _ cell: Bytes, line: Int) {
        addresses[Address(line: line, text: Array(address.utf8))] = range(of: cell)
    }

    private func range(of cell: Bytes) -> Range<Int>? {
        let start = UInt(bitPattern: cell.baseAddress)
        guard !cell.isEmpty, file.contains(start) else { return nil }
        let first = Int(start - file.lowerBound)
        return first..<first + cell.count
    }

    /// The bytes of a table's fault with this number, from 0: its cell, or the engagement that it names.
    package func place(of fault: TableFault, number: Int) -> Range<Int>? {
        if let place = faults[number] { return place }
        guard let engagement = engagements[fault.line], engagement.id == fault.cell else { return nil }
        return engagement.range
    }

    /// The bytes of an address in the row that begins in `line`.
    package func place(ofAddress address: String, line: Int) -> Range<Int>? {
        addresses[Address(line: line, text: Array(address.utf8))]
    }
}
