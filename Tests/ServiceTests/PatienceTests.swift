import Bytes
import HTTP
import JSON
import Testing

@testable import Service

/// The time of a person who is asked is not the call's, and not endless either.
@Suite struct PatienceTests {
    private func asking(journal: FakeJournal? = nil) throws -> Stage {
        let fates = [
            SafeEditTests.read(["cnt_a"]), .answer(200, #"{"first_name":"B"}"#), SafeEditTests.read(["cnt_a"]),
            .answer(200),
        ]
        let stage = Stage(fates, journal: journal) { ($0.confirm, $0.timeoutMs) = (.auto, 3000) }
        let hello =
            #"{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}"#
        stage.loop.send(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":\#(hello)}"#)
        stage.loop.send(
            #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"engagement_replace_contacts","arguments":{"engagement_id":"ngmt_a","contact_ids":["cnt_b"]}}}"#
        )
        stage.run(1)
        #expect(stage.answers[#""engagement-rpc-1""#]?.count == 1 && stage.sent.count == 2)
        return stage
    }

    private func answer(_ stage: Stage, _ action: String = "accept") {
        let result = #"{"action":"\#(action)","content":{"confirm":true}}"#
        stage.loop.send(#"{"jsonrpc":"2.0","id":"engagement-rpc-1","result":\#(result)}"#)
        stage.run(1)
    }

    @Test func aYesAfterFourMinutesIsCarriedOut() throws {
        let stage = try asking()
        stage.run(240)
        #expect(stage.answer(1) == nil, "the call's three seconds do not run while a person thinks")
        answer(stage)
        #expect(stage.sent.map(\.verb) == [.get, .get, .get, .put])
        #expect(stage.answer(1)?.text.contains(#""isError":false"#) == true, "\(String(describing: stage.answer(1)))")
    }

    @Test func afterFiveMinutesNobodyHasSaidYes() throws {
        let journal = FakeJournal()
        let stage = try asking(journal: journal)
        stage.run(301)
        let answer = try #require(stage.answer(1))
        #expect(
            answer.text.contains(#"\"kind\":\"declined\""#) && answer.text.contains("within 5 minutes"), "\(answer)")
        #expect(stage.answers["-"]?.last?.text.contains("notifications/cancelled") == nil)
        self.answer(stage)
        #expect(stage.sent.count == 2 && journal.story.isEmpty, "a late yes is nobody's")
    }

    /// What the call had left when the question was put is what it goes on having.
    @Test func theCallGoesOnWithTheTimeItHad() throws {
        let stage = try asking()
        stage.fates = [.silence]
        stage.run(100)
        answer(stage)
        stage.run(1.2)
        #expect(stage.answer(1) == nil)
        stage.run(1)
        #expect(stage.answer(1)?.text.contains(#"\"kind\":\"timeout\""#) == true)
        #expect(stage.answer(1)?.text.contains(#"\"applied\":\"no\""#) == true)
    }

    /// A call that waits for a person holds its place in the line of writes, and nothing else up.
    @Test func otherWritesToTheEngagementWait() throws {
        let stage = try asking()
        stage.fatesByTarget = ["ngmt_b": [.answer(200)]]
        stage.put(2, "ngmt_a")
        stage.put(3, "ngmt_b")
        stage.run(1)
        #expect(stage.answer(3)?.isResult == true && stage.answer(2) == nil)
        answer(stage, "decline")
        stage.run(1)
        #expect(stage.answer(2)?.isResult == true)
    }

    @Test func theEndOfInputDoesNotWaitForAPerson() throws {
        let stage = try asking()
        stage.loop.closeInput()
        #expect(stage.loop.run(for: 3) == .ended)
        #expect(stage.answer(1)?.text.contains("shutting_down") == true && stage.sent.count == 2)
    }
}
