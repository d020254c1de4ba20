import HTTP
import Testing

@testable import Service

/// One deadline per call, wherever the call is when it comes.
@Suite struct DeadlineTests {
    private func expectTimeout(_ stage: Stage, _ id: Int, at: Double, attempts: Int, applied: String?) throws {
        let answer = try #require(stage.answer(id))
        #expect(answer.kind == "timeout" && answer.code == 1002, "\(answer)")
        #expect(abs(answer.at - at) < 0.06, "\(answer)")
        #expect(answer.attempts == attempts && answer.applied == applied, "\(answer)")
    }

    @Test func inTheQueueForAConnection() throws {
        let stage = Stage([.silence]) { $0.maxConnections = 1 }
        stage.get(1)
        stage.put(2, options: #"{"timeout_ms":2000}"#)
        stage.run(40)
        try expectTimeout(stage, 2, at: 2, attempts: 0, applied: "no")
    }

    @Test func behindAnotherWrite() throws {
        let stage = Stage([.answer(200, after: 5)])
        stage.put(1)
        stage.put(2, options: #"{"timeout_ms":2000}"#)
        stage.put(3)
        stage.run(40)
        try expectTimeout(stage, 2, at: 2, attempts: 0, applied: "no")
        #expect(stage.answer(3)?.isResult == true)
        #expect(stage.sent.count == 2)
    }

    @Test func atTheGateItIsKnownAtOnce() throws {
        let stage = Stage([.answer(429, "{}", [(.retryAfter, "10")]), .answer(200)])
        stage.get(1)
        stage.run(0.1)
        stage.put(2, options: #"{"timeout_ms":2000}"#)
        // Just behind the opening, but too late to begin anything then.
        stage.put(3, "ngmt_c", options: #"{"timeout_ms":9940}"#)
        stage.run(0.1)
        for id in 2...3 {
            let answer = try #require(stage.answer(id))
            #expect(answer.code == 429 && answer.kind == "rate_limited" && answer.retryable == true, "\(answer)")
            #expect(answer.attempts == 0 && answer.applied == "no", "\(answer)")
            #expect((9800...10_000).contains(answer.retryAfterMs ?? 0), "\(answer)")
        }
        stage.run(40)
        #expect(stage.answer(1)?.isResult == true)
    }

    @Test func aWaitThatWouldPassItIsNotBegun() throws {
        let stage = Stage([.answer(429, "{}", [(.retryAfter, "5")])])
        stage.put(1, options: #"{"timeout_ms":2000}"#)
        stage.run(0.1)
        let answer = try #require(stage.answer(1))
        #expect(answer.code == 429 && answer.retryAfterMs == 5000 && answer.attempts == 1, "\(answer)")
        #expect(answer.applied == "no")
    }

    @Test(arguments: [true, false])
    func inTransfer(isWrite: Bool) throws {
        let stage = Stage([.silence]) { $0.maxAttempts = 1 }
        if isWrite { stage.put(1) } else { stage.get(1) }
        stage.run(40)
        try expectTimeout(stage, 1, at: 30, attempts: 1, applied: isWrite ? "unknown" : nil)
    }

    /// Each attempt without a byte has half of what is left, the last one all of it.
    @Test func silentAttemptsGiveWay() throws {
        let stage = Stage([.silence])
        stage.get(1)
        stage.run(40)
        try expectTimeout(stage, 1, at: 30, attempts: 3, applied: nil)
        let times = stage.sent.map(\.startedAt.offset)
        #expect(abs(times[1] - 15.125) < 0.05 && abs(times[2] - 22.8) < 0.3, "\(times)")
    }

    /// Ten seconds without a byte, however long the answer takes in all.
    @Test func aBodyMayBeSlowButNotSilent() throws {
        var slow = Fate(events: [(0, .sent), (1, .status(200)), (9, .body(Array("{".utf8)))])
        slow.events += [(18, .body(Array("}".utf8))), (27, .finish(nil))]
        let stage = Stage([slow])
        stage.get(1)
        stage.run(40)
        #expect(stage.answer(1)?.isResult == true && stage.answer(1)?.attempts == 1)

        let silent = Stage([.stall(200, after: 2)]) { $0.maxAttempts = 1 }
        silent.get(1)
        silent.run(40)
        try expectTimeout(silent, 1, at: 12, attempts: 1, applied: nil)
    }

    @Test func aDripCountsToTheDeadline() throws {
        var drip = Fate(events: [(0, .sent), (1, .status(200))])
        for second in 2...100 { drip.events.append((Double(second), .body([0x20]))) }
        let stage = Stage([drip])
        stage.put(1)
        stage.run(40)
        try expectTimeout(stage, 1, at: 30, attempts: 1, applied: "yes")
    }

    /// A retry whose time has come waits for a connection like any other call, up to its own deadline.
    @Test(arguments: [500, 0])
    func aRetryMayWaitForAConnection(status: Int) throws {
        let stage = Stage([.answer(200, after: 2)]) { $0.maxConnections = 1 }
        stage.fatesByTarget["ngmt_a"] = [status == 0 ? .broken(isReused: true) : .answer(status), .answer(200)]
        stage.put(1, "ngmt_a")
        stage.get(2, "ngmt_b")
        stage.get(3, "ngmt_c")
        stage.run(10)
        let answer = try #require(stage.answer(1))
        #expect(answer.isResult && answer.attempts == 2 && answer.at > 2, "\(answer)")
    }

    @Test func optionsOnlyEverLowerIt() throws {
        let stage = Stage([.silence]) { $0.timeoutMs = 1000 }
        stage.get(1, options: #"{"timeout_ms":600000,"max_attempts":1}"#)
        stage.get(2, "ngmt_b", options: #"{"timeout_ms":200,"max_attempts":1}"#)
        stage.run(10)
        try expectTimeout(stage, 1, at: 1, attempts: 1, applied: nil)
        try expectTimeout(stage, 2, at: 0.2, attempts: 1, applied: nil)
    }

    /// Hosts send the largest number that they have where they mean no limit.
    @Test(arguments: ["9223372036854775807", "9007199254740993", "1e18", "1.5e300"])
    func aLimitBeyondAllNumbersIsNone(number: String) throws {
        let stage = Stage([.silence]) { ($0.timeoutMs, $0.maxAttempts) = (1000, 1) }
        stage.get(1, options: #"{"timeout_ms":\#(number),"max_attempts":\#(number)}"#)
        stage.run(10)
        try expectTimeout(stage, 1, at: 1, attempts: 1, applied: nil)
    }

    @Test func aNotificationHasOneToo() {
        let stage = Stage([.silence]) { $0.timeoutMs = 1000 }
        stage.put(nil)
        stage.run(10)
        #expect(stage.service.calls.inFlight == 0 && stage.answers.isEmpty && stage.transport.runningCount == 0)
    }

    /// The token file had changed but there is no time left: the refusal is the answer.
    @Test func aRefusalIsNotForgottenForWantOfTime() throws {
        let stage = Stage([.answer(401, after: 0.97)]) { $0.timeoutMs = 1000 }
        stage.refreshedToken = .ready
        stage.get(1)
        stage.run(10)
        let answer = try #require(stage.answer(1))
        #expect(answer.code == 401 && answer.attempts == 1, "\(answer)")
    }

    /// An immediate retry that never finds a connection: what the first attempt met is the answer.
    @Test func aLostAttemptIsNotForgottenForWantOfAConnection() throws {
        let stage = Stage([.silence]) { $0.maxConnections = 1 }
        stage.fatesByTarget["ngmt_a"] = [.broken(isReused: true)]
        stage.put(1, "ngmt_a", options: #"{"timeout_ms":1000}"#)
        stage.get(2, "ngmt_b")
        stage.run(10)
        let answer = try #require(stage.answer(1))
        #expect(answer.kind == "network" && answer.attempts == 1 && answer.applied == "unknown", "\(answer)")
    }
}
