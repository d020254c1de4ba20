import Bytes
@testable import Tables

/// Whatever a file holds: rows or faults on lines of the file, each engagement and each of its people once, sentences
/// that a terminal can show. Its rows, exported, are read as the same rows. The first byte says how to read it.
func fuzzTable(_ bytes: Bytes) {
    guard let first = bytes.first else { return }
    let file = bytes.dropping(1)
    let options = TableOptions(merge: first & 1 == 1, allowEmpty: first & 2 == 2)
    let table = AttendeeTable.read(file, options: options)
    if table.rows.isEmpty, table.faults.isEmpty { finding("neither rows nor faults") }
    let lines = file.count { $0 == 0x0A || $0 == 0x0D } + 1
    for line in table.rows.map(\.line) + table.faults.map(\.line) where !(1...lines ~= line) { finding("line \(line)") }
    if Set(table.rows.map(\.engagementID)).count != table.rows.count { finding("an engagement twice") }
    for row in table.rows {
        if row.people.isEmpty, !options.allowEmpty, !file.contains(UInt8(ascii: "(")) {
            finding("a row without people")
        }
        let people = row.people.map { person in
            String(
                decoding: person.text.utf8.map { 0x41...0x5A ~= $0 && isAddress(person) ? $0 | 0x20 : $0 },
                as: UTF8.self)
        }
        if Set(people.map { Array($0.utf8) }).count != people.count { finding("a person twice: \(people)") }
    }
    for fault in table.faults {
        let sentence = fault.sentence(file: "t")
        if sentence.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { finding("a control in \(sentence)") }
        if sentence.contains("sk-apik_") { finding("a token in \(sentence)") }
    }
    exportAgain(table.rows)
}

private func isAddress(_ person: PersonReference) -> Bool {
    if case .address = person { true } else { false }
}

private func exportAgain(_ rows: [AttendeeRow]) {
    guard !rows.isEmpty else { return }
    let out = ByteBuffer()
    let export = ExportTable(out, for: .spreadsheet)
    for row in rows {
        export.append(ExportRow(engagementID: row.engagementID, fields: ["", ""], people: row.people))
    }
    let again = AttendeeTable.read(out.bytes)
    let isSame = again.rows.elementsEqual(rows) { $0.engagementID == $1.engagementID && $0.people == $1.people }
    if !isSame || !again.faults.isEmpty { finding("exported it is \(out.bytes.text)") }
}
