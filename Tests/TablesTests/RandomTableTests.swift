import Bytes
import Foundation
import TestSupport
import Testing

@testable import Tables

/// Random tables, through the reader and through Python's `csv`: 500 of them, and 10,000 with `TESTS_LONG`.
@Suite struct RandomTableTests {
    private static let python: String? = {
        let found = ["/usr/bin/python3", "/usr/local/bin/python3"].first(where: FileManager.default.isExecutableFile)
        if found == nil { print("skipped: random tables need python3") }
        return found
    }()

    private struct Record: Decodable, Equatable {
        let line: Int
        let cells: [String]

        init(line: Int, cells: [String]) { (self.line, self.cells) = (line, cells) }

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            (line, cells) = (try list.decode(Int.self), try list.decode([String].self))
        }
    }

    private struct Row: Decodable, Equatable {
        let line: Int
        let engagement: String
        let people: [String]

        init(_ row: AttendeeRow) { (line, engagement, people) = (row.line, row.engagementID, row.people.map(\.text)) }

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            (line, engagement) = (try list.decode(Int.self), try list.decode(String.self))
            people = try list.decode([String].self)
        }
    }

    private struct Table: Decodable {
        let seed: Int
        let delimiter: String?
        let text: String
        let records: [Record]?
        let rows: [Row]?

        var bytes: [UInt8] {
            let digits = Array(text.utf8)
            return stride(from: 0, to: digits.count, by: 2).compactMap { at in
                UInt8(String(decoding: digits[at..<at + 2], as: UTF8.self), radix: 16)
            }
        }
    }

    private func records(_ text: [UInt8], _ delimiter: UInt8) -> [Record] {
        text.withUnsafeBytes { bytes in
            var reader = TableRecords(bytes, delimiter: delimiter)
            var found: [Record] = []
            while reader.next() {
                let cells = (0..<reader.count).map { reader.withCell($0) { $0.text } }
                if !cells.isEmpty { found.append(Record(line: reader.line, cells: cells)) }
            }
            return found
        }
    }

    @Test(.enabled(if: python != nil, "needs python3"))
    func asPythonReadsThem() throws {
        let count = Rounds.count(500, long: 10_000)
        var setup = Setup([Repository.root + "/Tests/random-tables", "0", "\(count)"])
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("tables-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        (setup.program, setup.output) = (Self.python, .file(file.path))
        #expect(try Command(setup, within: 300).ending == .exited(0))
        let output = try String(contentsOf: file, encoding: .utf8)
        var seen = 0
        for line in output.split(separator: "\n") {
            let table = try JSONDecoder().decode(Table.self, from: Data(line.utf8))
            seen += 1
            if let wanted = table.records, let delimiter = table.delimiter?.utf8.first {
                let found = records(table.bytes, delimiter)
                #expect(found == wanted, "seed \(table.seed)")
            } else {
                let reading = TableReading(table.bytes)
                #expect(reading.table.rows.map(Row.init) == table.rows, "seed \(table.seed)")
                #expect(reading.sentences == [], "seed \(table.seed)")
            }
        }
        #expect(seen == count)
        print("\(seen) random tables are read as Python reads them")
    }
}
