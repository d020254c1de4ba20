import Bytes

/// A table of engagements and the people who are to be on them.
package struct AttendeeTable {
    /// The rows that nothing is wrong with, in the table's order, each engagement once.
    package let rows: [AttendeeRow]
    /// The rows that something is wrong with and in which people stand: to be judged with the others, so that all that
    /// is wrong is told at once. Where there are any, there are faults.
    package let faultyRows: [AttendeeRow]
    /// Everything that is wrong, in the table's order.
    package let faults: [TableFault]
    /// The heads of the columns that were not read, as the table has them.
    package let ignoredHeads: [String]
    /// Those of them under which people stand; none where a flag says which columns hold the people.
    package let unreadPeople: [String]
    /// Whether the file is neither UTF-8 nor UTF-16, and was taken for what Windows writes in western Europe.
    package let isWindows1252: Bool
    /// Where things stand in the file; nil unless asked for.
    package let places: TablePlaces?

    /// Reads a file: text in UTF-8, UTF-16 or Windows-1252, cells apart by commas, semicolons, tabs, or what a `sep=`
    /// line says.
    package static func read(
        _ file: Bytes, options: TableOptions = TableOptions(), withPlaces: Bool = false
    ) -> AttendeeTable {
        if let advice = ForeignFile.advice(file) { return AttendeeTable(fault: advice) }
        let text = TableText(file)
        if text.isIncomplete { return AttendeeTable(fault: "there is too little memory for it: give it in pieces") }
        if text.bytes.firstPosition(of: 0) != nil { return AttendeeTable(fault: ForeignFile.binary) }
        var reader = AttendeeTableReader(options, withPlaces ? TablePlaces(in: file) : nil)
        reader.read(text.bytes)
        return AttendeeTable(
            rows: reader.finishedRows(), faultyRows: reader.faultyRows, faults: reader.faults,
            ignoredHeads: reader.columns.ignoredHeads, unreadPeople: reader.unreadPeople,
            isWindows1252: text.encoding == .windows1252, places: reader.places)
    }

    private init(
        rows: [AttendeeRow], faultyRows: [AttendeeRow] = [], faults: [TableFault], ignoredHeads: [String],
        unreadPeople: [String], isWindows1252: Bool, places: TablePlaces? = nil
    ) {
        self.places = places
        self.unreadPeople = unreadPeople
        self.rows = rows
        self.faultyRows = faultyRows
        self.faults = faults
        self.ignoredHeads = ignoredHeads
        self.isWindows1252 = isWindows1252
    }

    private init(fault advice: String) {
        let fault = TableFault(line: 1, cell: nil, advice: advice)
        self.init(rows: [], faults: [fault], ignoredHeads: [], unreadPeople: [], isWindows1252: false)
    }
}
