import HTTP
import Testing

@testable import Service

/// `$/cancelRequest` in each state that a call can be in.
@Suite struct CancellationTests {
    private func expectCancelled(_ stage: Stage, _ id: Int, _ applied: String, attempts: Int, at: Double) throws {
        let answer = try #require(stage.answer(id))
        #expect(answer.code == -32800 && answer.kind == "cancelled", "\(answer)")
        #expect(answer.applied == applied && answer.attempts == attempts, "\(answer)")
        #expect(abs(answer.at - at) < 0.01, "\(answer)")
        #expect(stage.sent.count { $0.target.contains("ngmt_\(id)") } == attempts)
    }

    /// In the same read as the call: not a byte goes out.
    @Test func beforeTheStart() throws {
        let stage = Stage()
        stage.put(1, "ngmt_1")
        stage.cancel(1)
        stage.run(1)
        try expectCancelled(stage, 1, "no", attempts: 0, at: 0)
        #expect(stage.transport.sentCount == 0)
    }

    @Test func behindAnotherWriteToTheSameResource() throws {
        let stage = Stage([.answer(200, after: 1)])
        for id in 1...3 { stage.put(id, "ngmt_x") }
        stage.run(0.5)
        stage.cancel(2)
        stage.run(5)
        #expect(stage.answer(2)?.applied == "no" && stage.answer(2)?.attempts == 0)
        #expect(stage.answer(1)?.isResult == true && stage.answer(3)?.isResult == true)
        #expect(stage.sent.count == 2)
        #expect(stage.order == ["2", "1", "3"])
    }

    @Test func whileWaitingForAConnection() throws {
        let stage = Stage([.answer(200, after: 1)]) { $0.maxConnections = 1 }
        for id in 1...3 { stage.put(id, "ngmt_\(id)") }
        stage.run(0.5)
        stage.cancel(2)
        stage.run(5)
        try expectCancelled(stage, 2, "no", attempts: 0, at: 0.5)
        #expect(stage.answer(3)?.isResult == true)
    }

    @Test(arguments: [500, 429])
    func whileWaitingForARetry(status: Int) throws {
        let stage = Stage([.answer(status)])
        stage.random = 0.99
        stage.put(1, "ngmt_1")
        stage.run(0.1)
        stage.cancel(1)
        stage.run(5)
        try expectCancelled(stage, 1, status == 500 ? "unknown" : "no", attempts: 1, at: 0.1)
        #expect(stage.service.attempts.isGateOpen)
    }

    @Test func atTheGate() throws {
        let stage = Stage([.answer(429, "{}", [(.retryAfter, "5")]), .answer(200)])
        stage.get(1)
        stage.run(0.1)
        stage.put(2, "ngmt_2")
        stage.run(1)
        stage.cancel(2)
        stage.run(20)
        try expectCancelled(stage, 2, "no", attempts: 0, at: 1.1)
        #expect(stage.answer(1)?.isResult == true)
    }

    struct Phase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fate: @Sendable () -> Fate
        let applied: String
        let attempts: Int
    }

    static let phases = [
        Phase(testDescription: "connecting", fate: { .nowhere }, applied: "no", attempts: 0),
        Phase(testDescription: "sent", fate: { .silence }, applied: "unknown", attempts: 1),
        Phase(testDescription: "in an interim answer", fate: { .stall(100, "") }, applied: "unknown", attempts: 1),
        Phase(testDescription: "in a success", fate: { .stall(200) }, applied: "yes", attempts: 1),
        Phase(testDescription: "in a failure", fate: { .stall(500) }, applied: "unknown", attempts: 1),
        Phase(testDescription: "in a refusal", fate: { .stall(404) }, applied: "no", attempts: 1),
    ]

    @Test(arguments: phases)
    func inTransfer(phase: Phase) throws {
        let stage = Stage([phase.fate()])
        stage.put(1, "ngmt_1")
        stage.run(0.5)
        stage.cancel(1)
        stage.run(0.01)
        try expectCancelled(stage, 1, phase.applied, attempts: phase.attempts, at: 0.5)
        #expect(stage.transport.runningCount == 0 && stage.service.calls.inFlight == 0)
        stage.run(60)
        #expect(stage.answers["1"]?.count == 1 && stage.transport.records.count == 1)
    }

    @Test func afterTheAnswerTwiceAndForNobody() throws {
        let stage = Stage([.answer(200), .silence])
        stage.get(1)
        stage.run(1)
        stage.cancel(1)
        stage.cancel(99)
        stage.get(2)
        stage.run(1)
        stage.cancel(2)
        stage.cancel(2)
        stage.run(60)
        #expect(stage.answer(1)?.isResult == true && stage.answer(2)?.code == -32800)
        #expect(stage.answers.count == 2)
    }

    /// The answer and the wish come in the same turn: there is one answer, whichever.
    @Test func inTheTurnOfTheAnswer() throws {
        let stage = Stage([.answer(200, after: 0.5)])
        stage.put(1)
        stage.loop.at(.start + 0.5) { stage.cancel(1) }
        stage.run(5)
        let answer = try #require(stage.answer(1))
        #expect(answer.isResult || answer.applied != "no", "\(answer)")
    }

    @Test func aNotificationHasNoIdToCancel() {
        let stage = Stage([.answer(200, after: 1)])
        stage.put(nil)
        stage.run(0.1)
        stage.loop.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":null}}"#)
        stage.loop.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":""}}"#)
        stage.run(5)
        #expect(stage.answers.isEmpty && stage.sent.first?.wasCarriedOut == true)
        #expect(stage.sent.first?.wasCancelled == false)
    }

    /// As a request it is answered too, behind the answer of its victim; also from within a batch.
    @Test func asARequestAndInABatch() {
        let stage = Stage([.silence])
        stage.get(1)
        stage.loop.send(
            #"[{"jsonrpc":"2.0","id":2,"method":"$/cancelRequest","params":{"id":1}},"#
                + #"{"jsonrpc":"2.0","id":3,"method":"engagement.get","params":["ngmt_b"]}]"#)
        stage.run(0.1)
        #expect(stage.order == ["1"])
        stage.cancel(3)
        stage.run(0.1)
        #expect(stage.order == ["1", "2", "3"])
        #expect(stage.answer(2)?.isResult == true && stage.answer(3)?.code == -32800)
    }
}
