import HTTP
import Testing

@testable import Service

/// Calls that wait for a token, whatever comes in which order.
@Suite struct TokenTests {
    /// What arrives while the answer is there and has not been heard yet takes it from nobody.
    @Test func allThatWaitGoOnTogether() {
        let stage = Stage()
        stage.preparation = .awaited
        stage.get(1, "ngmt_a")
        stage.run(1)
        stage.preparation = .ready
        stage.get(2, "ngmt_b")
        stage.run(1)
        #expect(stage.answers.isEmpty && stage.sent.isEmpty)
        stage.service.tokenArrived(at: stage.loop.now)
        stage.run(1)
        #expect(stage.answer(1)?.isResult == true && stage.answer(2)?.isResult == true && stage.sent.count == 2)
        // Nobody waits for one now.
        stage.service.tokenArrived(at: stage.loop.now)
        stage.get(3, "ngmt_c")
        stage.run(1)
        #expect(stage.answer(3)?.isResult == true)
    }

    @Test func aFailureIsThatOfAllWhoWaitAndOfNobodyElse() {
        let stage = Stage()
        stage.preparation = .awaited
        for id in 1...3 { stage.put(id, "ngmt_\(id)") }
        stage.cancel(3)
        stage.run(1)
        stage.preparation = .failed("Not today.")
        stage.service.tokenArrived(at: stage.loop.now)
        stage.run(1)
        for id in 1...2 {
            let answer = stage.answer(id)
            #expect(answer?.kind == "not_configured" && answer?.applied == "no" && answer?.attempts == 0)
        }
        #expect(stage.answer(3)?.code == -32800)
        stage.preparation = .ready
        stage.put(4, "ngmt_4")
        stage.run(1)
        #expect(stage.answer(4)?.isResult == true && stage.sent.count == 1)
    }

    /// Those refused together wait together; a later one that was sent with the old token takes the new one at once.
    @Test(arguments: [true, false])
    func afterA401(isAnother: Bool) {
        let stage = Stage([.answer(401, "{}"), .answer(401, "{}"), .answer(401, "{}", after: 5), .answer(200)])
        stage.refreshedToken = .awaited
        for id in 1...3 { stage.put(id, "ngmt_\(id)") }
        stage.run(1)
        #expect(stage.sent.count == 3 && stage.answers.isEmpty)
        stage.refreshedToken = isAnother ? .ready : .failed("")
        stage.service.tokenArrived(at: stage.loop.now)
        stage.run(10)
        for id in 1...3 {
            #expect(stage.answer(id)?.attempts == (isAnother ? 2 : 1), "\(stage.answers)")
            #expect(stage.answer(id)?.code == (isAnother ? nil : 401))
        }
        #expect(stage.sent.count == (isAnother ? 6 : 3))
    }

    @Test func waitingEndsWithTheDeadline() {
        let stage = Stage { $0.timeoutMs = 2000 }
        stage.preparation = .awaited
        stage.put(1)
        stage.run(5)
        let answer = stage.answer(1)
        #expect(answer?.kind == "timeout" && answer?.applied == "no" && answer.map { $0.at <= 2.1 } == true)
    }
}
