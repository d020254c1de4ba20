import TestSupport
import Testing

/// How long an answer is waited for, and on which connection what may not be repeated goes out.
@Suite(.ownThread, .overTLSToo)
struct PatienceTests {
    /// Nothing can follow it, so nothing is saved for that.
    @Test(arguments: [SampleCall.patch, .post])
    func whatMayNotBeRepeatedHasAllOfItsTime(sample: SampleCall) throws {
        let server = try FaultServer {
            Reaction.ok(SampleCall.answer(to: $0)).after(milliseconds: slowed(milliseconds: 1700))
        }
        let host = try bridge(to: server, attempts: 3, limit(milliseconds: 2500))
        let answer = try host.call(sample, "a")
        #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        #expect(sample.count(server, "a") == 1)
        try host.finish()
    }

    @Test(arguments: [SampleCall.patch, .post])
    func andIsUnknownAtItsEnd(sample: SampleCall) throws {
        let server = try FaultServer(always: .neverAnswer)
        let host = try bridge(to: server, attempts: 3, limit(milliseconds: 1500))
        let start = Deadline.now
        let answer = try host.call(sample, "a")
        #expect(answer.kind == "timeout" && answer.applied == "unknown" && answer.attempts == 1, "\(answer)")
        #expect((1.4...bound(1.8)).contains(Deadline.now - start))
        try host.finish()
    }

    @Test(arguments: [SampleCall.get, .put])
    func whatMayBeRepeatedGivesWayAtHalf(sample: SampleCall) throws {
        let server = try FaultServer { request in
            let answer = Reaction.ok(SampleCall.answer(to: request))
            return request.count == 1 ? answer.after(milliseconds: slowed(milliseconds: 2500)) : answer
        }
        let host = try bridge(to: server, attempts: 3, limit(milliseconds: 3000))
        let answer = try host.call(sample, "a")
        #expect(answer.int("result", "meta", "attempts") == 2, "\(answer)")
        try host.finish()
    }

    /// An answer that has begun and then stays silent for ten seconds is given up; an interim one has begun nothing.
    @Test func anInterimAnswerStartsNothing() throws {
        let server = try FaultServer { request in
            let status = [100, 102, 103][(request.connection - 1) % 3]
            let interim = Array("HTTP/1.1 \(status) Interim\r\n\r\n".utf8)
            return Reaction(
                [.send(interim), .wait(milliseconds: 12_000)] + Reaction.ok(SampleCall.answer(to: request)).steps)
        }
        let host = try bridge(to: server, attempts: 3, ["--max-connections", "18"])
        let calls = SampleCall.allCases.flatMap { sample in (1...3).map { (sample, "n\(sample)\($0)n") } }
        let ids = try calls.map { try host.begin($0.method, $0.params($1)) }
        for (call, id) in zip(calls, ids) {
            let answer = try host.answer(to: id, within: 20)
            #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
            #expect(call.0.count(server, call.1) == 1)
        }
        try host.finish()
    }

    /// The time to the first byte of the final answer is not over with an interim one either.
    @Test func anInterimAnswerShortensNothing() throws {
        let server = try FaultServer { request in
            guard request.count == 1 else { return .ok() }
            return Reaction([.send(Array("HTTP/1.1 103 Early Hints\r\n\r\n".utf8)), .hang])
        }
        let host = try bridge(to: server, attempts: 3, limit(milliseconds: 3000))
        let start = Deadline.now
        let answer = try host.call(.put, "a")
        #expect(answer.int("result", "meta", "attempts") == 2, "it gave way: \(answer)")
        #expect((1.3...bound(2.2)).contains(Deadline.now - start))
        try host.finish()
    }

    struct Idle: Sendable, CustomTestStringConvertible {
        let field: String?
        let milliseconds: Int
        let goesOn: Bool
        var testDescription: String { "\(field ?? "no field"), idle for \(milliseconds) ms" }
    }

    static let idle = [
        Idle(field: "Keep-Alive: timeout=1", milliseconds: 1200, goesOn: false),
        Idle(field: "Keep-Alive: timeout=1, max=100", milliseconds: 100, goesOn: false),
        Idle(field: "Keep-Alive: max=5, timeout=2", milliseconds: 1300, goesOn: false),
        Idle(field: "Keep-Alive: timeout=5", milliseconds: 300, goesOn: true),
        Idle(field: "Keep-Alive: timeout=soon", milliseconds: 300, goesOn: true),
        Idle(field: nil, milliseconds: 300, goesOn: true), Idle(field: nil, milliseconds: 2300, goesOn: false),
        Idle(field: "Keep-Alive: timeout=60", milliseconds: 2300, goesOn: false),
    ]

    /// The server closes when its next request comes, as one does whose time is up in that moment.
    @Test(arguments: idle, [SampleCall.patch, .post])
    func whatMayNotBeRepeatedTakesNoConnectionThatMayEnd(row: Idle, sample: SampleCall) throws {
        let server = try FaultServer { request in
            if request.countOnConnection > 1, !row.goesOn { return .closeBeforeAnswer }
            return .answer(200, SampleCall.answer(to: request), row.field.map { [$0] } ?? [])
        }
        let host = try bridge(to: server, attempts: 3)
        #expect(try host.call(.get, "warm").text("result") != nil)
        pause(milliseconds: row.milliseconds)
        let answer = try host.call(sample, "a")
        #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        #expect(sample.count(server, "a") == 1)
        #expect(server.connections == (row.goesOn ? 1 : 2))
        try host.finish()
    }
}
