import Bytes
import HTTP
import Journal
import Testing

@testable import Service

/// `engagement.undo`: which set is put back, over whom, and that nothing toggles.
@Suite struct UndoTests {
    private static func read(_ ids: [String], rooms: [String] = []) -> Fate {
        let items =
            ids.map { #"{"id":"cnt_\#($0)"}"# } + rooms.map { #"{"id":"cnt_\#($0)","is_calendar_resource":true}"# }
        return .answer(200, #"{"id":"ngmt_a","contacts":[\#(items.joined(separator: ","))]}"#)
    }

    /// A write in the journal: who was there, who was wanted, and what became of it.
    struct Write: Sendable {
        let before: [String]
        let wanted: [String]
        var run: String?
        var undoes: Int?
        var applied: String? = "yes"
        /// Who was read back, where others were wanted.
        var left: [String]?
    }

    private static func journal(_ writes: [Write]) -> FakeJournal {
        let journal = FakeJournal()
        for (index, write) in writes.enumerated() {
            func note(_ kind: JournalEvent.Kind) {
                let method = write.undoes == nil ? "engagement.replaceContacts" : "engagement.undo"
                journal.append(
                    JournalEvent(
                        number: index + 1, method: method, resource: "ngmt_a", run: write.run, undoes: write.undoes,
                        kind), token: nil)
            }
            note(.begin(replacement: (write.before.map { "cnt_" + $0 }, write.wanted.map { "cnt_" + $0 })))
            if let applied = write.applied { note(.end(applied: applied, status: 200, attempts: 1)) }
            if let left = write.left { note(.left(left.map { "cnt_" + $0 })) }
        }
        return journal
    }

    private static func undo(_ stage: Stage, _ params: String = "") throws -> StageAnswer {
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"engagement.undo","params":{"engagement_id":"ngmt_a"\#(params)}}"#)
        stage.run(20)
        return try #require(stage.answer(1))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        var writes = UndoTests.one
        var params = ""
        let now: [String]
        var rooms: [String] = []
        /// The contacts that are written; nil where nothing is.
        var written: [String]?
        /// The number of the write that is undone.
        var undoes: Int? = 1
        var code: Int?
        /// What the refusal says.
        var message = ""
        var testDescription: String { name }
    }

    private static let one = [Write(before: ["a"], wanted: ["b"])]
    private static let undone = one + [Write(before: ["b"], wanted: ["a"], undoes: 1)]
    private static let run = [
        Write(before: ["a"], wanted: ["b"], run: "R"), Write(before: ["b"], wanted: ["c"], run: "R"),
    ]
    private static let unsure = [run[0], Write(before: ["b"], wanted: ["c"], run: "R", applied: nil)]
    private static let inRun = #","run":"R""#
    /// A calendar resource that was named is not added by the API.
    private static let roomless = [Write(before: ["a"], wanted: ["b", "r"], left: ["b"])]
    private static let shared = [
        run[0], Write(before: ["b"], wanted: ["b", "x"], run: "S"), Write(before: ["b", "x"], wanted: ["c"], run: "R"),
    ]
    private static let redone = [
        run[0], Write(before: ["b"], wanted: ["a"], undoes: 1), Write(before: ["a"], wanted: ["c"], run: "R"),
    ]

    @Test(arguments: [
        Row(name: "what it left is there", now: ["b"], written: ["a"]),
        Row(name: "put back already", now: ["a"]),
        Row(name: "somebody else", now: ["c"], code: 412, message: "somebody else has changed them since; see force"),
        Row(name: "somebody more", now: ["b", "c"], code: 412),
        Row(name: "somebody less", now: [], code: 412),
        Row(name: "somebody else, by force", params: #","force":true"#, now: ["c"], written: ["a"]),
        Row(name: "put back already, by force", params: #","force":true"#, now: ["a"]),
        Row(
            name: "who is expected, by force", params: #","force":true,"expected_contact_ids":["cnt_c"]"#, now: ["c"],
            rooms: ["r"], written: ["a"]),
        Row(
            name: "others than expected, by force", params: #","force":true,"expected_contact_ids":["cnt_c"]"#,
            now: ["c", "d"], code: 412, message: "are not those that were expected, so nothing was written"),
        Row(
            name: "who is expected, and was not left", params: #","expected_contact_ids":["cnt_c"]"#, now: ["c"],
            code: 412, message: "somebody else has changed them since; see force"),
        Row(name: "who was before was kept by the API", now: ["a", "b"], written: ["a"]),
        Row(name: "a calendar resource besides", now: ["b"], rooms: ["r"], written: ["a"]),
        Row(
            name: "a calendar resource that was not marked then",
            writes: [Write(before: ["a", "r"], wanted: ["b"])], now: ["b"], rooms: ["r"], written: ["a"]),
        Row(name: "dry run", params: #","dry_run":true"#, now: ["b"]),
        Row(name: "dry run, somebody else", params: #","dry_run":true"#, now: ["c"], code: 412),
        Row(name: "undone already", writes: undone, now: ["a"]),
        Row(name: "undone and redone", writes: undone, now: ["b"], written: ["a"]),
        Row(
            name: "an undo by its number", writes: undone, params: #","number":2"#, now: ["a"], written: ["b"],
            undoes: 2),
        Row(name: "the same twice", writes: undone, params: #","number":2"#, now: ["b"]),
        Row(name: "never made", writes: [Write(before: ["a"], wanted: ["b"], applied: nil)], now: ["a"]),
        Row(
            name: "made, nobody knows", writes: [Write(before: ["a"], wanted: ["b"], applied: "unknown")], now: ["b"],
            written: ["a"]),
        Row(name: "refused", writes: [Write(before: ["a"], wanted: ["b"], applied: "no")], now: ["b"], code: 404),
        Row(name: "no such number", params: #","number":7"#, now: ["b"], code: 404),
        Row(name: "no such run", params: #","run":"Q""#, now: ["b"], code: 404),
        Row(name: "a run", writes: run, params: inRun, now: ["c"], written: ["a"]),
        Row(name: "a run, put back already", writes: run, params: inRun, now: ["a"]),
        Row(name: "a run, of which only the last is undone", writes: run, params: inRun, now: ["b"], code: 412),
        Row(name: "the last of a run", writes: run, now: ["c"], written: ["b"], undoes: 2),
        Row(name: "a run whose last was not made", writes: unsure, params: inRun, now: ["b"], written: ["a"]),
        Row(name: "a run whose last was made", writes: unsure, params: inRun, now: ["c"], written: ["a"]),
        Row(
            name: "a run and its undo of the same name",
            writes: run + [Write(before: ["c"], wanted: ["a"], run: "R", undoes: 1)], params: inRun, now: ["a"]),
        Row(name: "who was wanted and did not come", writes: roomless, now: ["b"], written: ["a"]),
        Row(name: "who came after all", writes: roomless, now: ["b", "r"], written: ["a"]),
        Row(name: "somebody more, of those who came", writes: roomless, now: ["b", "c"], code: 412),
        Row(name: "somebody less, of those who came", writes: roomless, now: [], code: 412),
        Row(
            name: "not read back", writes: [Write(before: ["a"], wanted: ["b", "r"])], now: ["b"], code: 412),
        Row(
            name: "a run whose first left others than wanted",
            writes: [
                Write(before: ["a"], wanted: ["b", "r"], run: "R", left: ["b"]),
                Write(before: ["b"], wanted: ["c"], run: "R"),
            ], params: inRun, now: ["c"], written: ["a"]),
        Row(
            name: "a run between whose writes somebody came", writes: shared, params: inRun, now: ["c"], code: 412,
            message: "by others between two replacements of the run (cnt_x), so nothing was written; see force"),
        Row(
            name: "the same by force", writes: shared, params: inRun + #","force":true"#, now: ["c"], written: ["a"]),
        Row(
            name: "the same, where it was a calendar resource", writes: shared, params: inRun, now: ["c"],
            rooms: ["x"], written: ["a"]),
        Row(
            name: "a run that was undone between its writes", writes: redone, params: inRun, now: ["c"],
            written: ["a"]),
        Row(
            name: "a later run", writes: run + [Write(before: ["c"], wanted: ["d"], run: "S")], params: inRun,
            now: ["d"], code: 412, message: #"the run \"S\" has changed them since. Undo that run first, or see force"#),
        Row(
            name: "a later write", writes: run + [Write(before: ["c"], wanted: ["d"])], params: inRun, now: ["d"],
            code: 412, message: "the write with the number 3 has changed them since"),
        Row(
            name: "a later write that was undone, and somebody else",
            writes: run + [
                Write(before: ["c"], wanted: ["d"], run: "S"), Write(before: ["d"], wanted: ["c"], undoes: 3),
            ], params: inRun, now: ["e"], code: 412, message: "somebody else has changed them since"),
        Row(
            name: "undone already, and somebody else", writes: undone, now: ["e"], code: 412,
            message: "it was undone already, and somebody has changed them since"),
        Row(
            name: "the number, not the run", writes: run, params: #","run":"R","number":2"#, now: ["c"], written: ["b"],
            undoes: 2),
    ])
    func putsBack(row: Row) throws {
        let journal = Self.journal(row.writes)
        let stage = Stage(
            [
                Self.read(row.now, rooms: row.rooms), .answer(200),
                Self.read(row.written ?? [], rooms: row.rooms),
            ], journal: journal)
        let answer = try Self.undo(stage, row.params + #","options":{"run":"U"}"#)
        #expect(answer.code == row.code, "\(answer)")
        #expect(row.message.isEmpty || answer.text.contains(row.message), "\(answer)")
        let list = row.written.map { ids in "[" + ids.map { "\"cnt_\($0)\"" }.joined(separator: ",") + "]" }
        #expect(stage.sent.filter { $0.verb == .put }.map(\.body) == (list.map { [#"{"contact_ids":\#($0)}"#] } ?? []))
        guard row.written != nil else {
            #expect(journal.records.count == row.writes.count, "nothing is noted where nothing is written")
            if row.code == nil, !row.params.contains("dry_run") {
                #expect(answer.text.contains(#""added":[],"removed":[]"#), "\(answer)")
                #expect(answer.text.contains(#""verified":true"#), "\(answer)")
            }
            return
        }
        #expect(answer.text.contains(#""verified":true"#), "\(answer)")
        let noted = try #require(journal.records.first)
        #expect(noted.undoes == row.undoes && noted.run == "U" && noted.applied == "yes", "\(noted)")
    }

    /// The whole way: the journal's own lines of a replacement, an undo, and the undo of that.
    @Test func goesByTheJournalsOwnLines() throws {
        let journal = FakeJournal()
        func play(_ method: String, _ params: String, now: String, after: String) throws -> (StageAnswer, Stage) {
            let stage = Stage([Self.read([now]), .answer(200), Self.read([after])], journal: journal)
            stage.loop.send(
                #"{"jsonrpc":"2.0","id":1,"method":"engagement.\#(method)","params":{"engagement_id":"ngmt_a"\#(params)}}"#
            )
            stage.run(20)
            return (try #require(stage.answer(1)), stage)
        }
        #expect(try play("undo", "", now: "a", after: "a").0.code == 404)
        _ = try play("replaceContacts", #","contact_ids":["cnt_b"]"#, now: "a", after: "b")
        let (refused, _) = try play("undo", "", now: "c", after: "c")
        #expect(refused.code == 412 && refused.text.contains(#""current_contact_ids":["cnt_c"]"#), "\(refused)")
        #expect(refused.applied == "no" && refused.retryable == false)
        let (undone, _) = try play("undo", "", now: "b", after: "a")
        #expect(undone.isResult && journal.records.map(\.undoes) == [journal.records[1].number, nil])
        let (again, nothing) = try play("undo", "", now: "a", after: "a")
        #expect(again.isResult && nothing.sent.count == 1, "\(again)")
        let number = try #require(journal.records.first).number
        let (redone, stage) = try play("undo", #","number":\#(number)"#, now: "a", after: "b")
        #expect(redone.isResult && stage.sent[1].body == #"{"contact_ids":["cnt_b"]}"#, "\(redone)")
    }

    /// Whoever was read back after a replacement is in the journal where others were wanted, and undo goes by that.
    @Test func whoWasReadBackIsNoted() throws {
        let journal = FakeJournal()
        let replacing = Stage([Self.read(["a"]), .answer(200), Self.read(["b"])], journal: journal)
        replacing.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"engagement.replaceContacts","params":{"engagement_id":"ngmt_a","contact_ids":["cnt_b","cnt_r"],"report_changes":true}}"#
        )
        replacing.run(5)
        #expect(replacing.answer(1)?.isResult == true && journal.story == ["begin", "yes 200", "left cnt_b"])
        let more = Stage([Self.read(["b", "c"])], journal: journal)
        #expect(try Self.undo(more).code == 412 && more.sent.count == 1)
        let stage = Stage([Self.read(["b"]), .answer(200), Self.read(["a"])], journal: journal)
        let answer = try Self.undo(stage)
        #expect(answer.isResult && answer.text.contains(#""verified":true"#), "\(answer)")
        #expect(journal.story.dropFirst(3) == ["begin", "yes 200"], "what was asked for needs no further line")
    }

    /// A calendar resource that the API does not mark was there before, and is refused when it is put back.
    @Test func whoTheAPIRefusesIsLeftOut() throws {
        let refusal = Fate.answer(422, #"{"errors":[{"field":"contact_ids[1]","code":"invalid","message":"m"}]}"#)
        let journal = FakeJournal()
        let replacing = Stage(
            [Self.read(["a", "r"]), refusal, .answer(200), Self.read(["b", "r"])], journal: journal)
        replacing.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"engagement.replaceContacts","params":["ngmt_a",["cnt_b","cnt_r"]]}"#)
        replacing.run(5)
        #expect(replacing.answer(1)?.isResult == true && journal.records.map(\.applied) == ["yes", "no"])
        #expect(journal.records.map(\.before) == [["cnt_a", "cnt_r"], ["cnt_a", "cnt_r"]], "who was there is noted")
        let stage = Stage([Self.read(["b", "r"]), refusal, .answer(200), Self.read(["a", "r"])], journal: journal)
        let answer = try Self.undo(stage)
        #expect(stage.sent.map(\.body)[2] == #"{"contact_ids":["cnt_a"]}"#)
        #expect(answer.text.contains(#""verified":true"#), "\(answer)")
        let repeated = Stage([Self.read(["a", "r"])], journal: journal)
        #expect(try Self.undo(repeated).isResult && repeated.sent.count == 1)
    }

    @Test(arguments: [
        (#","number":-1"#, "number"), (#","number":1.5"#, "number"), (#","number":"1""#, "number"),
        (#","number":9007199254740993"#, "number"), (#","run":"""#, "run"), (#","run":7"#, "run"),
        (#","run":"a\u0007""#, "run"), (#","run":"a\u202e""#, "run"),
        (#","run":""# + String(repeating: "a", count: 101) + "\"", "run"),
        (#","options":{"run":""}"#, "options.run"), (#","options":{"run":"a\n"}"#, "options.run"),
        (#","options":{"run":{}}"#, "options.run"), (#","options":{"ran":"a"}"#, "Did you mean run?"),
    ])
    func badInputIsRefused(params: String, named: String) throws {
        let stage = Stage([Self.read(["b"])], journal: Self.journal(Self.one))
        let answer = try Self.undo(stage, params)
        #expect(answer.code == -32602 && answer.text.contains(named) && stage.sent.isEmpty, "\(answer)")
    }

    @Test func aRunsNameMayHaveAnyPrintableCharacters() throws {
        let name = String(repeating: "ü 漢\u{1F600}", count: 25)
        let journal = FakeJournal()
        let stage = Stage([Self.read(["a"]), .answer(200)], journal: journal)
        stage.put(1, options: #"{"run":"\#(name)"}"#)
        stage.run(1)
        #expect(stage.answer(1)?.isResult == true && journal.records.map(\.run) == [name])
    }
}
