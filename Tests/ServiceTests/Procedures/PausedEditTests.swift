import HTTP
import Testing

@testable import Service

/// An edit whose write has to pause: what it rests on is read again, so nobody is lost who came meanwhile.
@Suite struct PausedEditTests {
    typealias Row = SafeEditTests.Row

    private static func read(_ ids: String...) -> Fate { SafeEditTests.read(ids) }
    private static func put(_ ids: String...) -> String {
        "PUT {\"contact_ids\":[" + ids.map { "\"\($0)\"" }.joined(separator: ",") + "]}"
    }
    private static let unmarked = Fate.answer(
        200, #"{"id":"ngmt_a","contacts":[{"id":"cnt_a"},{"id":"cnt_r"}]}"#)
    private static let refusal = Fate.answer(
        422, #"{"errors":[{"field":"contact_ids[1]","code":"invalid","message":"m"}]}"#)
    private static func throttle(_ seconds: String) -> Fate { .answer(429, "{}", [(.retryAfter, seconds)]) }

    static let rows: [Row] = [
        Row(
            name: "who came meanwhile stays", method: "addContacts",
            fates: [
                read("cnt_a"), throttle("4"), read("cnt_a", "cnt_x"), .answer(200), read("cnt_a", "cnt_x", "cnt_b"),
            ],
            sent: ["GET", put("cnt_a", "cnt_b"), "GET", put("cnt_a", "cnt_x", "cnt_b"), "GET"],
            holds: [#""before":["cnt_a","cnt_x"]"#, #""added":["cnt_b"]"#, #""verified":true"#],
            story: ["begin", "no 429", "begin", "yes 200"]),
        Row(
            name: "who left meanwhile does not come back", method: "removeContacts",
            params: #","contact_ids":["cnt_a"]"#,
            fates: [read("cnt_a", "cnt_x"), throttle("4"), read("cnt_a", "cnt_c"), .answer(200), read("cnt_c")],
            sent: ["GET", put("cnt_x"), "GET", put("cnt_c"), "GET"], holds: [#""verified":true"#],
            story: ["begin", "no 429", "begin", "yes 200"]),
        Row(
            name: "what was expected is no more", method: "replaceContacts",
            params: #","contact_ids":["cnt_b"],"expected_contact_ids":["cnt_a"]"#,
            fates: [read("cnt_a"), throttle("4"), read("cnt_a", "cnt_x")], sent: ["GET", put("cnt_b"), "GET"],
            code: 412,
            holds: [#""applied":"no""#, #""current_contact_ids":["cnt_a","cnt_x"]"#, #""attempts":3"#],
            story: ["begin", "no 429"]),
        Row(
            name: "somebody else did it meanwhile", method: "addContacts",
            fates: [read("cnt_a"), throttle("4"), read("cnt_a", "cnt_b")],
            sent: ["GET", put("cnt_a", "cnt_b"), "GET"], holds: [#""added":[],"#, #""verified":true"#],
            story: ["begin", "no 429"]),
        Row(
            name: "the second read fails", method: "addContacts", fates: [read("cnt_a"), throttle("4"), .answer(404)],
            sent: ["GET", put("cnt_a", "cnt_b"), "GET"], code: 404, holds: [#""applied":"no""#],
            story: ["begin", "no 429"]),
        // Where the API takes a request every four seconds, the write would wait for ever behind its reads.
        Row(
            name: "read again once", method: "addContacts",
            fates: [
                read("cnt_a"), throttle("4"), read("cnt_a"), throttle("4"), .answer(200), read("cnt_a", "cnt_b"),
            ],
            sent: ["GET", put("cnt_a", "cnt_b"), "GET", put("cnt_a", "cnt_b"), put("cnt_a", "cnt_b"), "GET"],
            holds: [#""verified":true"#], story: ["begin", "no 429", "begin", "yes 200"]),
        Row(
            name: "three attempts of the write and no more", method: "addContacts",
            fates: [read("cnt_a"), throttle("4"), read("cnt_a"), throttle("4"), throttle("4"), read("cnt_a")],
            sent: ["GET", put("cnt_a", "cnt_b"), "GET", put("cnt_a", "cnt_b"), put("cnt_a", "cnt_b")],
            code: 429, holds: [#""applied":"no""#, #""attempts":5"#, #""retry_after_ms":4000"#],
            story: ["begin", "no 429", "begin", "no 429"]),
        Row(
            name: "who is refused and who pauses, in turn", method: "addContacts",
            fates: [
                unmarked, refusal, throttle("4"), unmarked, refusal, throttle("4"),
                throttle("4"), .answer(200),
            ],
            sent: [
                "GET", put("cnt_a", "cnt_r", "cnt_b"), put("cnt_a", "cnt_b"), "GET", put("cnt_a", "cnt_r", "cnt_b"),
                put("cnt_a", "cnt_b"), put("cnt_a", "cnt_b"),
            ],
            code: 429, holds: [#""applied":"no""#],
            story: ["begin", "no 422", "begin", "no 429", "begin", "no 422", "begin", "no 429"]),
        Row(
            name: "a short pause is none", method: "addContacts",
            fates: [read("cnt_a"), throttle("2"), .answer(200), read("cnt_a", "cnt_b")],
            sent: ["GET", put("cnt_a", "cnt_b"), put("cnt_a", "cnt_b"), "GET"], holds: [#""verified":true"#],
            story: ["begin", "yes 200"]),
        // It may have been made: the set would be its own work.
        Row(
            name: "what may have been made is repeated", method: "addContacts",
            fates: [
                read("cnt_a"), .answer(503, "{}", [(.retryAfter, "4")]), .answer(200), read("cnt_a", "cnt_b"),
            ],
            sent: ["GET", put("cnt_a", "cnt_b"), put("cnt_a", "cnt_b"), "GET"], holds: [#""verified":true"#],
            story: ["begin", "yes 200"]),
    ]

    @Test(arguments: rows) func comesTo(row: Row) throws {
        let journal = FakeJournal()
        let stage = Stage(row.fates, journal: journal)
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"engagement.\#(row.method)","params":{"engagement_id":"ngmt_a"\#(row.params)}}"#
        )
        stage.run(40)
        let answer = try #require(stage.answer(1))
        #expect(answer.code == row.code, "\(answer)")
        for text in row.holds { #expect(answer.text.contains(text), "\(answer)") }
        #expect(stage.sent.map { "\($0.verb == .get ? "GET" : "PUT \($0.body)")" } == row.sent)
        #expect(answer.attempts == row.sent.count, "\(answer)")
        #expect(journal.story == row.story)
    }

    /// Another call's 429 shuts the gate for all; the write that waits there rests on what is old then, too.
    @Test func aPauseForAnothersSakeCounts() throws {
        let stage = Stage([
            Fate.answer(200, #"{"id":"ngmt_a","contacts":[{"id":"cnt_a"}]}"#, after: 0.2), Self.throttle("4"),
            Self.read("cnt_a", "cnt_x"), .answer(200), Self.read("cnt_a", "cnt_x", "cnt_b"),
        ])
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"engagement.addContacts","params":{"engagement_id":"ngmt_a","contact_ids":["cnt_b"]}}"#
        )
        stage.run(0.1)
        stage.get(2, "ngmt_b", options: #"{"max_attempts":1}"#)
        stage.run(30)
        let writes = stage.sent.filter { $0.verb == .put }.map(\.body)
        #expect(writes == [#"{"contact_ids":["cnt_a","cnt_x","cnt_b"]}"#], "\(stage.sent.map(\.target))")
        #expect(try #require(stage.answer(1)).text.contains(#""verified":true"#))
    }

    /// A person's yes covers what was shown: where that has changed during the pause, they are asked again.
    @Test(arguments: [true, false]) func whoWasAskedIsAskedAgain(hasChanged: Bool) {
        let host = AgentStage([
            "ngmt_q/contacts": [Self.throttle("4"), .answer(200)],
            "ngmt_q?": [
                .answer(200, AgentStage.engagement), .answer(200, AgentStage.engagement),
                .answer(200, hasChanged ? #"{"contacts":[{"id":"cnt_a"},{"id":"cnt_x"}]}"# : AgentStage.engagement),
            ],
        ])
        host.replace(1, "ngmt_q")
        host.stage.run(1)
        #expect(host.isAsked(1))
        host.answer(1)
        host.stage.run(10)
        #expect(host.isAsked(2) == hasChanged)
        #expect(host.written.count == (hasChanged ? 1 : 2) && (host.stage.answer(1) == nil) == hasChanged)
        guard hasChanged else { return }
        host.answer(2, #""result":{"action":"decline"}"#)
        host.stage.run(1)
        #expect(host.written.count == 1 && host.stage.answer(1)?.text.contains(#"\"applied\":\"no\""#) == true)
    }

    /// So it is with any other change that a person was asked for: where nothing has changed, they are not, although
    /// the pause has used up the time for look-ups.
    @Test(arguments: [true, false], ["4", "16"]) func aRecordIsShownAgain(hasChanged: Bool, pause: String) {
        let before = Fate.answer(200, #"{"id":"cmp_1","name":"A"}"#)
        let now = Fate.answer(200, #"{"id":"cmp_1","name":"\#(hasChanged ? "B" : "A")"}"#)
        let written = Fate.answer(200, #"{"id":"cmp_1","name":"C"}"#)
        let host = AgentStage(
            ["/v2/companies/cmp_1": [before, before, Self.throttle(pause), now, written]], confirm: .always)
        host.tool(1, "company_update", #"{"company_id":"cmp_1","name":"C"}"#)
        host.stage.run(1)
        #expect(host.isAsked(1))
        host.answer(1)
        host.stage.run(20)
        #expect(host.isAsked(2) == hasChanged, "\(host.stage.answers)")
        #expect(host.written.count == (hasChanged ? 1 : 2), "\(host.stage.sent.map(\.target))")
    }

    /// A deletion that had to pause looks again whether the contact is on an engagement.
    @Test func aDeletionLooksAgain() throws {
        let nothing = Fate.answer(200, #"{"object":"list","data":[],"has_more":false}"#)
        let one = Fate.answer(
            200, #"{"object":"list","data":[{"id":"ngmt_9","contacts":[{"id":"cnt_a"}]}],"has_more":false}"#)
        let stage = Stage([
            .answer(200, #"{"id":"cnt_a"}"#), .answer(200, #"{"id":"cnt_b"}"#), nothing, nothing, nothing,
            Self.throttle("4"), one, .answer(200, #"{"id":"cnt_a","deleted":true}"#),
        ])
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"contact.merge","params":{"contact_id":"cnt_a","into_contact_id":"cnt_b","delete":true}}"#
        )
        stage.run(20)
        let answer = try #require(stage.answer(1))
        #expect(answer.text.contains(#""deleted":false"#) && answer.text.contains("ngmt_9"), "\(answer)")
        #expect(stage.sent.count { $0.verb == .delete } == 1)
    }
}
