import Bytes
import Foundation
import Testing

@testable import Journal

/// What may stand in a journal: what is written can be read back, and what others wrote is judged by its form.
@Suite struct JournalFormTests {
    /// Texts of a journal are shown to people and told to hosts.
    @Test(arguments: [
        #""at":"yesterday, about noon","event":"begin","method":"m""#, #""at":"","event":"begin","method":"m""#,
        #""at":"t\u001b","event":"begin","method":"m""#, #""at":"t","event":"begin","method":"rm -rf""#,
        #""at":"t","event":"begin","method":"\u202em""#, #""at":"t","event":"begin","method":"""#,
        #""at":"t","event":"begin","method":"m","run":""# + String(repeating: "é", count: 101) + "\"",
        #""at":"t","event":"begin","method":"m","run":"a\u202e""#,
    ])
    func whatHasNotItsFormMakesNoEntry(members: String) throws {
        let folder = try FileJournalTests.Folder()
        let line = #"{"journal":1,"number":2,"process":1,"id":"ngmt_a",\#(members)}"#
        try folder.put("\(FileJournalTests.kept)\n\(line)\n")
        #expect(try folder.find().map(\.number) == [1])
    }

    @Test(arguments: [#""status":-1"#, #""status":1000"#, #""status":"200""#, #""at":"x\u0007""#])
    func anEndThatHasNotItsFormEndsNothing(member: String) throws {
        let folder = try FileJournalTests.Folder()
        let end = #"{"journal":1,"number":1,"process":1,"event":"end","id":"ngmt_a","applied":"yes",\#(member)}"#
        try folder.put("\(FileJournalTests.kept)\n\(end)\n")
        #expect(try folder.find().map(\.applied) == ["unknown"])
    }

    /// The API lists whom it likes. A line that could not be read back would hide the write from its undo.
    @Test func whatIsWrittenCanBeReadBack() throws {
        let folder = try FileJournalTests.Folder()
        let journal = try folder.journal()
        let run = String(repeating: "\u{1F600}", count: 100)
        let good = [["cnt_a-b"], ["cnt_a_b"], ["cnt_" + String(repeating: "a", count: 124)], []]
        for (number, before) in good.enumerated() {
            let event = JournalEvent(
                number: number, method: "engagement.replaceContacts", resource: "ngmt_a", run: run,
                .begin(replacement: (before, [])))
            journal.append(event, token: number)
        }
        #expect(
            FileJournalTests.answers(journal, good.count).allSatisfy {
                if case .written = $0.answer { true } else { false }
            })
        #expect(try folder.find().map(\.before) == good.reversed())
        for bad in ["cnt_" + String(repeating: "a", count: 125), "cnt_é", "cnt_", "usr_1", "", "cnt_a b", "../cnt_a"] {
            for sets in [(before: [bad], wanted: [String]()), ([], ["cnt_a", bad])] {
                journal.append(FileJournalTests.begin(9, "ngmt_a", sets), token: 9)
                guard case .failed(let reason)? = FileJournalTests.answers(journal, 1).first?.answer else {
                    Issue.record("\(bad) is not refused")
                    continue
                }
                #expect(reason.contains("can't hold the id"), "\(reason)")
            }
        }
        journal.append(FileJournalTests.begin(9, "ngmt_a/.."), token: 9)
        guard case .failed? = FileJournalTests.answers(journal, 1).first?.answer else { throw CancellationError() }
        #expect(try folder.find().count == good.count)
    }

    /// What is gone is not the same as what never was.
    @Test func aSearchOfAFileThatWasRemovedSaysSo() throws {
        let folder = try FileJournalTests.Folder()
        let journal = try folder.journal()
        journal.append(FileJournalTests.begin(1), token: 1)
        _ = FileJournalTests.answers(journal, 1)
        try FileManager.default.removeItem(atPath: folder.file)
        journal.look(for: .undoable(resource: "ngmt_a"), token: 2)
        guard case .failed(let reason)? = FileJournalTests.answers(journal, 1).first?.answer else {
            Issue.record("a failure is told")
            return
        }
        #expect(reason.contains("was removed or moved away"))
        #expect(try folder.find().isEmpty, "before anybody has opened it, there need be none")
    }

    @Test func whatIsNoJournalIsNotRead() throws {
        let folder = try FileJournalTests.Folder()
        for text in ["hello\n", "\u{0}", #"{"journal":2,"#] {
            try folder.put(text)
            #expect(throws: JournalProblem.self) { try folder.find() }
        }
        for text in ["", "{", FileJournalTests.kept] {
            try folder.put(text)
            _ = try folder.find()
        }
    }
}
