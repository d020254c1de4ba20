import Glibc
import TestSupport
import Testing

/// `$/cancelRequest`.
@Suite(.ownThread, .overTLSOnRelease, .tags(.cancellation))
struct CancellationTests {
    private func cancel(_ host: HostProcess, _ id: String) throws {
        try host.send(line: request(nil, "$/cancelRequest", #"{"id":\#(id)}"#))
    }

    @Test(arguments: ["1", "1.0", #""x""#, #""\u00e9""#])
    func aRunningCallIsAborted(id: String) throws {
        let server = try FaultServer(["ngmt_slow": [.neverAnswer], "ngmt_good": [.ok()]])
        let host = try bridge(to: server, attempts: 3)
        try host.send(line: request(id, "engagement.replaceContacts", replacement("ngmt_slow")))
        try host.wait(within: 2, for: "the request") { server.requests.count == 1 }
        let start = Deadline.now
        try cancel(host, id)
        let answer = try host.answer(to: id, within: 2)
        #expect(Deadline.now - start < bound(0.2))
        #expect(answer.code == -32800 && answer.kind == "cancelled", "\(answer)")
        #expect(answer.string("error", "data", "applied") == "unknown")
        #expect(answer.int("error", "data", "attempts") == 1)
        try host.wait(within: 1, for: "the connection's end") { server.openConnections == 0 }
        #expect(try host.call("engagement.get", #"["ngmt_good"]"#).text("result") != nil)
        #expect(server.count("PUT", "ngmt_slow") == 1, "not tried again")
        try host.finish()
    }

    @Test func aQueuedWriteIsNotSent() throws {
        let server = try FaultServer(always: Reaction.ok().after(milliseconds: 500))
        let host = try bridge(to: server)
        try host.send(line: request("1", "engagement.replaceContacts", replacement("ngmt_a")))
        try host.send(line: request("2", "engagement.replaceContacts", replacement("ngmt_a")))
        try cancel(host, "2")
        let answer = try host.answer(to: "2", within: 2)
        #expect(answer.code == -32800 && answer.string("error", "data", "applied") == "no", "\(answer)")
        #expect(answer.int("error", "data", "attempts") == 0)
        #expect(try host.answer(to: "1").text("result") != nil)
        #expect(server.requests.count == 1)
        try host.finish()
    }

    @Test func cancellingNobodyOrTwiceOrTooLateIsNothing() throws {
        let host = try sandbox()
        try cancel(host, "99")
        try cancel(host, "null")
        try cancel(host, "{}")
        try host.send(line: request(nil, "$/cancelRequest"))
        try host.send(line: ping("1"))
        _ = try host.answer(to: "1")
        try cancel(host, "1")
        try host.fail("GET /v2/*", #"{"delay_ms":5000}"#)
        try host.send(line: request("2", "engagement.get", #"["ngmt_sandbox01"]"#))
        try cancel(host, "2")
        try cancel(host, "2")
        #expect(try host.answer(to: "2").code == -32800)
        try host.expectSilence(for: 0.1)
        try host.finish()
    }

    @Test func whichOfTwoAtOnceIsOneAnswer() throws {
        let server = try FaultServer(always: .ok())
        let host = try bridge(to: server)
        for number in 0..<300 {
            try host.send(line: request("\(number)", "engagement.get", #"["ngmt_a"]"#))
            if number % 3 == 0 { sched_yield() }
            try cancel(host, "\(number)")
        }
        for number in 0..<300 {
            let answer = try host.answer(to: "\(number)")
            #expect(answer.code == -32800 || answer.text("result") != nil, "\(answer)")
        }
        try host.finish()
    }
}
