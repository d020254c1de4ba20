import Bytes
import HTTP
import Journal
import Testing

@testable import Service

/// Edits that look before they write: nothing is written unless everything before it went well.
@Suite struct SafeEditTests {
    static func read(_ ids: [String]) -> Fate {
        let items = (ids.map { #"{"id":"\#($0)"}"# } + [#"{"id":"cnt_room","is_calendar_resource":true}"#])
        return .answer(200, #"{"id":"ngmt_a","contacts":[\#(items.joined(separator: ","))]}"#)
    }

    private func call(_ stage: Stage, _ method: String, _ params: String, seconds: Double = 40) throws -> StageAnswer {
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"engagement.\#(method)","params":{"engagement_id":"ngmt_a"\#(params)}}"#)
        stage.run(seconds)
        return try #require(stage.answer(1))
    }

    /// A call, what it meets, and what comes of it.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        var method = "replaceContacts"
        var params = #","contact_ids":["cnt_b"]"#
        let fates: [Fate]
        let sent: [String]
        var code: Int?
        var applied: String?
        var holds: [String] = []
        /// What the journal holds afterwards; nil where there is none.
        var story: [String]?
        /// Which event or search of the journal fails, from 1.
        var journalFails = 0
        var testDescription: String { name }
    }

    private static let put = #"PUT {"contact_ids":["cnt_b"]}"#

    static let plain: [Row] = [
        Row(name: "no more than one PUT", fates: [.answer(200)], sent: [put], holds: [#""data":{"ok":true},"meta""#]),
        Row(
            name: "dry run", params: #","contact_ids":["cnt_b","cnt_room"],"dry_run":true"#, fates: [read(["cnt_a"])],
            sent: ["GET"],
            holds: [#""added":["cnt_b"],"removed":["cnt_a"],"kept":[],"preserved":["cnt_room"],"verified":false"#]),
        Row(
            name: "report", params: #","contact_ids":["cnt_b","cnt_b"],"report_changes":true"#,
            fates: [read(["cnt_a"]), .answer(200), read(["cnt_b"])], sent: ["GET", put, "GET"],
            holds: [#""data":{"ok":true},"changes":{"before":["cnt_a"],"after":["cnt_b"]"#, #""verified":true"#]),
        Row(
            name: "as expected, calendar resources aside",
            params: #","contact_ids":["cnt_b"],"expected_contact_ids":["cnt_c","cnt_a","cnt_room"]"#,
            fates: [read(["cnt_a", "cnt_c"]), .answer(200), read(["cnt_b"])], sent: ["GET", put, "GET"],
            holds: [#""removed":["cnt_a","cnt_c"]"#]),
        Row(
            name: "not as expected", params: #","contact_ids":["cnt_b"],"expected_contact_ids":["cnt_c"]"#,
            fates: [read(["cnt_a"])], sent: ["GET"], code: 412, applied: "no",
            holds: [#""kind":"precondition_failed""#, #""current_contact_ids":["cnt_a"]"#]),
        Row(
            name: "an empty set that is expected", params: #","contact_ids":["cnt_b"],"expected_contact_ids":[]"#,
            fates: [read(["cnt_a"])], sent: ["GET"], code: 412, applied: "no"),
        Row(
            name: "nothing to change", params: #","contact_ids":["cnt_c","cnt_a"],"report_changes":true"#,
            fates: [read(["cnt_a", "cnt_c"])], sent: ["GET"], holds: [#""added":[],"removed":[]"#, #""verified":true"#]),
        Row(
            name: "remove", method: "removeContacts", params: #","contact_ids":["cnt_a","cnt_x","cnt_room"]"#,
            fates: [read(["cnt_a", "cnt_b"]), .answer(200), read(["cnt_b"])], sent: ["GET", put, "GET"],
            holds: [#""removed":["cnt_a"],"kept":["cnt_b"]"#]),
        Row(
            name: "remove nobody", method: "removeContacts", params: #","contact_ids":["cnt_x"]"#,
            fates: [read(["cnt_a"])], sent: ["GET"], holds: [#""removed":[],"kept":["cnt_a"]"#]),
        Row(
            name: "who is kept although they were to go", params: #","contact_ids":["cnt_b"],"report_changes":true"#,
            fates: [read(["cnt_a", "cnt_h", "cnt_g"]), .answer(200), read(["cnt_b", "cnt_h", "cnt_g"])],
            sent: ["GET", put, "GET"],
            holds: [#""removed":["cnt_a","cnt_h","cnt_g"]"#, #""remaining":["cnt_h","cnt_g"],"verified":false"#]),
        Row(
            name: "a calendar resource that is marked only on the read-back",
            params: #","contact_ids":["cnt_b","cnt_room"],"report_changes":true"#,
            fates: [
                .answer(200, #"{"id":"ngmt_a","contacts":[{"id":"cnt_a"},{"id":"cnt_room"}]}"#), .answer(200),
                read(["cnt_b"]),
            ],
            sent: ["GET", #"PUT {"contact_ids":["cnt_b","cnt_room"]}"#, "GET"],
            holds: [
                #""before":["cnt_a"],"after":["cnt_b"],"added":["cnt_b"],"removed":["cnt_a"],"kept":[]"#,
                #""preserved":["cnt_room"],"verified":true"#,
            ]),
        Row(
            name: "undo without a journal", method: "undo", params: "", fates: [read([])], sent: [], code: 1005,
            applied: "no"),
    ]

    /// Each step failing in each way, with nothing written unless all before it went well.
    static let failures: [Row] = ["replaceContacts", "removeContacts", "addContacts"].flatMap { method -> [Row] in
        let params = #","contact_ids":["cnt_b"]"# + (method == "replaceContacts" ? #","report_changes":true"# : "")
        let present = method == "removeContacts" ? ["cnt_a", "cnt_b"] : ["cnt_a"]
        let sets = ["replaceContacts": ["cnt_b"], "removeContacts": ["cnt_a"], "addContacts": ["cnt_a", "cnt_b"]]
        let ids = sets[method, default: []].map { "\"\($0)\"" }.joined(separator: ",")
        let put = #"PUT {"contact_ids":[\#(ids)]}"#
        let reads: [(String, Fate, Int)] = [
            ("404", .answer(404), 404), ("403", .answer(403), 403), ("500", .answer(500), 500),
            ("cut", .broken(status: 200), 1004), ("no list", .answer(200, "{}"), 1004), ("silence", .silence, 1002),
        ]
        let writes: [(String, Fate, Int, String, String)] = [
            ("404", .answer(404), 404, "no", "no 404"), ("422", .answer(422, "{}"), 422, "no", "no 422"),
            ("500", .answer(500), 500, "unknown", "unknown 500"), ("cut", .broken(status: 200), 1004, "yes", "yes 200"),
            ("lost", .broken(), 1001, "unknown", "unknown"), ("silence", .silence, 1002, "unknown", "unknown"),
            ("unsent", .unsent(.connect), 1001, "no", "no"),
        ]
        let back: [(String, Fate)] = [
            ("404", .answer(404)), ("cut", .broken(status: 200)), ("no list", .answer(200, "{}")),
            ("silence", .silence),
        ]
        return reads.map { name, fate, code in
            Row(
                name: "\(method), read \(name)", method: method, params: params, fates: [fate], sent: ["GET"],
                code: code,
                applied: "no", story: [])
        }
            + writes.map { name, fate, code, applied, end in
                Row(
                    name: "\(method), write \(name)", method: method, params: params, fates: [read(present), fate],
                    sent: name == "unsent" ? ["GET"] : ["GET", put], code: code, applied: applied,
                    story: ["begin", end])
            }
            + back.map { name, fate in
                Row(
                    name: "\(method), read-back \(name)", method: method, params: params,
                    fates: [read(present), .answer(200), fate], sent: ["GET", put, "GET"],
                    holds: [#""verified":false"#], story: ["begin", "yes 200"])
            }
            + [
                Row(
                    name: "\(method), the journal is full", method: method, params: params, fates: [read(present)],
                    sent: ["GET"], code: 1009, applied: "no",
                    holds: ["The journal can't be written: no space; nothing was written."], story: [],
                    journalFails: 1),
                Row(
                    name: "\(method), all went well, but for the journal's last line", method: method, params: params,
                    fates: [read(present), .answer(200), read(sets[method, default: []])], sent: ["GET", put, "GET"],
                    holds: [#""verified":true"#], story: ["begin"], journalFails: 2),
            ]
    }

    @Test(arguments: plain + failures) func comesTo(row: Row) throws {
        let journal = row.story.map { _ in FakeJournal() }
        var asked = 0
        journal?.fails = {
            asked += 1
            return asked == row.journalFails
        }
        let stage = Stage(row.fates, journal: journal) { ($0.maxAttempts, $0.timeoutMs) = (1, 5000) }
        let answer = try call(stage, row.method, row.params)
        #expect(answer.code == row.code && answer.applied == row.applied, "\(answer)")
        for text in row.holds { #expect(answer.text.contains(text), "\(answer)") }
        #expect(stage.sent.map { "\($0.verb == .get ? "GET" : "PUT \($0.body)")" } == row.sent)
        #expect(answer.attempts == row.sent.count, "\(answer)")
        #expect(journal?.story == row.story)
    }

    @Test func aJournaledReplacementReadsFirstAndIsToldAsBefore() throws {
        let journal = FakeJournal()
        let stage = Stage([Self.read(["cnt_b"]), .answer(200)], journal: journal)
        let answer = try call(stage, "replaceContacts", #","contact_ids":["cnt_b"]"#)
        #expect(stage.sent.map(\.verb) == [.get, .put], "written although it changes nothing")
        #expect(answer.text.contains(#""result":{"data":{"ok":true},"meta""#), "\(answer)")
        #expect(journal.records.first?.before == ["cnt_b"])
    }

    @Test func aJournalThatDoesNotAnswerEndsWithTheCallsTime() throws {
        let journal = FakeJournal()
        journal.isSilent = true
        let stage = Stage([Self.read(["cnt_a"])], journal: journal) { $0.timeoutMs = 2000 }
        let answer = try call(stage, "replaceContacts", #","contact_ids":["cnt_b"]"#, seconds: 2.5)
        #expect(answer.code == 1002 && answer.applied == "no" && stage.sent.count == 1, "\(answer)")
        journal.isSilent = false
        stage.run(1)
        #expect(stage.sent.count == 1 && journal.story == ["begin", "no"])
    }

    /// A disk that hangs ends one call, and what waited behind it is sent at once, not when something else happens.
    @Test func whatWaitedBehindASilentJournalIsSentAtOnce() {
        let journal = FakeJournal()
        journal.isSilent = true
        let stage = Stage([Self.read(["cnt_a"])], journal: journal)
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"engagement.replaceContacts","params":{"engagement_id":"ngmt_a","#
                + #""contact_ids":["cnt_b"],"options":{"timeout_ms":2000}}}"#)
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":2,"method":"engagement.addContacts","params":{"engagement_id":"ngmt_a","#
                + #""contact_ids":["cnt_c"]}}"#)
        stage.run(1.9)
        #expect(stage.sent.count == 1 && stage.answers.isEmpty, "the first is behind the journal, the second behind it")
        stage.run(0.2)
        #expect(stage.answer(1)?.code == 1002)
        #expect(stage.sent.map(\.startedAt.offset).filter { $0 > 1 } == [2], "\(stage.sent.map(\.startedAt.offset))")
    }

    @Test func otherWritesAreNotedToo() throws {
        let journal = FakeJournal()
        let stage = Stage([.answer(201)], journal: journal)
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"tag.create","params":{"name":"n"}}"#)
        stage.loop.send(#"{"jsonrpc":"2.0","id":2,"method":"contact.delete","params":["cnt_a"]}"#)
        stage.loop.send(#"{"jsonrpc":"2.0","id":3,"method":"contact.get","params":["cnt_a"]}"#)
        stage.run(2)
        #expect(journal.story == ["begin", "begin", "yes 201", "yes 201"])
        #expect(journal.events.map(\.resource).sorted() == ["", "", "cnt_a", "cnt_a"])
        stage.loop.send(#"{"jsonrpc":"2.0","id":4,"method":"journal.list","params":{"limit":1}}"#)
        stage.run(1)
        let list = try #require(stage.answer(4))
        #expect(list.text.contains(#""data":{"entries":[{"number":"#) && list.attempts == 0, "\(list)")
    }
}
