import Testing

@testable import Tables

/// What is wrong with a table: told in one go, each with its line and its way out.
@Suite struct TableFaultTests {
    private struct Case: CustomTestStringConvertible {
        let text: String
        var options = TableOptions()
        let rows: [String]
        let places: [String]
        /// What the faults say, together.
        var says: [String] = []
        var testDescription: String { text.debugDescription }
    }

    private static let moreCells: [Case] = [
        Case(
            text: "engagement_id,contact_ids\nngmt_1,cnt_1,cnt_2,cnt_3\nngmt_2,cnt_1\n", rows: ["3 ngmt_2: cnt_1"],
            places: ["2 \"cnt_2\""], says: ["in quotes"]),
        Case(text: "ngmt_1,cnt_1,cnt_2,cnt_3\n", rows: ["1 ngmt_1: cnt_1 cnt_2 cnt_3"], places: []),
        Case(text: "engagement_id,contact_ids,,\nngmt_1,cnt_1,,cnt_2\n", rows: [], places: ["2 \"cnt_2\""]),
        Case(text: "engagement_id,contact_ids\nngmt_1,cnt_1, ,\u{FEFF}\n", rows: ["2 ngmt_1: cnt_1"], places: []),
        // A column without a head that is none of the last, as pandas writes for its index.
        Case(text: ",engagement_id,contact_ids\n0,ngmt_1,cnt_1\n", rows: ["2 ngmt_1: cnt_1"], places: []),
        Case(text: "engagement_id,,contact_ids\nngmt_1,cnt_2,cnt_1\n", rows: [], places: ["2 \"cnt_2\""]),
        Case(
            text: "engagement_id,Email 1,Email 2\nngmt_1,a@x.io,b@x.io\n", rows: ["2 ngmt_1: a@x.io b@x.io"], places: []
        ),
        Case(
            text: "engagement_id,contact_id_1,contact_id_2\nngmt_1,cnt_1,cnt_2\n", rows: ["2 ngmt_1: cnt_1 cnt_2"],
            places: []),
        Case(text: "engagement_id,email,email\nngmt_1,a@x.io,b@x.io\n", rows: ["2 ngmt_1: a@x.io b@x.io"], places: []),
        Case(
            text: "engagement_id,engagement id,email\nngmt_1,ngmt_2,b@x.io\n", rows: [], places: ["1 -"],
            says: ["2 columns have the head"]),
    ]

    private static let rows: [Case] = [
        Case(
            text: "engagement_id,contact_ids\nngmt_1,cnt_1\nngmt_2,cnt_2\nngmt_1,cnt_3\n",
            rows: ["2 ngmt_1: cnt_1", "3 ngmt_2: cnt_2"], places: ["4 \"ngmt_1\""], says: ["line 2", "--merge"]),
        Case(
            text:
                "engagement_id,contact_ids\nngmt_1,cnt_1 A@x.io\nngmt_2,cnt_2\nngmt_1,cnt_3 a@x.io\nngmt_1,cnt_3 cnt_4\n",
            options: TableOptions(merge: true), rows: ["2 ngmt_1: cnt_1 A@x.io cnt_3 cnt_4", "3 ngmt_2: cnt_2"],
            places: []),
        Case(
            text: "engagement_id,contact_ids\nngmt_1,(nobody)\nngmt_2,cnt_2\nngmt_1,cnt_1\nngmt_2,(nobody)\n",
            options: TableOptions(merge: true), rows: ["2 ngmt_1: ", "3 ngmt_2: cnt_2"],
            places: ["4 \"ngmt_1\"", "5 \"ngmt_2\""],
            says: ["lists people and line 2 nobody", "lists nobody and line 3 people"]),
        Case(
            text: "engagement_id,contact_ids\nngmt_1,\nngmt_1,cnt_1\nngmt_2,\nngmt_2,(nobody)\n",
            options: TableOptions(merge: true, allowEmpty: true), rows: ["2 ngmt_1: ", "4 ngmt_2: "],
            places: ["3 \"ngmt_1\""], says: ["delete one of the two"]),
        Case(
            text: "engagement_id,contact_ids\nngmt_1,\nngmt_2\nngmt_3,cnt_1\n", rows: ["4 ngmt_3: cnt_1"],
            places: ["2 \"ngmt_1\"", "3 \"ngmt_2\""], says: ["--allow-empty"]),
        Case(
            text: "engagement_id,contact_ids\nngmt_1,\nngmt_2\n", options: TableOptions(allowEmpty: true),
            rows: ["2 ngmt_1: ", "3 ngmt_2: "], places: []),
        Case(
            text: "engagement_id,contact_ids\n,cnt_1\nngmt_2,cnt_2\n", rows: ["3 ngmt_2: cnt_2"], places: ["2 -"],
            says: ["the row has no engagement"]),
        Case(
            text: "title,engagement_id,contact_ids\na,ngmt_1,cnt_1\nb,foo,bar\nc,\"ngmt_2\n,cnt_3\n",
            rows: ["2 ngmt_1: cnt_1"], places: ["3 \"foo\"", "3 \"bar\"", "4 \"ngmt_2\\n,cnt_3\""],
            says: ["--column engagement=HEAD", "--column people=HEAD", "opened in line 4"]),
        // A row that is wrong is an engagement's row all the same.
        Case(
            text: "engagement_id,contact_ids\nngmt_1,bad\nngmt_1,cnt_1\n", rows: [],
            places: ["2 \"bad\"", "3 \"ngmt_1\""]),
        Case(text: "", rows: [], places: ["1 -"], says: ["empty"]),
        Case(text: "\n \n,,\n", rows: [], places: ["1 -"], says: ["empty"]),
        Case(text: "engagement_id,contact_ids\n\n", rows: [], places: ["1 -"], says: ["no rows"]),
    ]

    @Test(arguments: moreCells + rows)
    private func faultsOfRows(_ item: Case) {
        let reading = TableReading(item.text, item.options)
        #expect(reading.rows == item.rows)
        #expect(reading.places == item.places)
        let all = reading.sentences.joined(separator: "\n")
        for word in item.says { #expect(all.contains(word), "\(all)") }
    }

    private static let faultyRows: [(text: String, merge: Bool, rows: [String])] = [
        ("ngmt_1,cnt_1\nngmt_1,nobody@x.io\n", false, ["3 ngmt_1: nobody@x.io"]),
        ("ngmt_1,bogus a@x.io cnt_1\nngmt_,b@x.io\n", false, ["2 ngmt_1: a@x.io cnt_1", "3 : b@x.io"]),
        (",a@x.io\nngmt_1,cnt_1,cnt_2\nngmt_2,\n", false, ["2 : a@x.io", "3 ngmt_1: cnt_1"]),
        ("ngmt_1,bad a@x.io\nngmt_1,b@x.io\n", true, ["2 ngmt_1: a@x.io", "3 ngmt_1: b@x.io"]),
        ("ngmt_1,(nobody)\nngmt_1,a@x.io\nngmt_1,bad b@x.io\n", true, ["3 ngmt_1: a@x.io", "4 ngmt_1: b@x.io"]),
    ]

    /// The people of a row with a fault are judged all the same, and it never is one of the rows that are done.
    @Test(arguments: faultyRows)
    func peopleOfFaultyRowsAreKept(_ item: (text: String, merge: Bool, rows: [String])) {
        let reading = TableReading("engagement_id,people\n" + item.text, TableOptions(merge: item.merge))
        #expect(reading.faultyRows == item.rows, "\(item.text)")
        #expect(reading.table.faultyRows.allSatisfy(\.isFaulty) && !reading.table.rows.contains(where: \.isFaulty))
        #expect(!reading.table.faults.isEmpty)
    }

    @Test func joinedPeopleKeepTheirLines() {
        let reading = TableReading(
            "engagement_id,people\nngmt_1,cnt_1 cnt_2\nngmt_2,cnt_1\nngmt_1,cnt_2 cnt_3\nngmt_1,\"cnt_4\ncnt_5\"\n",
            TableOptions(merge: true))
        #expect(reading.rows == ["2 ngmt_1: cnt_1 cnt_2 cnt_3 cnt_4 cnt_5", "3 ngmt_2: cnt_1"])
        let lines = reading.table.rows.map { row in row.people.indices.map { row.line(ofPersonAt: $0) } }
        #expect(lines == [[2, 2, 4, 5, 5], [3]])
    }

    @Test func everyFaultIsKept() {
        var text = "engagement_id,contact_ids\n"
        for number in 1...5000 { text += "ngmt_\(number),Jane\n" }
        let reading = TableReading(text)
        #expect(reading.table.faults.map(\.line) == Array(2...5001))
    }

    @Test func mergingManyRowsOfTwoEngagementsEnds() {
        var text = "engagement_id,contact_ids\n"
        for number in 1...40_000 { text += "ngmt_\(number % 2),cnt_\(number)\n" }
        let reading = TableReading(text, TableOptions(merge: true))
        #expect(reading.table.rows.map(\.people.count) == [20_000, 20_000])
    }

    /// A token's file given as the table, and a token in a cell.
    @Test(arguments: [
        "sk-apik_0123456789abcdefABCDEF", "sk-apik_0123456789abcdefABCDEF\n",
        "\u{FEFF}sk-apik_0123456789abcdefABCDEF\r\n",
        "Bearer 0123456789abcdefABCDEF\n", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.0123456789abcdefABCDEF\n",
        "ENGAGEMENT_RPC_TOKEN=sk-apik_0123456789abcdefABCDEF\n",
        "engagement_id,people\nsk-apik_0123456789abcdefABCDEF,cnt_1\n",
        "engagement_id,people\nngmt_1,sk-apik_0123456789abcdefABCDEF\n",
        "engagement_id,people\nngmt_1,cnt_1,sk-apik_0123456789abcdefABCDEF\n",
        "engagement_id,people\nngmt_1,\"sk-apik_0123456789abcdefABCDEF\n",
        "engagement_id,people\nngmt_1,Jane SK-APIK_0123456789abcdefABCDEF\n",
    ])
    func aTokenIsNeverShown(_ text: String) {
        let reading = TableReading(text)
        #expect(reading.rows == [] && !reading.sentences.isEmpty)
        for (sentence, fault) in zip(reading.sentences, reading.table.faults) {
            #expect(!sentence.contains("0123456789"), "\(sentence)")
            #expect(!(fault.cell ?? "").contains("0123456789") && sentence.contains("token"))
        }
    }

    /// Nor is what looks like nothing in particular.
    @Test(arguments: ["my-secret", "my-secret\r\n\r\n", "\u{FEFF}hunter2\n"])
    func aLoneWordIsNotShown(_ text: String) {
        let reading = TableReading(text)
        #expect(reading.rows == [] && reading.places == ["1 -"])
        #expect(
            reading.sentences.allSatisfy {
                $0.contains("--token-file") && !$0.contains("secret") && !$0.contains("unter")
            })
    }

    @Test func aFileOfFaultsEnds() {
        let cell = String(repeating: ";a", count: 60)
        let text = Array("engagement_id,people\nngmt_1,\"\(cell)\"\nngmt_2,\"\(cell)\"\nngmt_3,x\n".utf8)
        var reader = AttendeeTableReader(TableOptions(), faultLimit: 100)
        text.withUnsafeBytes { reader.read($0) }
        #expect(reader.faults.count == 101)
        #expect(reader.faults.last?.line == 3 && reader.faults.last?.cell == nil)
    }

    @Test func aRowIsNoWiderThanASpreadsheet() {
        let reading = TableReading(
            "engagement_id,people\nngmt_1,cnt_1\n" + String(repeating: ",", count: 1_000_000) + "\n")
        #expect(reading.places == ["3 -"] && reading.sentences[0].contains("20000 cells"))
    }

    @Test func aLongCellIsCut() {
        let reading = TableReading("engagement_id,people\nngmt_1,\(String(repeating: "very ", count: 100_000))\n")
        #expect(reading.sentences.map(\.count).allSatisfy { $0 < 1000 } && reading.sentences.count == 1)
    }

    @Test func theFileIsShownAsTextOnly() {
        let fault = TableFault(line: 3, cell: "a\u{1B}b", advice: "mend it")
        #expect(fault.sentence(file: "t\u{1B}.csv") == #"t\u{1b}.csv, line 3: "a\u{1b}b": mend it"#)
        #expect(TableFault(line: 3, cell: nil, advice: "mend it").sentence(file: "t.csv") == "t.csv, line 3: mend it")
    }
}
