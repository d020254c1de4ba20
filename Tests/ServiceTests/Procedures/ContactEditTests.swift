import Bytes
import HTTP
import Testing

@testable import Service

/// `engagement.addContacts`: reading, replacing, reading back, and everything that can come between.
@Suite struct ContactEditTests {
    private static func list(_ ids: [String], room: Bool = true) -> String {
        let items = ids.map { #"{"id":"\#($0)"}"# } + (room ? [#"{"id":"cnt_room","is_calendar_resource":true}"#] : [])
        return #"{"id":"ngmt_a","contacts":["# + items.joined(separator: ",") + "]}"
    }

    private static func read(_ ids: [String], room: Bool = true) -> Fate { .answer(200, list(ids, room: room)) }

    private func add(_ stage: Stage, _ ids: String, _ more: String = "") -> StageAnswer? {
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"engagement.addContacts","params":{"engagement_id":"ngmt_a","contact_ids":\#(ids)\#(more)}}"#
        )
        stage.run(20)
        return stage.answer(1)
    }

    private func changes(
        _ before: String, _ after: String?, added: String, kept: String, preserved: String = #"["cnt_room"]"#,
        verified: Bool
    ) -> String {
        #""changes":{"before":\#(before)"# + (after.map { #","after":\#($0)"# } ?? "")
            + #","added":\#(added),"removed":[],"kept":\#(kept),"preserved":\#(preserved),"verified":\#(verified)}"#
    }

    @Test func theFullSetIsWrittenAndReadBack() throws {
        let stage = Stage([Self.read(["cnt_a", "cnt_b"]), .answer(200), Self.read(["cnt_a", "cnt_b", "cnt_c"])])
        let answer = try #require(add(stage, #"["cnt_c","cnt_b","cnt_c","cnt_room"]"#))
        #expect(stage.sent.map(\.verb) == [.get, .put, .get])
        #expect(stage.sent.map(\.target)[0] == "/v2/engagements/ngmt_a?expand=contacts")
        #expect(stage.sent[1].target == "/v2/engagements/ngmt_a/contacts")
        #expect(stage.sent[1].body == #"{"contact_ids":["cnt_a","cnt_b","cnt_c"]}"#, "no calendar resource, none twice")
        #expect(answer.text.contains(#""result":{"data":{"ok":true},"changes":"#), "the write's own body: \(answer)")
        let expected = changes(
            #"["cnt_a","cnt_b"]"#, #"["cnt_a","cnt_b","cnt_c"]"#, added: #"["cnt_c"]"#, kept: #"["cnt_a","cnt_b"]"#,
            verified: true)
        #expect(answer.text.contains(expected) && answer.attempts == 3, "\(answer)")
    }

    @Test(arguments: [("cnt_a", ""), ("cnt_room", ""), ("cnt_c", #","dry_run":true"#)])
    func nothingIsWrittenWhereThereIsNothingToChange(id: String, more: String) throws {
        let stage = Stage([Self.read(["cnt_a"])])
        let answer = try #require(add(stage, #"["\#(id)"]"#, more))
        let expected = changes(
            #"["cnt_a"]"#, more.isEmpty ? #"["cnt_a"]"# : nil, added: more.isEmpty ? "[]" : #"["cnt_c"]"#,
            kept: #"["cnt_a"]"#, verified: more.isEmpty)
        #expect(answer.text.contains(expected) && answer.attempts == 1 && stage.sent.count == 1, "\(answer)")
        #expect(answer.text.contains(#""data":{"id":"ngmt_a","contacts":"#), "the read's body: \(answer)")
    }

    /// Where the API does not tell calendar resources apart and refuses them as contacts, they are left out, once.
    @Test func whatTheAPIListsAndRefusesIsLeftOut() throws {
        let refusal = Fate.answer(422, #"{"errors":[{"field":"contact_ids[1]","code":"invalid","message":"m"}]}"#)
        let stage = Stage([
            Self.read(["cnt_a", "cnt_hall"], room: false), refusal, .answer(200),
            Self.read(["cnt_a", "cnt_hall", "cnt_c"], room: false),
        ])
        let answer = try #require(add(stage, #"["cnt_c"]"#))
        #expect(stage.sent.map(\.body)[2] == #"{"contact_ids":["cnt_a","cnt_c"]}"#)
        let expected = changes(
            #"["cnt_a"]"#, #"["cnt_a","cnt_c"]"#, added: #"["cnt_c"]"#, kept: #"["cnt_a"]"#,
            preserved: #"["cnt_hall"]"#, verified: true)
        #expect(answer.text.contains(expected) && answer.attempts == 4, "\(answer)")
    }

    @Test(arguments: [
        #"{"errors":[{"field":"contact_ids[1]"}]}"#,
        #"{"errors":[{"field":"contact_ids[0]"},{"field":"contact_ids[1]"}]}"#,
        #"{"errors":[{"field":"other"}]}"#, #"{"errors":[{"field":"contact_ids[7]"}]}"#, "{}",
    ])
    func aRefusalOfWhatIsToBeAddedStands(body: String) throws {
        let stage = Stage([Self.read(["cnt_a"]), .answer(422, body)])
        let answer = try #require(add(stage, #"["cnt_c"]"#))
        #expect(answer.code == 422 && answer.applied == "no" && answer.attempts == 2, "\(answer)")
    }

    /// Where it does tell them apart, who is refused is a person, and would be dropped.
    @Test func whoIsNoResourceIsNotLeftOut() throws {
        let refusal = Fate.answer(422, #"{"errors":[{"field":"contact_ids[1]","code":"not_found","message":"m"}]}"#)
        let stage = Stage([Self.read(["cnt_a", "cnt_b"]), refusal])
        let answer = try #require(add(stage, #"["cnt_c"]"#))
        #expect(answer.code == 422 && answer.applied == "no" && stage.sent.count == 2, "\(answer)")
    }

    /// Who was left out and is gone was no resource, and was dropped.
    @Test func whoWasLeftOutAndIsGoneIsTold() throws {
        let refusal = Fate.answer(422, #"{"errors":[{"field":"contact_ids[1]","code":"invalid","message":"m"}]}"#)
        let stage = Stage([
            Self.read(["cnt_a", "cnt_b"], room: false), refusal, .answer(200),
            Self.read(["cnt_a", "cnt_c"], room: false),
        ])
        let answer = try #require(add(stage, #"["cnt_c"]"#))
        #expect(
            answer.text.contains(#""removed":["cnt_b"],"kept":["cnt_a"],"preserved":[],"verified":false"#), "\(answer)")
    }

    @Test func aSecondRefusalStands() throws {
        let refusal = Fate.answer(422, #"{"errors":[{"field":"contact_ids[0]"}]}"#)
        let stage = Stage([Self.read(["cnt_a", "cnt_b"], room: false), refusal])
        let answer = try #require(add(stage, #"["cnt_c"]"#))
        #expect(answer.code == 422 && answer.applied == "no" && answer.attempts == 3, "\(answer)")
    }

    /// A change that was made is no failure because it could not be looked at.
    @Test(arguments: [Fate.answer(404), .answer(403), .broken(), .answer(200, "<html>"), .answer(200, "{}"), .silence])
    func aReadBackThatFailsLeavesTheChangeMade(fate: Fate) throws {
        let stage = Stage([Self.read(["cnt_a"]), .answer(200), fate]) { $0.timeoutMs = 5000 }
        let answer = try #require(add(stage, #"["cnt_c"]"#))
        let expected = changes(#"["cnt_a"]"#, nil, added: #"["cnt_c"]"#, kept: #"["cnt_a"]"#, verified: false)
        #expect(answer.text.contains(expected), "\(answer)")
        #expect(answer.attempts == stage.sent.count)
    }

    @Test func aSetThatIsNotTheOneWrittenIsTold() throws {
        let stage = Stage([Self.read(["cnt_a"]), .answer(204, ""), Self.read(["cnt_x"])])
        let answer = try #require(add(stage, #"["cnt_c"]"#))
        let expected = changes(
            #"["cnt_a"]"#, #"["cnt_x"]"#, added: #"["cnt_c"]"#, kept: #"["cnt_a"]"#, verified: false)
        #expect(answer.text.contains(expected) && answer.text.contains(#""data":null"#), "\(answer)")
    }

    /// Nothing is written unless all that takes part is known.
    @Test(arguments: [
        "{}", #"{"contacts":null}"#, #"{"contacts":{}}"#, #"{"contacts":[{"id":7}]}"#, #"{"contacts":["cnt_a"]}"#,
        #"{"contacts":[{}]}"#, #"{"contacts":[{"id":""}]}"#, "[]",
    ])
    func contactsThatCanNotBeReadAreNotWrittenOver(body: String) throws {
        let stage = Stage([.answer(200, body)])
        let answer = try #require(add(stage, #"["cnt_c"]"#))
        #expect(answer.kind == "bad_response" && answer.applied == "no" && stage.sent.count == 1, "\(answer)")
    }

    @Test(arguments: [
        (Fate.answer(500), "unknown"), (.broken(), "unknown"), (.answer(409), "no"), (.broken(status: 200), "yes"),
    ])
    func whatBecameOfTheWriteIsTold(fate: Fate, applied: String) throws {
        let stage = Stage([Self.read(["cnt_a"]), fate]) { $0.maxAttempts = 1 }
        let answer = try #require(add(stage, #"["cnt_c"]"#))
        #expect(answer.applied == applied && answer.attempts == 2, "\(answer)")
    }

    /// One call: one deadline over all requests, one place in the line, one cancellation.
    @Test func itIsOneCall() throws {
        let stage = Stage([.answer(200, Self.list(["cnt_a"]), after: 1)]) { $0.timeoutMs = 2500 }
        stage.fatesByTarget["ngmt_b"] = [.answer(200, after: 1)]
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"engagement.addContacts","params":["ngmt_a",["cnt_c"]]}"#)
        stage.put(2)
        stage.put(3, "ngmt_b")
        stage.run(2.4)
        #expect(stage.sent.filter { $0.target.contains("ngmt_a") }.count == 3, "read, written, being read back")
        #expect(stage.answer(2) == nil && stage.answer(3)?.isResult == true)
        stage.run(0.2)
        #expect(stage.answer(1)?.text.contains(#""verified":false"#) == true, "the deadline is that of the call")
        let cancelled = Stage([Self.read(["cnt_a"]), .silence])
        cancelled.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"engagement.addContacts","params":["ngmt_a",["cnt_c"]]}"#)
        cancelled.run(1)
        cancelled.cancel(1)
        cancelled.run(1)
        #expect(cancelled.answer(1)?.code == -32800 && cancelled.answer(1)?.applied == "unknown")
        #expect(cancelled.answer(1)?.attempts == 2)
    }
}
