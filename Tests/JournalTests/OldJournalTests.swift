import Bytes
import Foundation
import Testing

@testable import Journal

/// Lines that version 0.1.0 wrote: a write's number was its own in one process only, and an undo did not say of what.
@Suite struct OldJournalTests {
    /// As two processes wrote it that began in the same second; the second one was killed.
    private static let text = #"""
        {"journal":1,"at":"2026-11-28T19:30:54.172Z","number":1795894254000001,"process":4587,"event":"begin","method":"tag.create","id":""}
        {"journal":1,"at":"2026-11-28T19:30:54.179Z","number":1795894254000002,"process":4587,"event":"begin","method":"engagement.replaceContacts","id":"ngmt_sandbox02","before":[],"wanted":["cnt_nobody"]}
        {"journal":1,"at":"2026-11-28T19:30:54.179Z","number":1795894254000003,"process":4587,"event":"begin","method":"engagement.replaceContacts","id":"ngmt_sandbox01","before":["cnt_sandbox01","cnt_sandbox02"],"wanted":["cnt_sandbox05"]}
        {"journal":1,"at":"2026-11-28T19:30:54.183Z","number":1795894254000001,"process":4587,"event":"end","id":"","applied":"yes","status":201,"attempts":1}
        {"journal":1,"at":"2026-11-28T19:30:54.184Z","number":1795894254000002,"process":4587,"event":"end","id":"ngmt_sandbox02","applied":"no","status":422,"attempts":1}
        {"journal":1,"at":"2026-11-28T19:30:54.184Z","number":1795894254000003,"process":4587,"event":"end","id":"ngmt_sandbox01","applied":"yes","status":200,"attempts":1}
        {"journal":1,"at":"2026-11-28T19:30:54.184Z","number":1795894254000004,"process":4587,"event":"begin","method":"engagement.addContacts","id":"ngmt_sandbox01","before":["cnt_sandbox05"],"wanted":["cnt_sandbox05","cnt_sandbox06"]}
        {"journal":1,"at":"2026-11-28T19:30:54.195Z","number":1795894254000004,"process":4587,"event":"end","id":"ngmt_sandbox01","applied":"yes","status":200,"attempts":1}
        {"journal":1,"at":"2026-11-28T19:30:54.203Z","number":1795894254000005,"process":4587,"event":"begin","method":"engagement.undo","id":"ngmt_sandbox01","before":["cnt_sandbox05","cnt_sandbox06"],"wanted":["cnt_sandbox05"]}
        {"journal":1,"at":"2026-11-28T19:30:54.207Z","number":1795894254000005,"process":4587,"event":"end","id":"ngmt_sandbox01","applied":"yes","status":200,"attempts":1}
        {"journal":1,"at":"2026-11-28T19:30:54.535Z","number":1795894254000001,"process":4614,"event":"begin","method":"engagement.replaceContacts","id":"ngmt_sandbox03","before":["cnt_sandbox03"],"wanted":["cnt_sandbox05"]}

        """#

    private func find(_ query: JournalQuery, in text: String = text) -> JournalFinding {
        var search = JournalSearch(query)
        for line in text.split(separator: "\n").reversed() { Array(line.utf8).withUnsafeBytes { search.read($0) } }
        return search.finding
    }

    @Test func areListedWithTheirNumbersAsTheyStand() {
        guard case .writes(let records) = find(.writes(limit: 100)) else {
            Issue.record("another finding")
            return
        }
        #expect(records.map { $0.number - 1_795_894_254_000_000 } == [1, 5, 4, 3, 2, 1])
        #expect(records.map(\.applied) == ["unknown", "yes", "yes", "yes", "no", "yes"])
        #expect(records.map(\.status) == [nil, 200, 200, 200, 422, 201])
        #expect(records.allSatisfy { $0.run == nil && $0.undoes == nil })
    }

    @Test func areUndone() {
        func numbers(_ id: String, _ number: Int? = nil) -> [Int]? {
            let query = JournalQuery.undoable(resource: id, number: number.map { $0 + 1_795_894_254_000_000 })
            guard case .undoable(let change) = find(query) else { return nil }
            return change.map { [$0.first.number - 1_795_894_254_000_000, $0.last.number - 1_795_894_254_000_000] }
        }
        #expect(numbers("ngmt_sandbox01") == [4, 4], "the last one that is no undo")
        #expect(numbers("ngmt_sandbox01", 5) == [5, 5])
        #expect(numbers("ngmt_sandbox01", 3) == [3, 3])
        #expect(numbers("ngmt_sandbox02") == nil, "it ended no")
        #expect(numbers("ngmt_sandbox03") == [1, 1])
        #expect(
            numbers("ngmt_sandbox02", 1) == nil && numbers("ngmt_sandbox03", 1) == [1, 1], "a number of two writes")
        guard case .runs(let runs) = find(.runs(limit: 1)) else { return }
        #expect(runs.isEmpty)
    }

    /// In two containers, both with the process id 1.
    @Test func sameNumbersOfSameProcessesAreToldApartByTheRecord() {
        let head = #"{"journal":1,"at":"t","number":1,"process":1,"event":"#
        let sets = #""before":["cnt_a"],"wanted":["cnt_b"]}"#
        let text = """
            \(head)"begin","method":"m","id":"ngmt_a",\(sets)
            \(head)"begin","method":"m","id":"ngmt_b",\(sets)
            \(head)"end","id":"ngmt_a","applied":"yes","status":200,"attempts":1}
            \(head)"end","id":"ngmt_b","applied":"no","status":422,"attempts":1}
            """
        guard case .writes(let records) = find(.writes(limit: 9), in: text) else { return }
        #expect(records.map(\.resource) == ["ngmt_b", "ngmt_a"] && records.map(\.applied) == ["no", "yes"])
    }
}
