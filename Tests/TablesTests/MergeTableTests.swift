import Bytes
import Tables
import Testing

/// Tables of two columns: who goes, and who takes the place.
@Suite struct MergeTableTests {
    private struct Reading {
        let rows: [String]
        let faults: [String]
        let faultyRows: [String]

        init(_ text: String) {
            let table = Array(text.utf8).withUnsafeBytes { MergeTable.read($0) }
            rows = table.rows.map { "\($0.line) \($0.duplicate.text) > \($0.into.text)" }
            faults = table.faults.map { $0.sentence(file: "t.csv") }
            faultyRows = table.faultyRows.map { "\($0.line) " + $0.people.map(\.text).joined(separator: " ") }
        }
    }

    @Test(arguments: [
        ("duplicate", "into"), ("Duplicate", "Into"), ("duplicate_id", "into_id"), ("Duplicate ID", "Merge into ID"),
        ("contact_id", "into_contact_id"), ("Contact", "Duplicate of"), ("email", "duplicate of (email)"),
        ("from", "to"), ("Merge from", "Merge to"), ("source", "target"), ("old", "new"), ("Loser", "Winner"),
        ("Secondary contact", "Primary contact"), ("Remove", "Keep"), ("merge", "with"),
        ("Duplicate Email", "Master Email"),
        ("Dubletten-ID", "Ziel-ID"), ("doublon", "cible"), ("\u{FEFF}Duplicate contact ID", "Survivor contact ID"),
    ])
    func heads(duplicate: String, into: String) {
        #expect(Reading("\(duplicate),\(into)\ncnt_a,cnt_b\n").rows == ["2 cnt_a > cnt_b"])
        // The heads decide, not the order; other columns are left aside.
        let swapped = Reading("note;\(into);x;\(duplicate)\nhello;cnt_b;;cnt_a\n")
        #expect(swapped.rows == ["2 cnt_a > cnt_b"] && swapped.faults.isEmpty, "\(swapped)")
    }

    @Test(arguments: [
        ("cnt_a,cnt_b\n", ["1 cnt_a > cnt_b"]), ("cnt_a;cnt_b", ["1 cnt_a > cnt_b"]),
        ("cnt_a\tcnt_b\r\n", ["1 cnt_a > cnt_b"]),
        ("sep=|\ncnt_a|cnt_b", ["2 cnt_a > cnt_b"]),
        ("ada@x.example,Ada <Ada@y.example>\n", ["1 ada@x.example > Ada@y.example"]),
        (
            "duplicate,into\n\nmailto:a@x.example,cnt_b\n,\n\"cnt_c\",\"Bo, B <b@x.example>\"\n",
            ["3 a@x.example > cnt_b"]
        ),
        // An id says more than the address beside it.
        (
            "duplicate id,duplicate email,into\ncnt_a,a@x.example,cnt_b\n,c@x.example,cnt_d\n",
            ["2 cnt_a > cnt_b", "3 c@x.example > cnt_d"]
        ),
        ("duplicate,into\ncnt_a A <a@x.example>,cnt_b\n", ["2 cnt_a > cnt_b"]),
    ])
    func rows(text: String, rows: [String]) { #expect(Reading(text).rows == rows, "\(Reading(text))") }

    @Test(arguments: [
        ("", ["line 1: the table is empty: "]), ("duplicate,into\n", ["line 1: there are heads and no rows: "]),
        (
            "foo,bar\ncnt_a,cnt_b\n",
            ["line 1: no column says who is merged, or into whom (the heads are \"foo\", \"bar\")"]
        ),
        ("sk-apik_secret.0123\n", ["line 1: no column says"]), ("{\"a\":1}", ["line 1: this is JSON"]),
        (
            "duplicate,into\nada,cnt_b\ncnt_c,\n,cnt_d\ncnt_e cnt_f,cnt_g\ncnt_h,cnt_i,cnt_j\n(nobody),cnt_k\ncnt_l,ngmt_1\n",
            [
                "line 2: \"ada\": this is neither a contact's id (cnt_…) nor an e-mail address",
                "line 3: the row does not say into whom", "line 4: the row has no duplicate",
                "line 5: \"cnt_e, cnt_f\": one contact is wanted here", "line 6: \"cnt_j\": this cell has no head",
                "line 7: \"(nobody)\": one contact is wanted here", "line 8: \"ngmt_1\": this is an engagement",
            ]
        ),
    ])
    func faults(text: String, starts: [String]) {
        let faults = Reading(text).faults
        #expect(faults.count == starts.count, "\(faults)")
        for (fault, start) in zip(faults, starts) { #expect(fault.hasPrefix("t.csv, " + start), "\(fault)") }
        #expect(faults.allSatisfy { !$0.contains("--column") && !$0.contains("sk-apik") }, "\(faults)")
    }

    private static let faultyRows: [(text: String, rows: [String], faults: Int)] = [
        ("desk@x.example,x y\n", ["2 desk@x.example"], 1),
        ("cnt_a cnt_b,c@x.example\n", ["2 cnt_a cnt_b c@x.example"], 1),
        (",cnt_b\ncnt_c,cnt_d,e\n", ["2 cnt_b", "3 cnt_c cnt_d"], 2),
        // Both sides are told, and a cell that is wrong is not lacking, too.
        ("x,\n,y\nx,cnt_a cnt_b\n", ["4 cnt_a cnt_b"], 6),
    ]

    /// Whoever is named in a row with a fault is judged all the same.
    @Test(arguments: faultyRows)
    func peopleOfFaultyRowsAreKept(_ item: (text: String, rows: [String], faults: Int)) {
        let reading = Reading("duplicate,into\n" + item.text)
        #expect(reading.rows.isEmpty && reading.faultyRows == item.rows, "\(reading)")
        #expect(reading.faults.count == item.faults, "\(reading)")
    }
}
