import Bytes
import Tables
import Testing

/// What is exported is a table that the reader takes back.
@Suite struct ExportTests {
    private func written(
        _ rows: [ExportRow], fields: [String] = ExportTable.usualFields, for reader: TableWriter.Reader = .spreadsheet
    ) -> [UInt8] {
        let out = ByteBuffer()
        let table = ExportTable(out, fields: fields, for: reader)
        for row in rows { table.append(row) }
        return Array(out.bytes)
    }

    @Test func theRoundTrip() {
        let rows = [
            ExportRow(
                engagementID: "ngmt_1", fields: ["Review, \"Q3\"; Köln\nand more", "2026-01-10T09:15:00.000Z"],
                people: [.address("ana@example.com"), .id("cnt_2"), .address("jos\u{E9}@example.com")]),
            ExportRow(engagementID: "ngmt_2", fields: ["=HYPERLINK(\"x\")", ""], people: []),
            ExportRow(
                engagementID: "ngmt_3", fields: ["@SUM(1)", "-1"], people: [.address("+ana@example.com"), .id("cnt_1")]),
            ExportRow(engagementID: "ngmt_4", fields: ["", ""], people: [.address("=cmd@example.com")]),
            ExportRow(
                engagementID: "ngmt_5", fields: ["a\0b\u{1B}c\u{9B}", "'"], people: [.address("'-a@example.com")]),
            ExportRow(engagementID: "ngmt_6", fields: ["\tx", "\rx"], people: [.address("-a@example.com")]),
        ]
        for reader in [.spreadsheet, .program] as [TableWriter.Reader] {
            let bytes = written(rows, for: reader)
            #expect(bytes.starts(with: [0xEF, 0xBB, 0xBF]) == (reader == .spreadsheet))
            let reading = TableReading(bytes)
            #expect(reading.places == [])
            #expect(reading.table.rows.map(\.engagementID) == rows.map(\.engagementID))
            #expect(reading.table.rows.map(\.people) == rows.map(\.people))
            #expect(reading.table.ignoredHeads == ["title", "start_at"])
        }
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "'=1", "''@a"])
    func noCellIsAFormula(_ text: String) {
        let out = ByteBuffer()
        TableWriter(out, for: .program).append(row: ["a", text])
        #expect(out.bytes.text == "a,\"'\(text)\"\r\n")
    }

    @Test(arguments: [
        ("a", "a"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a;b", "\"a;b\""), ("'a", "'a"), ("", ""),
        (" a", "\" a\""), ("a\u{1B}[2J\u{7F}\u{85}", "a\u{FFFD}[2J\u{FFFD}\u{FFFD}"),
    ])
    func cells(text: String, written: String) {
        let out = ByteBuffer()
        TableWriter(out, for: .program).append(row: [text, text])
        #expect(out.bytes.text == "\(written),\(written)\r\n")
    }

    /// A terminal obeys no cell, and a person sees what is in it.
    @Test func aPersonSeesWhatIsInvisible() {
        let out = ByteBuffer()
        TableWriter(out, for: .person).append(row: ["a\u{202E}b\u{200B}\u{9B}c", "é,\n"])
        #expect(out.bytes.text == "a\\u{202e}b\\u{200b}\\u{9b}c,\"é,\\u{a}\"\r\n")
        let file = ByteBuffer()
        TableWriter(file, for: .program).append(row: ["a\u{202E}b"])
        #expect(file.bytes.text == "a\u{202E}b\r\n")
    }

    @Test func engagementsWithoutPeopleSaySo() {
        let reading = TableReading("engagement_id,people,email\nngmt_1,(nobody),\nngmt_2,(Nobody),a@x.io\nngmt_3,,\n")
        #expect(reading.rows == ["2 ngmt_1: "])
        #expect(reading.places == ["3 \"ngmt_2\"", "4 \"ngmt_3\""])
    }

    @Test func anAddressThatIsNotOnesOwnIsNoName() {
        var known = KnownAddresses()
        known.note(id: "cnt_1", addresses: ["Ana@example.com", "team@example.com"])
        known.note(id: "cnt_2", addresses: ["TEAM@example.com", "bob@example.com"])
        known.note(id: "cnt_3", addresses: ["bad, address@example.com", "\u{202E}a@example.com"])
        known.note(id: "cnt_1", addresses: ["ana@example.com"])
        #expect(known.reference(id: "cnt_1", addresses: ["Ana@example.com"]) == .address("Ana@example.com"))
        #expect(known.reference(id: "cnt_1", addresses: ["team@example.com"]) == .id("cnt_1"))
        #expect(
            known.reference(id: "cnt_2", addresses: ["TEAM@example.com", "bob@example.com"])
                == .address("bob@example.com"))
        #expect(
            known.reference(id: "cnt_3", addresses: ["bad, address@example.com", "\u{202E}a@example.com"])
                == .id("cnt_3"))
        #expect(known.reference(id: "cnt_4", addresses: []) == .id("cnt_4"))
        #expect(known.reference(id: "cnt_4", addresses: ["new@example.com"]) == .id("cnt_4"))
    }

    @Test func fieldsThatWouldBeReadAreNone() {
        #expect(
            ["title", "start_at", "owner", "meeting_url", "is_private", "host_user_id"].allSatisfy(ExportTable.isField))
        #expect(!["id", "contacts", "engagement_id", "emails", " "].contains(where: ExportTable.isField))
    }
}
