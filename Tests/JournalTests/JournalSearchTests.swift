import Bytes
import Testing

@testable import Journal

/// What is found in a journal: which replacement is undone, what a run did, and nothing of another run.
@Suite struct JournalSearchTests {
    /// The events of a story: `+1 a>b` begins a write that replaces contact a by b, `@R` counts it to a run, `^1` makes
    /// it an undo, `:y` is about another engagement than `ngmt_x`; `-1 yes` ends it; `~1 b` says who was read back.
    private static func events(_ story: String) -> [JournalEvent] {
        var begun: [Int: (resource: String, run: String?, undoes: Int?)] = [:]
        return story.split(separator: ", ").map { text in
            let words = text.split(separator: " ").map(String.init)
            let number = Int(words[0].dropFirst()) ?? 0
            func word(_ mark: Character) -> String? {
                words.dropFirst(2).first { $0.first == mark }.map { String($0.dropFirst()) }
            }
            let kind: JournalEvent.Kind
            if words[0].first == "+" {
                begun[number] = ("ngmt_\(word(":") ?? "x")", word("@"), word("^").flatMap(Int.init))
                let sets = words[1].split(separator: ">", omittingEmptySubsequences: false).map { list in
                    list.filter { $0 != "," }.map { "cnt_\($0)" }
                }
                kind = .begin(replacement: sets.count == 2 ? (sets[0], sets[1]) : nil)
            } else if words[0].first == "~" {
                kind = .left(words.dropFirst().map { "cnt_\($0)" })
            } else {
                kind = .end(applied: words[1], status: 200, attempts: 1)
            }
            let write = begun[number] ?? ("ngmt_x", nil, nil)
            return JournalEvent(
                number: number, method: write.undoes == nil ? "engagement.replaceContacts" : "engagement.undo",
                resource: write.resource, run: write.run, undoes: write.undoes, kind)
        }
    }

    private func find(_ query: JournalQuery, in story: String) -> JournalFinding {
        search(query, in: story).finding
    }

    private func search(_ query: JournalQuery, in story: String, sizeLimit: Int = 1 << 20) -> JournalSearch {
        var search = JournalSearch(query, sizeLimit: sizeLimit)
        for (second, event) in Self.events(story).enumerated().reversed() {
            let line = ByteBuffer()
            JournalLine.append(event, at: second * 1000, process: 1, to: line)
            search.read(line.bytes)
        }
        return search
    }

    @Test func moreThanCanBeHeldIsToldAndASmallerLimitHelps() {
        #expect(search(.writes(limit: 100), in: Self.twoOfARun, sizeLimit: 500).isTooLarge)
        #expect(!search(.writes(limit: 2), in: Self.twoOfARun, sizeLimit: 500).isTooLarge)
        #expect(!search(.undoable(resource: "ngmt_x", run: "R"), in: Self.twoOfARun, sizeLimit: 10).isTooLarge)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let story: String
        var number: Int?
        var run: String?
        /// The numbers of the first and the last replacement; nil where there is nothing to undo.
        let found: [Int]?
        var testDescription: String { "\(story) \(number ?? 0) \(run ?? "")" }
    }

    private static let twoOfARun = "+1 a>b @R, -1 yes, +2 b>c @S, -2 yes, +3 c>d @R, -3 yes, +4 d>e, -4 yes"

    @Test(arguments: [
        Row(story: "+1 a>b, -1 yes, +2 b>c, -2 yes", found: [2, 2]),
        Row(story: "+1 a>b, -1 yes, +2 b>c", found: [2, 2]),
        Row(story: "+1 a>b, -1 yes, +2 b>c, -2 unknown", found: [2, 2]),
        Row(story: "+1 a>b, -1 yes, +2 b>c, -2 no", found: [1, 1]),
        Row(story: "+1 a>b, +2 b>c, -1 no, -2 no", found: nil),
        Row(story: "+1 a>b, -1 yes, +2 b>a ^1, -2 yes", found: [1, 1]),
        Row(story: "+1 a>b, -1 yes, +2 b>a ^1, -2 yes", number: 2, found: [2, 2]),
        Row(story: "+1 a>b, -1 yes, +2 b>a ^1, -2 yes, +3 a>b ^2, -3 yes", found: [1, 1]),
        Row(story: "+1 a>b, -1 yes, +2 - , -2 yes", found: [1, 1]),
        Row(story: "+1 a>b, -1 yes, +2 b>c :y, -2 yes", found: [1, 1]),
        Row(story: "+1 a>b, -1 yes, +2 b>c, -2 yes", number: 1, found: [1, 1]),
        Row(story: "+1 a>b, -1 no", number: 1, found: nil),
        Row(story: "+1 a>b :y, -1 yes", number: 1, found: nil),
        Row(story: "+1 a>b, -1 yes", number: 9, found: nil),
        Row(story: twoOfARun, found: [4, 4]),
        Row(story: twoOfARun, run: "R", found: [1, 3]),
        Row(story: twoOfARun, run: "S", found: [2, 2]),
        Row(story: twoOfARun, run: "r", found: nil),
        Row(story: twoOfARun, number: 2, run: "R", found: [2, 2]),
        Row(story: "+1 a>b @R, -1 no, +2 a>c @R, -2 yes, +3 c>d @R, -3 no", run: "R", found: [2, 2]),
        Row(story: "+1 a>b @R, -1 yes, +2 b>a @R ^1, -2 yes", run: "R", found: [1, 1]),
        Row(story: "+1 a>b @R, -1 yes, +2 b>a @U ^1, -2 yes", run: "U", found: nil),
        Row(story: "+1 a>b @R, -1 yes, +2 b>c @R", run: "R", found: [1, 2]),
        Row(story: "+1 a>b @\u{E9}, -1 yes", run: "e\u{301}", found: nil),
        Row(story: "", found: nil),
    ])
    func whatIsUndone(row: Row) {
        let query = JournalQuery.undoable(resource: "ngmt_x", number: row.number, run: row.run)
        guard case .undoable(let change) = find(query, in: row.story) else {
            Issue.record("another finding")
            return
        }
        #expect(change.map { [$0.first.number, $0.last.number] } == row.found)
    }

    /// What followed the change that is to be undone, who came between two writes of its run, and who was read back.
    @Test(
        arguments: [
            ("+1 a>b, -1 yes", nil, nil, "none", [], nil),
            ("+1 a>b, -1 yes, +2 b>c ^1, -2 yes", nil, nil, "undone", [], nil),
            ("+1 a>b, -1 yes, +2 b>a ^1", nil, nil, "none", [], nil),
            ("+1 a>b, -1 yes, +2 b>c, -2 yes, +3 c>d @S, -3 yes", 1, nil, "changed 3 S", [], nil),
            ("+1 a>b, -1 yes, +2 b>c, -2 yes, +3 c>d @S, -3 no", 1, nil, "changed 2", [], nil),
            ("+1 a>b, -1 yes, +2 b>c, -2 yes, +3 c>b ^2, -3 yes", 1, nil, "none", [], nil),
            ("+1 a>b, -1 yes, +2 b>c @S, -2 yes, +3 c>d @S, -3 yes, +4 d>b ^2, -4 yes", 1, nil, "none", [], nil),
            ("+1 a>b, -1 yes, +2 b>c :y, -2 yes", nil, nil, "none", [], nil),
            (twoOfARun, nil, "R", "changed 4", ["cnt_c", "cnt_b"], nil),
            ("+1 a>b @R, -1 yes, +2 b>c @R, -2 yes", nil, "R", "none", [], nil),
            ("+1 a>b,r @R, -1 yes, ~1 b, +2 b>c @R, -2 yes", nil, "R", "none", [], nil),
            ("+1 a>b @R, -1 yes, +2 b>a ^1, -2 yes, +3 a>c @R, -3 yes", nil, "R", "none", [], nil),
            ("+1 a>b @R, -1 yes, +2 b>c @R, -2 yes, +3 c>a ^1, -3 yes", nil, "R", "undone", [], nil),
            ("+1 a>b @R, -1 yes, +2 b>a ^1, -2 yes, +3 x>c @R, -3 yes", nil, "R", "none", ["cnt_x", "cnt_a"], nil),
            ("+1 a>b @R, +2 a>c @R, -2 yes", nil, "R", "none", [], nil),
            ("+1 a>b, -1 yes, ~1 c d", nil, nil, "none", [], ["cnt_c", "cnt_d"]),
            ("+1 a>b, ~1 c d, -1 yes", nil, nil, "none", [], ["cnt_c", "cnt_d"]),
            ("+1 a>b, -1 yes, ~2 c", nil, nil, "none", [], nil),
        ] as [(String, Int?, String?, String, [String], [String]?)])
    func whatFollowed(
        story: String, number: Int?, run: String?, sequel: String, between: [String], left: [String]?
    ) throws {
        let query = JournalQuery.undoable(resource: "ngmt_x", number: number, run: run)
        guard case .undoable(let found) = find(query, in: story) else {
            Issue.record("another finding")
            return
        }
        let change = try #require(found)
        let told =
            switch change.sequel {
            case .none: "none"
            case .undone: "undone"
            case .changed(let number, let run): "changed \(number)" + (run.map { " \($0)" } ?? "")
            }
        #expect(told == sequel && change.changedBetween == between && change.last.left == left)
    }

    /// No journal has so many writes that end and never began; what is found in such a file can't be relied on.
    @Test func endsWithoutBeginningsAreBounded() throws {
        var joiner = WriteJoiner()
        for number in 0...WriteJoiner.openLimit {
            #expect(!joiner.isCrowded)
            let line = #"{"journal":1,"at":"t","number":\#(number),"process":1,"event":"end","id":"","applied":"no"}"#
            Array(line.utf8).withUnsafeBytes { _ = joiner.record(of: $0) }
        }
        #expect(joiner.isCrowded)
    }

    @Test func runsAreBounded() {
        let story = (1...20).map { "+\($0) a>b @run\($0), -\($0) yes" }.joined(separator: ", ")
        #expect(search(.runs(limit: 1), in: story, sizeLimit: 1000).excess?.contains("more runs than fit") == true)
        #expect(search(.runs(limit: 1), in: story, sizeLimit: 10_000).excess == nil)
    }

    @Test(arguments: [
        (twoOfARun, ["S 1 1 0 0 2 3", "R 2 2 0 0 0 5"]),
        // By the first write, not by the last.
        ("+1 a>b @R, +2 a>b @S :y, -2 yes, -1 no", ["S 1 1 0 0 1 2", "R 1 0 1 0 0 3"]),
        ("+1 a>b @R, -1 unknown, +2 a>b @R", ["R 2 0 0 2 0 2"]),
        ("+1 a>b @R, -1 yes, +2 b>a @R ^1, -2 yes, +3 b>a @U ^1, -3 yes", ["R 1 1 0 0 0 1"]),
        ("+1 a>b, -1 yes", []),
        ("+1 - @R, -1 yes", ["R 1 1 0 0 0 1"]),
        ("+1 a>b @\u{E9}, -1 yes, +2 a>b @e\u{301}, -2 yes", ["e\u{301} 1 1 0 0 2 3", "\u{E9} 1 1 0 0 0 1"]),
    ])
    func whatRunsDid(story: String, expected: [String]) {
        guard case .runs(let runs) = find(.runs(limit: 100), in: story) else {
            Issue.record("another finding")
            return
        }
        func second(_ time: String) -> String { "\(Int(time.dropFirst(17).prefix(2)) ?? -1)" }
        let told = runs.map { run in
            let counts = [run.writes, run.yes, run.no, run.unknown].map(String.init)
            return ([run.run] + counts + [second(run.startedAt), second(run.endedAt)]).joined(separator: " ")
        }
        #expect(told.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        guard case .runs(let newest) = find(.runs(limit: 1), in: story) else { return }
        #expect(newest == Array(runs.prefix(1)))
    }

    @Test(arguments: [
        (String?.none, String?.none, 100, [4, 3, 2, 1]), (nil, "R", 100, [3, 1]), (nil, "R", 1, [3]),
        ("ngmt_y", nil, 100, []), ("ngmt_x", "S", 100, [2]), (nil, "Q", 100, []), (nil, nil, 2, [4, 3]),
    ])
    func whatIsListed(resource: String?, run: String?, limit: Int, numbers: [Int]) {
        guard case .writes(let records) = find(.writes(resource: resource, run: run, limit: limit), in: Self.twoOfARun)
        else {
            Issue.record("another finding")
            return
        }
        #expect(records.map(\.number) == numbers)
    }
}
