import HTTP
import Testing

@testable import Service

/// `wait_for` of `engagement.get`: when it asks, what it answers with, and what ends it.
@Suite struct ProcessingWaitTests {
    private static func state(_ status: String?, after: Double = 0.01) -> Fate {
        .answer(
            200, #"{"id":"ngmt_a","processing_status":\#(status.map { "\"\($0)\"" } ?? "null"),"n": 1.50}"#,
            after: after)
    }

    private func wait(_ stage: Stage, _ more: String = "", _ seconds: Double = 40) throws -> StageAnswer {
        let params = #"{"engagement_id":"ngmt_a","wait_for":"COMPLETED"\#(more)}"#
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"engagement.get","params":\#(params)}"#)
        stage.run(seconds)
        return try #require(stage.answer(1))
    }

    private func pauses(_ stage: Stage) -> [Double] {
        let times = stage.sent.map(\.startedAt.offset)
        return zip(times, times.dropFirst()).map { ((($1 - $0) * 10).rounded()) / 10 }
    }

    @Test(arguments: ["COMPLETED", "FAILED"])
    func asksMoreAndMoreSlowlyUntilItIsOver(end: String) throws {
        let stage = Stage([Self.state("PENDING"), Self.state("PROCESSING"), Self.state("NEW_WORD"), Self.state(end)])
        let answer = try wait(stage)
        #expect(pauses(stage) == [1, 1.5, 2.3])
        #expect(stage.sent.allSatisfy { $0.target == "/v2/engagements/ngmt_a" })
        #expect(answer.attempts == 4)
        #expect(
            answer.text.contains(#""result":{"data":{"id":"ngmt_a","processing_status":"\#(end)","n": 1.50},"meta""#))
    }

    @Test func isOneReadWhereItIsOverAlready() throws {
        let stage = Stage([Self.state("COMPLETED")])
        let answer = try wait(stage, #","fields":["n"],"expand":["contacts"]"#)
        #expect(answer.attempts == 1 && answer.at < 0.5)
        #expect(
            answer.text.contains(#""data":{"n":1.50}"#) || answer.text.contains(#""data":{"n": 1.50}"#), "\(answer)")
        #expect(stage.sent.map(\.target) == ["/v2/engagements/ngmt_a?expand=contacts"])
    }

    /// A second is kept for the last look, and the call ends when its time does.
    @Test(
        arguments: [
            (30_000, [1, 1.5, 2.3, 3.4, 5.1, 7.6, 8.2]), (5_000, [1, 1.5, 1.5]), (2_000, [1]), (1_200, []), (300, []),
        ] as [(Int, [Double])])
    func theTimeIsOver(timeoutMs: Int, expected: [Double]) throws {
        let stage = Stage([Self.state("PROCESSING")])
        let answer = try wait(stage, #","options":{"timeout_ms":\#(timeoutMs)}"#)
        #expect(pauses(stage) == expected)
        #expect(answer.kind == "timeout" && answer.code == 1002 && answer.retryable == true && answer.applied == nil)
        #expect(abs(answer.at - Double(timeoutMs) / 1000) < 0.1, "\(answer)")
        #expect(answer.attempts == expected.count + 1)
        #expect(answer.text.contains(#"\"PROCESSING\""#), "\(answer)")
    }

    @Test func aLookThatTakesTooLongIsTheSameTimeout() throws {
        let stage = Stage([Self.state("PENDING"), .silence])
        let answer = try wait(stage, #","options":{"timeout_ms":4000}"#)
        #expect(answer.kind == "timeout" && answer.text.contains(#"\"PENDING\""#), "\(answer)")
    }

    @Test(arguments: [404, 403])
    func aRefusalEndsIt(status: Int) throws {
        let stage = Stage([Self.state("PENDING"), .answer(status, "{}")])
        let answer = try wait(stage)
        #expect(answer.code == status && answer.attempts == 2)
    }

    @Test func aLookIsRepeatedLikeAnyRead() throws {
        let stage = Stage([Self.state("PENDING"), .answer(503, "{}"), Self.state("COMPLETED")])
        let answer = try wait(stage)
        #expect(answer.isResult && answer.attempts == 3)
    }

    @Test func withoutAStatusThereIsNothingToWaitFor() throws {
        let answer = try wait(Stage([Self.state(nil)]))
        #expect(answer.kind == "bad_response" && answer.attempts == 1)
    }

    @Test func anothersAnswerIsNone() throws {
        let answer = try wait(Stage([Self.state("PENDING"), .anothers(), Self.state("COMPLETED")]))
        #expect(answer.isResult && answer.text.contains(#""id":"ngmt_a""#), "\(answer)")
    }

    @Test func progressIsTold() throws {
        let stage = Stage([Self.state("PENDING"), Self.state("PROCESSING"), Self.state("COMPLETED")])
        var output: [UInt8] = []
        stage.loop.onOutput = { output += $0 }
        let params = #"{"engagement_id":"ngmt_a","wait_for":"COMPLETED","options":{"progress_token":"t"}}"#
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"engagement.get","params":\#(params)}"#)
        stage.run(10)
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        let head = #"{"jsonrpc":"2.0","method":"$/progress","params":{"token":"t","value":{"processing_status":"#
        #expect(lines.first == head + #""PENDING","looks":1,"next_look_ms":1000}}}"#)
        #expect(lines.dropFirst().first == head + #""PROCESSING","looks":2,"next_look_ms":1500}}}"#)
    }

    /// A call that waits takes no place, so others go on; and it can be cancelled.
    @Test func othersGoOnAndItCanBeCancelled() throws {
        let stage = Stage([.answer(200, #"{"id":"ngmt_b"}"#)]) { $0.maxInFlight = 1 }
        stage.fatesByTarget = ["ngmt_a": [Self.state("PENDING")]]
        let params = #"{"engagement_id":"ngmt_a","wait_for":"COMPLETED"}"#
        stage.loop.send(#"{"jsonrpc":"2.0","id":1,"method":"engagement.get","params":\#(params)}"#)
        stage.run(0.5)
        stage.get(2, "ngmt_b")
        stage.run(0.1)
        #expect(stage.answer(2)?.isResult == true)
        stage.run(3)
        stage.cancel(1)
        stage.run(0.1)
        #expect(stage.answer(1)?.code == -32800)
        let looks = stage.sent.count
        stage.run(30)
        #expect(stage.sent.count == looks)
        stage.get(3, "ngmt_b")
        stage.run(0.1)
        #expect(stage.answer(3)?.isResult == true)
    }
}
