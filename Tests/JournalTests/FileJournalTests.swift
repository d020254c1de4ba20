import Bytes
import Foundation
import Platform
import Testing

@testable import Journal

/// A journal in a file: what it says, what it survives, and what it refuses.
@Suite struct FileJournalTests {
    /// A folder that goes away with the test.
    final class Folder {
        let path = NSTemporaryDirectory() + "journal-\(UUID().uuidString)"
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
        var file: String { path + "/j.jsonl" }
        var text: String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }
        var lines: [Substring] { text.split(separator: "\n") }

        func put(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file)) }
        func journal() throws -> FileJournal { try FileJournal(path: FilePath(file)) { 1_795_773_600_000 } }
        func find(_ id: String? = nil, run: String? = nil, limit: Int = 100) throws -> [JournalRecord] {
            let finding = try JournalReader.find(.writes(resource: id, run: run, limit: limit), in: FilePath(file))
            return if case .writes(let records) = finding { records } else { [] }
        }
        func undoable(_ id: String, number: Int? = nil, run: String? = nil) throws -> UndoableChange? {
            let query = JournalQuery.undoable(resource: id, number: number, run: run)
            return if case .undoable(let change) = try JournalReader.find(query, in: FilePath(file)) { change } else {
                nil
            }
        }
    }

    static func begin(
        _ number: Int, _ id: String = "ngmt_a", _ sets: (before: [String], wanted: [String])? = (["cnt_a"], [])
    )
        -> JournalEvent
    {
        JournalEvent(number: number, method: "engagement.replaceContacts", resource: id, .begin(replacement: sets))
    }

    private func begin(
        _ number: Int, _ id: String = "ngmt_a", _ sets: (before: [String], wanted: [String])? = (["cnt_a"], [])
    ) -> JournalEvent { Self.begin(number, id, sets) }

    private func answers(_ journal: FileJournal, _ count: Int) -> [(token: Int, answer: JournalAnswer)] {
        Self.answers(journal, count)
    }

    private func end(_ number: Int, _ applied: String = "yes", _ id: String = "ngmt_a") -> JournalEvent {
        JournalEvent(number: number, method: "", resource: id, .end(applied: applied, status: 200, attempts: 1))
    }

    /// What has been answered, once there are so many answers.
    static func answers(_ journal: FileJournal, _ count: Int) -> [(token: Int, answer: JournalAnswer)] {
        var all: [(token: Int, answer: JournalAnswer)] = []
        while all.count < count {
            guard journal.descriptor.wait(for: .readable, milliseconds: 10_000) else { break }
            all += journal.collect()
        }
        return all
    }

    @Test func linesSayWhatIsWrittenAndWhatBecameOfIt() throws {
        let folder = try Folder()
        let journal = try folder.journal()
        journal.append(begin(7, "ngmt_a", (["cnt_a0"], ["cnt_b"])), token: 1)
        #expect(answers(journal, 1).count == 1)
        journal.append(end(7), token: nil)
        journal.append(
            JournalEvent(number: 8, method: "tag.create", resource: "", .begin(replacement: nil)), token: nil)
        journal.close(within: 5)
        let head = #"{"journal":1,"at":"2026-11-27T10:00:00.000Z","number":"#
        #expect(
            folder.lines == [
                #"\#(head)7,"process":\#(getpid()),"event":"begin","method":"engagement.replaceContacts","id":"ngmt_a","before":["cnt_a0"],"wanted":["cnt_b"]}"#,
                #"\#(head)7,"process":\#(getpid()),"event":"end","id":"ngmt_a","applied":"yes","status":200,"attempts":1}"#,
                #"\#(head)8,"process":\#(getpid()),"event":"begin","method":"tag.create","id":""}"#,
            ])
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try folder.find().map(\.applied) == ["unknown", "yes"])
        #expect(try folder.find("ngmt_a").first?.before == ["cnt_a0"])
        #expect(try folder.find("ngmt_b").isEmpty)
    }

    @Test func whatWaitsTogetherIsBroughtToTheDiskTogether() throws {
        let folder = try Folder()
        let journal = try folder.journal()
        for number in 1...2000 { journal.append(begin(number), token: number) }
        #expect(Set(answers(journal, 2000).map(\.token)) == Set(1...2000))
        #expect(journal.batchCount < 1000, "\(journal.batchCount) batches")
        #expect(folder.lines.count == 2000)
    }

    /// The end of a write may still wait for the disk when somebody asks what became of it.
    @Test func aSearchFindsWhatWasAppendedBefore() throws {
        let folder = try Folder()
        let journal = try folder.journal()
        for number in 1...200 {
            journal.append(begin(number), token: nil)
            journal.append(end(number, "no"), token: nil)
            journal.look(for: .undoable(resource: "ngmt_a"), token: number)
            guard case .found(.undoable(let change))? = answers(journal, 1).first?.answer else {
                Issue.record("another answer")
                return
            }
            #expect(change == nil, "\(number) ended no")
        }
        journal.close(within: 10)
    }

    /// Elsewhere, others have the same ids: only who says so undoes there what was done here.
    @Test func whatWentToAnotherAPIIsNotUndoneHere() throws {
        let folder = try Folder()
        let places = ["https://a.example/api", "https://b.example/api"]
        let journals = try places.map { try FileJournal(path: FilePath(folder.file), workspace: $0) { 1 } }
        journals[0].append(begin(1), token: 1)
        #expect(answers(journals[0], 1).count == 1)
        for (journal, numbers) in zip(journals, [[1, 1], [nil, 1]]) {
            for (anywhere, number) in zip([false, true], numbers) {
                journal.look(for: .undoable(resource: "ngmt_a", anywhere: anywhere), token: 2)
                guard case .found(.undoable(let change))? = answers(journal, 1).first?.answer else {
                    Issue.record("another answer")
                    continue
                }
                #expect(change?.first.number == number)
            }
            journal.close(within: 10)
        }
    }

    @Test func searchesThatWaitAreAnsweredByOneReading() throws {
        let folder = try Folder()
        let journal = try folder.journal()
        for number in 1...300 {
            let event = JournalEvent(
                number: number, method: "m", resource: "ngmt_\(number)", run: "R",
                .begin(replacement: (["cnt_a"], ["cnt_b"])))
            journal.append(event, token: nil)
        }
        for number in 1...300 { journal.look(for: .undoable(resource: "ngmt_\(number)", run: "R"), token: number) }
        journal.look(for: .runs(limit: 1), token: 301)
        journal.look(for: .writes(run: "R", limit: 1000), token: 302)
        for (token, answer) in answers(journal, 302) {
            switch answer {
            case .found(.undoable(let change)): #expect(change?.first.number == token)
            case .found(.runs(let runs)): #expect(runs.map(\.writes) == [300] && token == 301)
            case .found(.writes(let records)): #expect(records.count == 300 && token == 302)
            default: Issue.record("\(token): \(answer)")
            }
        }
        journal.close(within: 10)
    }

    /// Lines that are spelled otherwise than this program's are found by several searches, too.
    @Test func severalSearchesFindOtherSpellings() throws {
        let folder = try Folder()
        try folder.put(Self.kept.replacing(#""id":"#, with: #""id" : "#) + "\n" + Self.kept + "\n")
        let queries = ["ngmt_a", "ngmt_b", "ngmt_a"].map { JournalQuery.writes(resource: $0, limit: 9) }
        let counts = try JournalReader.findAll(queries, in: FilePath(folder.file)).map { finding in
            if case .writes(let records) = try finding.get() { records.count } else { -1 }
        }
        #expect(counts == [2, 0, 2])
    }

    @Test func severalJournalsShareAFile() throws {
        let folder = try Folder()
        let journals = try (0..<4).map { _ in try folder.journal() }
        for number in 1...500 { journals[number % 4].append(begin(number, "ngmt_\(number)"), token: number) }
        for journal in journals { journal.close(within: 10) }
        #expect(folder.lines.count == 500 && folder.lines.allSatisfy { $0.hasSuffix("}") && $0.hasPrefix("{") })
        #expect(try Set(folder.find(limit: 1000).map(\.resource)).count == 500)
    }

    static let kept =
        #"{"journal":1,"at":"t","number":1,"process":1,"event":"begin","method":"m","id":"ngmt_a","before":[],"wanted":["cnt_a"]}"#

    /// What stands behind a whole entry.
    @Test(arguments: [
        "\n{\"journal\":1,\"at\":\"t\",\"number\":2,\"proc", "\nnot ours\n", "\n\n\n", "",
        "\n{\"journal\":1}\n[1]\nnull\n{\"journal\":1,\"number\":\"x\"}\n",
        "\n{\"journal\":1,\"at\":\u{0}}\n",
        "\n{\"journal\":1,\"at\":\"t\",\"number\":1,\"process\":1,\"event\":\"end\",\"id\":\"ngmt_a\",\"applied\":\"maybe\"}\n",
        "\n" + String(repeating: "x", count: 3_000_000) + "\n",
        "\n" + String(repeating: "y", count: 20_000_000) + "\n",
    ])
    func whatIsCutOrForeignIsPassedOver(behind: String) throws {
        let folder = try Folder()
        try folder.put(Self.kept + behind)
        let found = try #require(try folder.undoable("ngmt_a"))
        #expect(found.first == found.last && found.first.wanted == ["cnt_a"] && found.first.applied == "unknown")
        let journal = try folder.journal()
        journal.append(begin(9, "ngmt_b"), token: nil)
        journal.close(within: 10)
        #expect(try folder.find("ngmt_a").count == 1, "no entry before the cut is lost")
        #expect(try folder.find("ngmt_b").count == 1, "and none after it")
    }

    @Test(arguments: 1...JournalLine.start.utf8CodeUnitCount)
    func aCutFirstLineLeavesAJournal(count: Int) throws {
        let folder = try Folder()
        try folder.put(String(Self.kept.prefix(count)))
        for number in 1...2 {
            let journal = try folder.journal()
            journal.append(begin(number, "ngmt_a"), token: nil)
            journal.close(within: 10)
        }
        #expect(try folder.find("ngmt_a").map(\.number) == [2, 1])
    }

    /// Whoever else can write to the file can say who is to be put back.
    @Test(arguments: [0o602, 0o620, 0o666, 0o777]) func whatOthersMayWriteIsRefused(mode: Int) throws {
        let folder = try Folder()
        try folder.put(Self.kept + "\n")
        let journal = try folder.journal()
        #expect(chmod(folder.file, mode_t(mode)) == 0)
        #expect(throws: JournalProblem.self) { try folder.journal() }
        #expect(throws: JournalProblem.self, "nor is it read") { try folder.find() }
        journal.close(within: 5)
        #expect(chmod(folder.file, 0o640) == 0)
        #expect(try folder.find().count == 1)
        _ = try folder.journal()
    }

    @Test(.enabled(if: getuid() == 0, "needs root")) func anotherUsersIsRefused() throws {
        let folder = try Folder()
        try folder.put(Self.kept + "\n")
        #expect(chown(folder.file, 65_534, 0) == 0)
        #expect(throws: JournalProblem.self) { try folder.journal() }
        #expect(throws: JournalProblem.self) { try folder.find() }
    }

    private static let longID =
        #""id":"ngmt_a","before":["cnt_"# + String(repeating: "a", count: 200) + #""],"wanted":[]"#

    /// An id of a journal goes into addresses and bodies.
    @Test(arguments: [
        #""id":"../x","before":[],"wanted":[]"#, #""id":"ngmt_","before":[],"wanted":[]"#,
        #""id":"ngmt_a?b","before":[],"wanted":[]"#, #""id":"_a","before":[],"wanted":[]"#,
        #""id":"ngmt_a","before":["../x"],"wanted":[]"#, #""id":"ngmt_a","before":[],"wanted":["cnt_a","usr_b"]"#,
        #""id":"ngmt_a","before":["cnt_a\nb"],"wanted":[]"#, #""id":"ngmt_a","before":[1],"wanted":[]"#,
        #""id":"ngmt_a","before":{},"wanted":[]"#, #""id":"ngmt_a","before":["cnt_é"],"wanted":[]"#,
        longID,
    ])
    func whatIsNoIDMakesNoEntry(members: String) throws {
        let folder = try Folder()
        let line = #"{"journal":1,"at":"t","number":2,"process":1,"event":"begin","method":"m",\#(members)}"#
        try folder.put("\(Self.kept)\n\(line)\n")
        #expect(try folder.find().map(\.number) == [1])
        #expect(try folder.undoable("ngmt_a")?.first.number == 1)
    }

    @Test func whatWasNotAppliedIsNotUndone() throws {
        let folder = try Folder()
        let journal = try folder.journal()
        journal.append(begin(1, "ngmt_a", (["cnt_1"], ["cnt_2"])), token: nil)
        journal.append(end(1), token: nil)
        journal.append(begin(2, "ngmt_a", (["cnt_2"], ["cnt_3"])), token: nil)
        journal.append(begin(3, "ngmt_a", nil), token: nil)
        journal.append(end(3), token: nil)
        journal.append(begin(4, "ngmt_b", ([], ["cnt_9"])), token: nil)
        journal.append(end(2, "no"), token: nil)
        journal.close(within: 10)
        #expect(try folder.undoable("ngmt_a")?.first.number == 1)
        #expect(try folder.undoable("ngmt_a", number: 2) == nil, "it ended no")
        #expect(try folder.find("ngmt_a").map(\.number) == [3, 2, 1])
        #expect(try folder.find(limit: 2).map(\.number) == [4, 3])
    }

    /// Lines that fall on the bounds of the blocks that are read.
    @Test func blocksAreJoined() throws {
        let folder = try Folder()
        let journal = try folder.journal()
        let many = (0..<4000).map { "cnt_\($0)" }
        for number in 1...100 { journal.append(begin(number, "ngmt_\(number)", (many, [])), token: nil) }
        journal.close(within: 10)
        let found = try folder.find(limit: 1000)
        #expect(found.map(\.number) == (1...100).reversed() && found.allSatisfy { $0.before == many })
        #expect(try folder.find("ngmt_1").count == 1)
    }

    @Test func aFileThatWasMovedAwayIsMadeAnew() throws {
        let folder = try Folder()
        let journal = try folder.journal()
        journal.append(begin(1), token: 1)
        _ = answers(journal, 1)
        try FileManager.default.moveItem(atPath: folder.file, toPath: folder.file + ".1")
        journal.append(begin(2), token: 2)
        _ = answers(journal, 1)
        #expect(try folder.find().map(\.number) == [2])
        try FileManager.default.removeItem(atPath: folder.file)
        journal.append(begin(3), token: 3)
        _ = answers(journal, 1)
        #expect(try folder.find().map(\.number) == [3])
    }

    @Test func aDiskThatIsFullIsToldAndNothingHalfIsLeft() throws {
        let folder = try Folder()
        let journal = try folder.journal()
        journal.append(begin(1), token: 1)
        _ = answers(journal, 1)
        let before = folder.text
        // A folder that is gone stands for every disk that refuses.
        try FileManager.default.removeItem(atPath: folder.path)
        journal.append(begin(2), token: 2)
        guard case .failed(let reason)? = answers(journal, 1).first?.answer else {
            Issue.record("a failure is told")
            return
        }
        #expect(reason.contains("No such file"))
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
        try folder.put(before)
        journal.append(begin(3), token: 3)
        _ = answers(journal, 1)
        #expect(try folder.find().map(\.number) == [3, 1])
    }

    @Test(arguments: ["", "{", #"{"journal":1,"at":"t"}"#]) func emptyAndOwnFilesAreTaken(text: String) throws {
        let folder = try Folder()
        try folder.put(text)
        _ = try folder.journal()
    }

    @Test(arguments: ["hello\n", #"{"jsonrpc":"2.0"}"#, "\u{0}", #"{"journal":2,"#]) func otherFilesAreRefused(
        text: String
    ) throws {
        let folder = try Folder()
        try folder.put(text)
        #expect(throws: JournalProblem.self) { try folder.journal() }
        #expect(folder.text == text)
    }

    @Test func whatIsNoFileIsRefused() throws {
        let folder = try Folder()
        func reason(_ path: String) -> String {
            do throws(JournalProblem) {
                _ = try FileJournal(path: FilePath(path)) { 0 }
                return ""
            } catch {
                return error.sentence
            }
        }
        #expect(reason(folder.path).contains("directory"))
        #expect(reason("/dev/full").contains("is not a regular file") && reason("/dev/null").contains("not a regular"))
        #expect(mkfifo(folder.path + "/fifo", 0o600) == 0)
        #expect(reason(folder.path + "/fifo").contains("is not a regular file"))
        #expect(symlink("j.jsonl", folder.path + "/link") == 0)
        #expect(reason(folder.path + "/link").contains("symbolic link"))
        #expect(reason(folder.path + "/no/such").contains("No such file"))
    }
}
