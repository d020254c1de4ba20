import Bytes
import Foundation
import Platform
import Testing

@testable import Journal

/// An index finds what a reading from the end finds, however the file grows.
@Suite struct JournalIndexTests {
    private typealias Folder = FileJournalTests.Folder

    /// What the index finds is what is found without it, for every record.
    private func compare(_ index: inout JournalIndex, _ folder: Folder, _ comment: String = "") throws {
        let queries = (0..<6).map { JournalQuery.undoable(resource: "ngmt_\($0)", run: $0 % 2 == 0 ? "R" : nil) }
        let path = FilePath(folder.file)
        let plain = try JournalReader.findAll(queries, in: path)
        let indexed = try JournalReader.findAll(queries, of: nil, in: path, by: &index)
        #expect(plain.count == indexed.count)
        for (query, pair) in zip(queries, zip(plain, indexed)) {
            guard case (.success(.undoable(let one)), .success(.undoable(let other))) = pair else {
                Issue.record("another finding")
                continue
            }
            #expect(one == other, "\(query) \(comment)")
        }
    }

    private func line(_ number: Int, _ random: inout SystemRandomNumberGenerator) -> String {
        let id = "ngmt_\(Int.random(in: 0..<6, using: &random))"
        let head = #"{"journal":1,"at":"t","number":\#(number),"process":1,"#
        let run = Bool.random(using: &random) ? #","run":"R""# : ""
        let sets = #""before":["cnt_\#(number)"],"wanted":["cnt_\#(number + 1)"]"#
        return switch Int.random(in: 0..<12, using: &random) {
        case 0: "not ours"
        case 1: ""
        case 2: #"\#(head)"event":"begin","method":"m","id" : "\#(id)"\#(run),\#(sets)}"#
        case 3: String(repeating: "x", count: Int.random(in: 1_000_000..<2_500_000, using: &random))
        case 4, 5: #"\#(head)"event":"end","id":"\#(id)","applied":"no"}"#
        case 6: #"{"journal":1,"number":1,"pro"#
        case 7:
            #"\#(head)"event":"begin","method":"m","undoes":\#(max(0, number - 3)),"id":"\#(id)",\#(sets)}"#
        default: #"\#(head)"event":"begin","method":"m","id":"\#(id)"\#(run),\#(sets)}"#
        }
    }

    @Test func itFindsTheSame() throws {
        let folder = try Folder()
        var random = SystemRandomNumberGenerator()
        var (index, text) = (JournalIndex(), FileJournalTests.kept + "\n")
        for round in 0..<40 {
            try folder.put(text)
            try compare(&index, folder, "round \(round)")
            for number in 0..<Int.random(in: 0..<8, using: &random) {
                text += line(round * 10 + number, &random) + "\n"
            }
            // Now and then the last line is still being written.
            if round % 5 == 0 {
                try folder.put(text + String(line(round * 10 + 9, &random).prefix(90)))
                try compare(&index, folder, "round \(round), unfinished")
            }
        }
    }

    /// A batch that does not fit is taken back, and another one stands in its place.
    @Test func aFileThatWasCutIsReadAnew() throws {
        let folder = try Folder()
        func text(_ contact: String) -> String {
            #"{"journal":1,"at":"t","number":5,"process":1,"event":"begin","method":"m","id":"ngmt_1","before":["cnt_"#
                + contact + #""],"wanted":[]}"# + "\n"
        }
        try folder.put("")
        var index = JournalIndex()
        for contact in ["a", "b", "c"] {
            // In place, so that it stays the same file.
            let handle = try FileHandle(forWritingTo: URL(filePath: folder.file))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data((FileJournalTests.kept + "\n" + text(contact) + text(contact)).utf8))
            try handle.close()
            try compare(&index, folder, contact)
        }
    }

    @Test func aLongerJournalIsSearchedWithoutIt() throws {
        let folder = try Folder()
        let line = FileJournalTests.kept.replacing("ngmt_a", with: "ngmt_1") + "\n"
        try folder.put(String(repeating: line, count: 20))
        var index = JournalIndex(limit: 10)
        let file = try FileDescriptor.open(FilePath(folder.file), .reading)
        defer { file.close() }
        #expect(try index.find([.undoable(resource: "ngmt_1")], in: file) == nil)
        try compare(&index, folder)
    }

    /// A process that searches often goes on by an index, and finds what it has just written.
    @Test func manySearchesFindWhatWasAppendedBefore() throws {
        let folder = try Folder()
        let journal = try folder.journal()
        for number in 1...200 {
            let id = "ngmt_\(number % 7)"
            journal.append(FileJournalTests.begin(number, id, (["cnt_\(number)"], [])), token: nil)
            journal.look(for: .undoable(resource: id), token: number)
            guard case .found(.undoable(let change))? = FileJournalTests.answers(journal, 1).first?.answer else {
                Issue.record("another answer")
                return
            }
            #expect(change?.first.number == number)
        }
    }
}
