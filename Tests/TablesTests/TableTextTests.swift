import Foundation
import Tables
import TestSupport
import Testing

/// Files as spreadsheet programs write them, and files that are something else.
@Suite struct TableTextTests {
    private static let saved = "Engagement ID,Kunde,E-Mail\r\nngmt_1,\"Müller & Söhne – Köln, €\",josé@example.com\r\n"

    private static func encoded(_ encoding: String.Encoding, mark: [UInt8] = []) -> [UInt8] {
        mark + (saved.data(using: encoding).map(Array.init) ?? [])
    }

    /// Foundation of Swift 6.0 does not know it on Linux.
    private static let windows1252: [UInt8] = saved.unicodeScalars.map { scalar in
        switch scalar {
        case "–": 0x96
        case "€": 0x80
        default: UInt8(scalar.value)
        }
    }

    private static let files: [(name: String, bytes: [UInt8])] = [
        ("UTF-8", encoded(.utf8)), ("UTF-8 with mark", encoded(.utf8, mark: [0xEF, 0xBB, 0xBF])),
        ("UTF-16 LE", encoded(.utf16LittleEndian, mark: [0xFF, 0xFE])),
        ("UTF-16 BE", encoded(.utf16BigEndian, mark: [0xFE, 0xFF])),
        ("UTF-16 LE without mark", encoded(.utf16LittleEndian)), ("UTF-16 BE without mark", encoded(.utf16BigEndian)),
        ("Windows-1252", windows1252),
    ]

    @Test(arguments: files)
    func encodings(name: String, bytes: [UInt8]) {
        let reading = TableReading(bytes)
        #expect(reading.rows == ["2 ngmt_1: josé@example.com"] && reading.places == [])
        #expect(reading.table.isWindows1252 == (name == "Windows-1252"))
    }

    /// Files of Excel, Numbers and LibreOffice.
    @Test func filesOfSpreadsheetPrograms() throws {
        let folder = Repository.root + "/Tests/TableFiles/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count == 6)
        for name in names {
            let reading = TableReading(try Repository.bytes(folder + name))
            #expect(reading.places == [], "\(name)")
            let people = reading.table.rows.map { [$0.engagementID] + $0.people.map(\.text) }
            let wanted = [["ngmt_sandbox01", "cnt_sandbox05", "cnt_sandbox06"], ["ngmt_sandbox02", "cnt_sandbox01"]]
            #expect(people == wanted, "\(name)")
        }
    }

    private static let written: [(text: String, rows: [String])] = [
        ("engagement_id;people\nngmt_1;cnt_1,cnt_2\n", ["2 ngmt_1: cnt_1 cnt_2"]),
        ("engagement_id\tpeople\rngmt_1\tcnt_1;cnt_2\r", ["2 ngmt_1: cnt_1 cnt_2"]),
        ("engagement_id|people\nngmt_1|cnt_1\n", ["2 ngmt_1: cnt_1"]),
        ("sep=;\r\nengagement_id;people\r\nngmt_1;cnt_1,cnt_2\r\n", ["3 ngmt_1: cnt_1 cnt_2"]),
        ("\"sep=,\"\nengagement_id,people\nngmt_1,cnt_1;cnt_2", ["3 ngmt_1: cnt_1 cnt_2"]),
        ("SEP=\t\nengagement_id\tpeople\nngmt_1\tcnt_1", ["3 ngmt_1: cnt_1"]),
        ("sep=~\nngmt_1~cnt_1", ["2 ngmt_1: cnt_1"]), ("sep=\nngmt_1;cnt_1", ["2 ngmt_1: cnt_1"]),
        (
            "Notes,id,people\n\"two\r\nlines\rthree\",ngmt_1,\"cnt_1\ncnt_2\"\n\n\nx,ngmt_2,cnt_1",
            ["2 ngmt_1: cnt_1 cnt_2", "8 ngmt_2: cnt_1"]
        ),
        ("id,people\nngmt_1,\"Doe, Jane\" <jane@x.io>\n", ["2 ngmt_1: jane@x.io"]),
        ("\"id\" ,people\n\"ngmt_1\" ,\"cnt_1\" cnt_2\n", ["2 ngmt_1: cnt_1 cnt_2"]),
        ("\"Engagement; id\"\n", []),
    ]

    @Test(arguments: written)
    func layouts(text: String, rows: [String]) { #expect(TableReading(text).rows == rows) }

    private static let foreign: [(bytes: [UInt8], says: String)] = [
        (Array("PK\u{3}\u{4}".utf8) + [0, 1, 2], "workbook"), ([0xD0, 0xCF, 0x11, 0xE0, 0xA1], "old workbook"),
        (Array("%PDF-1.7\n".utf8), "PDF"), (Array("<!DOCTYPE html><html>".utf8), "HTML"),
        (Array(" <table>".utf8), "HTML"),
        (Array("<?xml version=\"1.0\"?>".utf8), "XML"), (Array("{\"a\":1}".utf8), "JSON"),
        (Array("[\n {\"a\":1}]".utf8), "JSON"), (Array("{\\rtf1".utf8), "rich text"), ([0x1F, 0x8B, 8], "compressed"),
        (Array("engagement_id,people\nngmt_1,cnt_1\0\n".utf8), "NUL"), (Array("a\0\0\0".utf8), "NUL"),
        ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "UTF-32"),
    ]

    @Test(arguments: foreign)
    func anythingElseIsOneFaultWithAWayOut(bytes: [UInt8], says: String) {
        let reading = TableReading(bytes)
        #expect(reading.rows == [] && reading.places == ["1 -"])
        #expect(reading.sentences.allSatisfy { $0.contains(says) && $0.contains("CSV") }, "\(reading.sentences)")
    }

    @Test(arguments: ["sep=ab\nngmt_1,cnt_1", "sep=x\nngmt_1,cnt_1", "sep=\"\nngmt_1,cnt_1", "sep=¦\nngmt_1,cnt_1"])
    func aSeparatorThatCannotBe(_ text: String) {
        let reading = TableReading(text)
        #expect(reading.rows == [] && reading.places == ["1 -"] && reading.sentences[0].contains("sep="))
    }

    /// Whatever the bytes are, the reader ends, and its lines are within the file.
    @Test func anyBytesEnd() {
        var random = SeededGenerator(seed: 7)
        let pieces =
            [
                "ngmt_1", "ngmt_2", "cnt_1", "a@x.io", ",", ";", "\t", "|", "\"", "\"\"", "'", "<", ">", "\n", "\r",
                "\r\n", " ",
                "sep=", "id", "people", "mailto:", "\u{FEFF}", "é", "\u{200B}", "=", "\\",
            ].map { Array($0.utf8) } + [[0xFF], [0xFE], [0x80], [0xC3], [0xF0, 0x9F], [0]]
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &random)).flatMap { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }
            let table = TableReading(bytes, TableOptions(merge: Bool.random(using: &random))).table
            let lines = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
            let isWithin = (table.rows.map(\.line) + table.faults.map(\.line)).allSatisfy { 1...lines ~= $0 }
            #expect(isWithin && !(table.rows.isEmpty && table.faults.isEmpty), "\(bytes)")
        }
    }
}
