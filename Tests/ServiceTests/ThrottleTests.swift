import Foundation
import HTTP
import Testing

@testable import Service

/// The gate after a 429, the retry budget in an outage, and the order of writes.
@Suite struct ThrottleTests {
    private static func throttle(_ seconds: String) -> Fate { .answer(429, "{}", [(.retryAfter, seconds)]) }

    /// 64 callers at the gate: one first, the others spread after it, and none before its time.
    @Test func sixtyFourCallersDoNotComeAsAHerd() {
        let stage = Stage([Self.throttle("2"), .answer(200, after: 0.05)]) { $0.maxConnections = 64 }
        stage.get(0, "ngmt_0")
        stage.run(0.05)
        for id in 1...63 { stage.get(id, "ngmt_\(id)") }
        let dice = Dice(seed: 3)
        stage.loop.onTurn = { [unowned stage] in stage.random = dice.uniform() }
        stage.run(20)
        #expect(stage.answers.count == 64 && stage.answers.values.allSatisfy { $0.count == 1 && $0[0].isResult })
        let times = stage.sent.dropFirst().map(\.startedAt.offset).sorted()
        #expect(times.count == 64)
        #expect(times[0] >= 2.01 && times[1] > times[0] + 0.04, "one probe goes first")
    }

    /// The places of those who wait differ, so they leave one after the other over a tenth of the pause.
    @Test func thoseWhoWaitLeaveSpread() {
        let stage = Stage([Self.throttle("10"), .answer(200, after: 0.01)]) { $0.maxConnections = 64 }
        stage.get(0, "ngmt_0")
        stage.run(0.05)
        for id in 1...32 {
            stage.random = Double(id) / 33
            stage.get(id, "ngmt_\(id)")
            stage.run(0.001)
        }
        stage.run(40)
        let times = stage.sent.dropFirst(2).map(\.startedAt.offset).sorted()
        #expect(times.count == 32)
        #expect((times.last ?? 0) - times[0] > 0.8, "\(times)")
        for window in times {
            #expect(times.count { $0 >= window && $0 < window + 0.1 } <= 6, "a burst at \(window)")
        }
    }

    @Test func aProbeThatIsThrottledShutsTheGateAgain() {
        let stage = Stage([Self.throttle("2"), Self.throttle("3"), .answer(200)])
        for id in 1...4 { stage.get(id, "ngmt_\(id)") }
        stage.run(0.5)
        // All four had left already; from here on there is the gate.
        let before = stage.sent.count
        stage.get(5, "ngmt_5")
        stage.run(30)
        #expect(before == 4 && stage.answers.count == 5)
        #expect(stage.answers.values.allSatisfy { $0[0].isResult })
    }

    /// A probe that brings no answer holds the others up for a quarter of a second only.
    @Test func aSilentProbeDoesNotHoldTheOthersUp() {
        let stage = Stage([Self.throttle("1"), .silence, .answer(200)])
        stage.get(1, "ngmt_1")
        stage.run(0.05)
        stage.get(2, "ngmt_2")
        stage.get(3, "ngmt_3")
        stage.run(3)
        let early = stage.answers.values.filter { $0[0].isResult && $0[0].at < 1.6 }
        #expect(early.count >= 2, "\(stage.answers)")
    }

    @Test(arguments: [("99999999", 60.0), ("3600", 60.0)])
    func noPauseIsLongerThanAMinute(header: String, seconds: Double) throws {
        let stage = Stage([Self.throttle(header), .answer(200)]) { $0.timeoutMs = 600_000 }
        stage.get(1, "ngmt_1")
        stage.run(0.05)
        #expect(stage.answer(1)?.code == 429 && stage.answer(1)?.attempts == 1)
        stage.get(2, "ngmt_2")
        stage.run(100)
        let answer = try #require(stage.answer(2))
        #expect(answer.isResult && abs(answer.at - seconds) < 0.2, "\(answer)")
    }

    @Test func aThrottleWithoutAHeaderHoldsNobodyElseUp() {
        let stage = Stage([.answer(429), .answer(200)])
        stage.get(1, "ngmt_1")
        stage.run(0.02)
        stage.get(2, "ngmt_2")
        stage.run(0.05)
        #expect(stage.answer(2)?.isResult == true)
        stage.run(5)
        #expect(stage.answer(1)?.isResult == true && stage.answer(1)?.attempts == 2)
    }

    struct Outage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fate: @Sendable () -> Fate
    }

    static let outages = [
        Outage(testDescription: "500", fate: { .answer(500) }),
        Outage(testDescription: "closed", fate: { .broken() }),
        Outage(testDescription: "pooled connection closed", fate: { .broken(isReused: true) }),
        Outage(testDescription: "429", fate: { .answer(429) }),
        Outage(testDescription: "503 with Retry-After", fate: { .answer(503, "{}", [(.retryAfter, "1")]) }),
        Outage(testDescription: "half an answer", fate: { .broken(status: 200) }),
    ]

    /// The immediate retry on a fresh connection costs nothing, but a connection that was fresh has no such retry.
    @Test(arguments: outages)
    func twoHundredCallsIntoAnOutage(outage: Outage) {
        let stage = Stage([outage.fate()])
        var warm = 16
        stage.transport.decide = { exchange in
            var fate = outage.fate()
            if fate.isReused { (fate.isReused, warm) = (warm > 0 && !exchange.needsFreshConnection, warm - 1) }
            return fate
        }
        for id in 0..<200 { stage.get(id, "ngmt_\(id)") }
        stage.run(300)
        #expect(stage.answers.count == 200)
        #expect(stage.sent.count <= 300, "\(stage.sent.count)")
        #expect(stage.sent.count > 200)
        let told = stage.answers.values.reduce(0) { $0 + ($1[0].attempts ?? 0) }
        #expect(told == stage.sent.count)
        // Recovery: first attempts always go out, and retries come back.
        stage.transport.decide = { _ in .answer(200) }
        for id in 1000..<1100 { stage.get(id, "ngmt_\(id)") }
        stage.run(100)
        #expect((1000..<1100).allSatisfy { stage.answer($0)?.isResult == true })
        #expect(stage.service.attempts.counts.budget.tokens >= 100)
    }

    /// Every connection answers once, with a failure, and is then found dead by the next call on it.
    @Test(arguments: [true, false])
    func anOutageThatRefillsThePool(isConcurrent: Bool) {
        let stage = Stage()
        stage.transport.decide = { exchange in
            exchange.needsFreshConnection ? .answer(500) : .broken(isReused: true)
        }
        for id in 0..<200 {
            stage.put(id, "ngmt_\(id)")
            if !isConcurrent { stage.run(3) }
        }
        stage.run(300)
        #expect(stage.answers.count == 200)
        #expect(stage.sent.count <= 300, "\(stage.sent.count)")
    }

    /// Calls that wait for a connection when the gate is shut have not begun, so they wait for it like all others.
    @Test(arguments: [1, 4])
    func callsBehindAConnectionAskTheGateToo(connections: Int) {
        let stage = Stage([Self.throttle("2")]) { $0.maxConnections = connections }
        for id in 0..<20 { stage.get(id, "ngmt_\(id)") }
        stage.run(0.005)
        stage.fates = [.answer(200, after: 0.1)]
        stage.run(30)
        #expect(stage.answers.count == 20 && stage.answers.values.allSatisfy { $0.count == 1 && $0[0].isResult })
        let times = stage.sent.map(\.startedAt.offset).sorted()
        #expect(times.count { $0 < 2 } == connections, "\(times)")
        #expect(times.count { $0 < 2.09 } == connections + 1, "one probe goes first: \(times)")
    }

    /// The pause grows while a call waits: it fails as soon as its time is over before the new opening.
    @Test func aLongerPauseFailsThoseItIsTooLongFor() throws {
        let stage = Stage([Self.throttle("1")]) { $0.maxConnections = 4 }
        stage.fatesByTarget["ngmt_late"] = [.answer(429, "{}", [(.retryAfter, "10")], after: 0.5)]
        stage.get(1, "ngmt_late", options: #"{"max_attempts":1}"#)
        stage.get(2, "ngmt_2")
        stage.run(0.1)
        stage.get(3, "ngmt_3", options: #"{"timeout_ms":3000}"#)
        stage.run(1)
        let answer = try #require(stage.answer(3))
        #expect(answer.kind == "rate_limited" && answer.attempts == 0 && answer.at < 0.6, "\(answer)")
    }

    @Test func resettingTheSandboxOpensTheGateAndFillsTheBudget() {
        let failing = Fate.answer(500)
        let stage = Stage([failing, failing, failing, Self.throttle("50"), .answer(200)]) { $0.isSandbox = true }
        stage.get(0, "ngmt_0")
        stage.run(1)
        #expect(stage.answer(0)?.attempts == 3 && stage.service.attempts.counts.budget.tokens == 500 - 2 * 14)
        stage.get(1, "ngmt_1", options: #"{"max_attempts":1}"#)
        stage.run(0.05)
        stage.get(2, "ngmt_2", options: #"{"timeout_ms":2000}"#)
        stage.run(0.05)
        #expect(stage.answer(2)?.attempts == 0, "the gate is shut")
        stage.loop.send(#"{"jsonrpc":"2.0","id":3,"method":"sandbox.reset"}"#)
        stage.run(0.05)
        stage.get(4, "ngmt_4", options: #"{"timeout_ms":2000}"#)
        stage.run(0.05)
        #expect(stage.answer(3)?.isResult == true && stage.answer(4)?.isResult == true)
        #expect(stage.service.attempts.counts.budget.tokens == 500)
    }

    // MARK: The order of writes

    /// The first one fails twice and is slow; none overtakes it, and other resources and reads are not held up.
    @Test func writesToOneResourceKeepTheirOrder() {
        let stage = Stage([.answer(200, after: 0.01)])
        stage.fatesByTarget["ngmt_x"] = [
            .answer(500, after: 0.5), .broken(after: 0.5), .answer(200, after: 2), .answer(200, after: 0.3),
        ]
        for id in 1...8 { stage.put(id, "ngmt_x", "cnt_\(id)") }
        stage.put(20, "ngmt_y")
        stage.get(21, "ngmt_z")
        stage.run(60)
        let writes = stage.sent.filter { $0.target.contains("ngmt_x/") }
        #expect(writes.map { $0.body.filter(\.isNumber) } == ["1", "1", "1", "2", "3", "4", "5", "6", "7", "8"])
        for (earlier, later) in zip(writes, writes.dropFirst()) {
            #expect(earlier.exchange.lastByteAt <= later.startedAt)
        }
        #expect((stage.answer(20)?.at ?? 99) < 0.1 && (stage.answer(21)?.at ?? 99) < 0.6)
    }

    /// An outcome that nobody knows lets the next one go as well.
    @Test func anUnknownOutcomeLetsTheNextGo() {
        let stage = Stage([.silence, .answer(200)]) { $0.maxAttempts = 1 }
        stage.put(1, options: #"{"timeout_ms":1000}"#)
        stage.put(2)
        stage.run(10)
        #expect(stage.answer(1)?.applied == "unknown" && stage.answer(2)?.isResult == true)
        #expect(stage.sent.count == 2)
    }

    /// A thousand writes to one resource whose time is over end one after the other, and not inside each other: a stack
    /// of 256 KiB is enough.
    @Test func aLongLineWhoseTimeIsOverEnds() async {
        let results = await withCheckedContinuation { continuation in
            let thread = Thread {
                let stage = Stage([.silence]) {
                    $0.maxInFlight = 1024
                    $0.timeoutMs = 1000
                }
                for id in 0..<1024 { stage.put(id) }
                stage.run(10)
                let isGood = stage.answers.values.allSatisfy { $0.count == 1 && $0[0].at < 1.1 }
                continuation.resume(returning: (stage.answers.count, stage.service.calls.inFlight, isGood))
            }
            thread.stackSize = 256 << 10
            thread.start()
        }
        #expect(results == (1024, 0, true))
    }
}
