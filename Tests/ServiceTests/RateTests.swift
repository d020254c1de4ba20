import HTTP
import Testing

@testable import Service

/// `--max-calls-per-second`: requests wait for their turn, and nothing but a deadline refuses one for it.
@Suite struct RateTests {
    @Test func requestsLeaveAtTheRateInTheirOrder() {
        let stage = Stage { ($0.maxCallsPerSecond, $0.maxInFlight) = (4, 64) }
        for id in 1...12 { stage.get(id, "ngmt_\(id)") }
        stage.run(10)
        #expect(
            stage.sent.map { ($0.startedAt.offset * 100).rounded() / 100 - 0 } == [
                0, 0, 0, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2,
            ])
        #expect(stage.order == (1...12).map(String.init) && stage.answers.values.allSatisfy { $0[0].isResult })
    }

    /// Each attempt is a request.
    @Test func aRetryTakesItsTurnToo() {
        let stage = Stage([.answer(503, "{}"), .answer(200)]) { $0.maxCallsPerSecond = 0.5 }
        stage.get(1)
        stage.run(10)
        #expect(stage.sent.map { $0.startedAt.offset.rounded() } == [0, 2])
        #expect(stage.answer(1)?.attempts == 2)
    }

    @Test func whatCannotGoInTimeFailsUnsent() {
        let stage = Stage { ($0.maxCallsPerSecond, $0.timeoutMs) = (0.1, 3000) }
        stage.put(1, "ngmt_a")
        stage.put(2, "ngmt_b")
        stage.put(3, "ngmt_c")
        stage.cancel(3)
        stage.run(20)
        #expect(stage.answer(1)?.isResult == true && stage.sent.count == 1)
        let late = stage.answer(2)
        #expect(
            late?.kind == "timeout" && late?.applied == "no" && late?.attempts == 0 && late.map { $0.at < 3.1 } == true)
        #expect(stage.answer(3)?.code == -32800, "\(stage.answers)")
    }
}
