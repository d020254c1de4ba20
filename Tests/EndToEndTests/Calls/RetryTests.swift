import TestSupport
import Testing

/// Attempts: which calls are made again, when, and that the count is true. The exact policy has its own unit tests.
@Suite(.ownThread, .overTLSOnRelease, .tags(.retries))
struct RetryTests {
    private func call(_ host: HostProcess, _ method: String, _ id: String) throws -> Answer {
        let params = method == "GET" ? #"["\#(id)"]"# : replacement(id)
        return try host.call(method == "GET" ? "engagement.get" : "engagement.replaceContacts", params, within: 15)
    }

    static let passing: [Named<Reaction>] = [
        Named("500", .problem(500)), Named("502", .problem(502)), Named("503", .problem(503)),
        Named("504", .problem(504)),
        Named("408", .problem(408)), Named("429", .problem(429)), Named("closed", .closeBeforeAnswer),
        Named("reset", .resetBeforeAnswer), Named("cut status line", .cutStatusLine),
    ]

    @Test(arguments: passing, ["GET", "PUT"])
    func aPassingFailureIsMadeGood(failure: Named<Reaction>, method: String) throws {
        let server = try FaultServer { $0.count == 1 ? failure.value : .ok() }
        let host = try bridge(to: server, attempts: 3)
        let answer = try call(host, method, "ngmt_a")
        #expect(answer.int("result", "meta", "attempts") == 2, "\(answer)")
        #expect(server.requests.count == 2)
        try host.finish()
    }

    @Test(arguments: [500, 503, 429], ["GET", "PUT"])
    func afterThreeAttemptsTheFailureIsTold(status: Int, method: String) throws {
        let server = try FaultServer(always: .problem(status))
        let host = try bridge(to: server, attempts: 3)
        let answer = try call(host, method, "ngmt_a")
        #expect(answer.code == status && answer.int("error", "data", "attempts") == 3, "\(answer)")
        #expect(server.requests.count == 3)
        let applied = method == "GET" ? nil : status == 429 ? "no" : "unknown"
        #expect(answer.string("error", "data", "applied") == applied)
        try host.finish()
    }

    @Test(arguments: [400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 428, 431, 501, 505, 302], ["GET", "PUT"])
    func aRefusalIsFinal(status: Int, method: String) throws {
        let server = try FaultServer(always: .problem(status))
        let host = try bridge(to: server, attempts: 3)
        let answer = try call(host, method, "ngmt_a")
        #expect(answer.code == status && answer.int("error", "data", "attempts") == 1, "\(answer)")
        #expect(server.requests.count == 1)
        try host.finish()
    }

    @Test func onceUnknownStaysUnknown() throws {
        let server = try FaultServer { $0.count == 1 ? .closeBeforeAnswer : .problem(412) }
        let host = try bridge(to: server, attempts: 3)
        let answer = try call(host, "PUT", "ngmt_a")
        #expect(answer.code == 412 && answer.int("error", "data", "attempts") == 2, "\(answer)")
        #expect(answer.string("error", "data", "applied") == "unknown", "the first one may have worked")
        try host.finish()
    }

    @Test func anUnusableSuccessOfAWriteIsFinal() throws {
        let server = try FaultServer { $0.count == 1 ? .answer(200, "{") : .ok() }
        let host = try bridge(to: server, attempts: 3)
        let write = try call(host, "PUT", "ngmt_a")
        #expect(write.code == 1004 && write.string("error", "data", "applied") == "yes", "\(write)")
        #expect(try call(host, "GET", "ngmt_a").int("result", "meta", "attempts") == 2, "a read is made again")
        #expect(server.count("PUT", "ngmt_a") == 1)
        try host.finish()
    }

    /// The server answers, then closes: the pool holds a dead connection.
    @Test(arguments: ["GET", "PUT"])
    func aStaleConnectionCostsNothingVisible(method: String) throws {
        let server = try FaultServer { _ in Reaction.ok().then(.wait(milliseconds: 30)).then(.close) }
        let host = try bridge(to: server, attempts: 3)
        for _ in 0..<5 {
            #expect(try call(host, method, "ngmt_a").text("result") != nil)
            pause(milliseconds: 60)
        }
        #expect(server.requests.count == 5, "each exactly once")
        try host.finish()
    }

    /// The server reads each request on a used connection and closes without an answer.
    @Test(arguments: ["GET", "PUT"], [1, 3])
    func everyAttemptIsCounted(method: String, attempts: Int) throws {
        let server = try FaultServer { request in
            request.target.contains("ngmt_warm") ? .ok() : .closeBeforeAnswer
        }
        let host = try bridge(to: server, attempts: attempts)
        _ = try call(host, "GET", "ngmt_warm")
        let answer = try call(host, method, "ngmt_a")
        #expect(answer.code == 1001, "\(answer)")
        #expect(answer.int("error", "data", "attempts") == server.count(method, "ngmt_a"), "\(answer)")
        #expect(server.count(method, "ngmt_a") <= attempts)
        #expect(answer.string("error", "data", "applied") == (method == "GET" ? nil : "unknown"))
        try host.finish()
    }

    @Test func theServersPauseIsKept() throws {
        let server = try FaultServer { $0.count == 1 ? .problem(429, ["Retry-After: 1"]) : .ok() }
        let host = try bridge(to: server, attempts: 3)
        #expect(try call(host, "PUT", "ngmt_a").int("result", "meta", "attempts") == 2)
        let times = server.requests.map(\.at)
        #expect((1.0...bound(1.5)).contains(times[1] - times[0]), "\(times[1] - times[0])")
        try host.finish()
    }

    @Test(arguments: ["61", "3600", "99999999"])
    func aPauseThatIsTooLongIsNotBegun(seconds: String) throws {
        let server = try FaultServer(always: .problem(429, ["Retry-After: \(seconds)"]))
        let host = try bridge(to: server, attempts: 3)
        let start = Deadline.now
        let answer = try call(host, "PUT", "ngmt_a")
        #expect(answer.code == 429 && answer.int("error", "data", "attempts") == 1, "\(answer)")
        let other = try call(host, "GET", "ngmt_b")
        #expect(other.code == 429 && other.kind == "rate_limited", "\(other)")
        #expect(other.int("error", "data", "attempts") == 0 && server.requests.count == 1)
        #expect(Deadline.now - start < bound(1.75))
        try host.finish()
    }

    @Test func theGateOpensForOneFirst() throws {
        let server = try FaultServer { request in
            request.target.contains("ngmt_first") && request.count == 1 ? .problem(429, ["Retry-After: 1"]) : .ok()
        }
        let host = try bridge(to: server, attempts: 3)
        let first = try host.begin("engagement.get", #"["ngmt_first"]"#)
        try host.wait(within: 2, for: "the first request") { server.requests.count == 1 }
        pause(milliseconds: 100)
        let others = try (0..<32).map { try host.begin("engagement.get", #"["ngmt_\#($0)"]"#) }
        for id in [first] + others { #expect(try host.answer(to: id).text("result") != nil) }
        let times = server.requests.map(\.at).sorted()
        #expect(times.count == 34)
        #expect(times[1] - times[0] > 0.95, "nothing while the gate is shut")
        try host.finish()
    }

    @Test func anOutageDoesNotDoubleTheLoad() throws {
        let server = try FaultServer(always: .problem(500))
        let host = try bridge(to: server, attempts: 3)
        let ids = try (0..<200).map { try host.begin("engagement.get", #"["ngmt_\#($0)"]"#) }
        for id in ids { #expect(try host.answer(to: id, within: 20).code == 500) }
        #expect(server.requests.count <= 300, "\(server.requests.count)")
        try host.finish()
    }

    @Test func anAttemptWithoutAnyByteGivesWay() throws {
        let server = try FaultServer { $0.count == 1 ? .neverAnswer : .ok() }
        let host = try bridge(to: server, attempts: 3, limit(milliseconds: 3000))
        let start = Deadline.now
        let answer = try call(host, "GET", "ngmt_a")
        #expect(answer.int("result", "meta", "attempts") == 2, "\(answer)")
        #expect((1.3...bound(2.65)).contains(Deadline.now - start), "half of what is left")
        try host.finish()
    }
}
