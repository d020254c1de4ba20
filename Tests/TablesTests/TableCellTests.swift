import Tables
import Testing

/// What stands in one cell.
@Suite struct TableCellTests {
    /// The people in a cell, as the table has it between quotes.
    private static let people: [(cell: String, people: String)] = [
        ("cnt_1", "cnt_1"),
        ("cnt_1 cnt_2,cnt_3;cnt_4|cnt_5\ncnt_6\r\ncnt_7\tcnt_8", "cnt_1 cnt_2 cnt_3 cnt_4 cnt_5 cnt_6 cnt_7 cnt_8"),
        ("cnt_1, ,; cnt_2 ;", "cnt_1 cnt_2"),
        ("cnt_1 cnt_2 cnt_1", "cnt_1 cnt_2"),
        ("ana@example.com", "ana@example.com"),
        ("Ana@Example.com, ana@example.com ANA@EXAMPLE.COM", "Ana@Example.com"),
        ("ana@example.com Ana@Example.com", "ana@example.com"),
        ("cnt_a cnt_A", "cnt_a cnt_A"),
        ("jos\u{E9}@example.com jose\u{301}@example.com", "jos\u{E9}@example.com jose\u{301}@example.com"),
        ("mailto:ana@example.com", "ana@example.com"),
        ("MAILTO:ana%2Bx@example.com?subject=Hello", "ana+x@example.com"),
        ("<ana@example.com>", "ana@example.com"),
        ("Ana Souza <ana@example.com>", "ana@example.com"),
        ("Ana Souza <mailto:ana@example.com>", "ana@example.com"),
        ("Ana Souza <cnt_1>", "cnt_1"),
        ("Ana Souza < ana@example.com >, Bob<bob@example.com>", "ana@example.com bob@example.com"),
        (
            "\"\"Doe, Jane\"\" <jane@example.com>; \"\"Roe; Rick\"\" <rick@example.com>",
            "jane@example.com rick@example.com"
        ),
        ("'Doe, Jane' <jane@example.com>", "jane@example.com"),
        ("'jane@example.com' <jane@example.com>", "jane@example.com"),
        ("'jane@example.com', ''", "jane@example.com"),
        ("Rick O'Brien <o'brien@example.com>", "o'brien@example.com"),
        ("\"\"cnt_1,cnt_2\"\"", "cnt_1 cnt_2"),
        (
            "cnt_1 Ana <ana@example.com> bob@example.com Cy <cy@example.com>",
            "cnt_1 ana@example.com bob@example.com cy@example.com"
        ),
        ("ana@example.com <ana@example.com>", "ana@example.com"),
        ("\u{FEFF}cnt_1\u{200B}, \u{A0}cnt_2\u{A0}\u{2068}cnt_3\u{2069}", "cnt_1 cnt_2 cnt_3"),
        ("cnt_1\u{FF0C}cnt_2\u{3001}cnt_3\u{3000}cnt_4", "cnt_1 cnt_2 cnt_3 cnt_4"),
        ("'+ana@example.com, cnt_1", "+ana@example.com cnt_1"),
        ("'-ana@example.com", "-ana@example.com"),
        ("o@localhost", "o@localhost"),
    ]

    @Test(arguments: people)
    func peopleInACell(cell: String, people: String) {
        let reading = TableReading("engagement_id,people\nngmt_1,\"\(cell)\"\n")
        #expect(reading.places == [])
        #expect(reading.rows.map { Array($0.utf8) } == [Array("2 ngmt_1: \(people)".utf8)])
    }

    /// What is none of these, and the piece that is told.
    private static let wrong: [(cell: String, told: [String])] = [
        ("Jane Doe", ["Jane Doe"]), ("cnt_1, Jane Doe, cnt_2", ["Jane Doe"]),
        // Jane Doe may be somebody without an address.
        ("Jane Doe, Rick Roe <rick@example.com>", ["Jane Doe"]), ("Jane; Rick", ["Jane", "Rick"]),
        ("cnt_", ["cnt_"]), ("cnt_1-2", ["cnt_1-2"]), ("CNT_1", ["CNT_1"]), ("cnt_1.", ["cnt_1."]),
        ("ngmt_2", ["ngmt_2"]),
        ("usr_1", ["usr_1"]), ("@example.com", ["@example.com"]), ("ana@", ["ana@"]),
        ("ana@@example.com", ["ana@@example.com"]),
        ("ana@example..com", ["ana@example..com"]), ("ana@example.com.", ["ana@example.com."]),
        ("ana@example.com/bob@example.com", ["ana@example.com/bob@example.com"]),
        ("ana@ Rick <rick@example.com>", ["ana@ Rick <rick@example.com>"]),
        ("cnt_1-2 Rick <rick@example.com>", ["cnt_1-2 Rick <rick@example.com>"]),
        ("Ana <ana@example.com", ["Ana <ana@example.com"]), ("Ana <>", ["<>"]), ("Ana <nobody>", ["<nobody>"]),
        ("\"\"Ana <ana@example.com>", ["\"Ana <ana@example.com>"]),
        ("cnt_\u{200B}1", ["cnt_\u{200B}1"]), ("ana\u{202E}@example.com", ["ana\u{202E}@example.com"]),
        ("\u{1B}[31mcnt_1", ["\u{1B}[31mcnt_1"]), ("cnt_1\u{7}", ["cnt_1\u{7}"]), ("-", ["-"]), ("n/a", ["n/a"]),
        ("ana@exam\u{FFFD}ple.com", ["ana@exam\u{FFFD}ple.com"]),
    ]

    @Test(arguments: wrong)
    func whatIsNobody(cell: String, told: [String]) {
        let reading = TableReading("engagement_id,people\nngmt_1,\"\(cell)\"\n")
        #expect(reading.rows == [])
        #expect(reading.table.faults.map { Array(($0.cell ?? "none").utf8) } == told.map { Array($0.utf8) })
        for sentence in reading.sentences {
            #expect(sentence.hasPrefix("t.csv, line 2: \""))
            #expect(sentence.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202E}" && $0 != "\u{200B}" })
        }
    }

    @Test func invisibleCharactersAreNamed() {
        let reading = TableReading("engagement_id,people\nngmt\u{200B}_1,cnt_\u{2060}1\n")
        #expect(reading.sentences.count == 2)
        #expect(reading.sentences[0].contains(#""ngmt\u{200b}_1""#) && reading.sentences[0].contains("(U+200B)"))
        #expect(reading.sentences[1].contains(#""cnt_\u{2060}1""#) && reading.sentences[1].contains("(U+2060)"))
    }

    private static let engagements: [(cell: String, id: String?)] = [
        ("ngmt_1", "ngmt_1"), (" \u{FEFF}ngmt_1\u{A0}", "ngmt_1"), ("'ngmt_1", nil), ("ngmt_", nil),
        ("ngmt_1 ngmt_2", nil),
        ("NGMT_1", nil), ("https://app.askelephant.ai/workspaces/wrks_1/engagements/ngmt_1", "ngmt_1"),
        ("https://app.askelephant.ai/e/ngmt_1?tab=notes#ngmt_1", "ngmt_1"),
        ("https://app.askelephant.ai/e?id=ngmt_1&x=1", "ngmt_1"),
        ("https://app.askelephant.ai/ngmt_1/ngmt_2", nil), ("https://app.askelephant.ai/ngmt_1-2", nil),
        ("https://app.askelephant.ai/xngmt_1", nil), ("app.askelephant.ai/ngmt_1", nil), ("cnt_1", nil),
        ("see ngmt_1", nil),
    ]

    @Test(arguments: engagements)
    func engagementInACell(cell: String, id: String?) {
        let reading = TableReading("engagement_id,people\n\(cell),cnt_1\n")
        #expect(reading.rows == (id.map { ["2 \($0): cnt_1"] } ?? []))
        #expect(reading.places.count == (id == nil ? 1 : 0))
    }
}
