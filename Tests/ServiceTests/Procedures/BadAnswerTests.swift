import HTTP
import Testing

@testable import Service

/// An answer that a method of several requests can't use: what is told of it finds it in the API's log.
@Suite struct BadAnswerTests {
    private static let head: [(Exchange.Field, String)] = [(.requestID, "req_7"), (.apiVersion, "2026-01-01")]
    private static let facts = #""status":200,"request_id":"req_7","api_version":"2026-01-01""#

    private func call(_ body: String, _ method: String, _ params: String) throws -> StageAnswer {
        let stage = Stage([.answer(200, body, Self.head)])
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#)
        stage.run(20)
        return try #require(stage.answer(1))
    }

    static let calls: [(String, String, String?)] = [
        ("engagement.list", #"{"all":true}"#, nil),
        ("engagement.get", #"{"engagement_id":"ngmt_a","wait_for":"COMPLETED"}"#, nil),
        ("engagement.addContacts", #"{"engagement_id":"ngmt_a","contact_ids":["cnt_a"]}"#, "no"),
        ("engagement.getTranscript", #"{"engagement_id":"ngmt_a"}"#, nil),
        ("engagement.findContacts", #"{"emails":["a@x"]}"#, nil),
        ("contact.merge", #"{"contact_id":"cnt_a","into_contact_id":"cnt_b"}"#, "no"),
    ]

    @Test(arguments: calls)
    func hasTheFactsOfItsHead(method: String, params: String, applied: String?) throws {
        let answer = try call(#"{"a":1}"#, method, params)
        #expect(answer.kind == "bad_response" && answer.applied == applied, "\(answer)")
        #expect(answer.text.contains(Self.facts), "\(answer)")
    }

    /// So has the error of a list that was cut short.
    @Test func aCutListHasThemToo() throws {
        let page = #"{"data":[{"id":"ngmt_a"}],"has_more":true,"next_cursor":"n"}"#
        let stage = Stage([.answer(200, page), .answer(200, #"{"a":1}"#, Self.head)])
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"engagement.list","params":{"all":true}}"#)
        stage.run(20)
        let answer = try #require(stage.answer(1))
        #expect(
            answer.text.contains(#""stopped_by":{"kind":"bad_response""#) && answer.text.contains(Self.facts),
            "\(answer)")
    }

    /// What this process refuses by itself is nothing that the API said.
    @Test func aRefusalOfItsOwnHasNone() throws {
        let answer = try call(
            #"{"contacts":[{"id":"cnt_x"}]}"#, "engagement.replaceContacts",
            #"{"engagement_id":"ngmt_a","contact_ids":["cnt_a"],"expected_contact_ids":["cnt_b"]}"#)
        #expect(answer.kind == "precondition_failed" && answer.applied == "no", "\(answer)")
        #expect(!answer.text.contains(#""status""#) && !answer.text.contains("req_7"), "\(answer)")
    }
}
