import TestSupport
import Testing

/// Many calls at once, and hosts that don't read.
@Suite(.ownThread, .tags(.load))
struct LoadTests {
    /// A debug build takes ten times as long.
    private static let many = Setup.binaryIsGiven ? 20_000 : 4000

    @Test func manyCallsAreEachAnsweredOnce() throws {
        let body = #"{"object":"engagement","text":"\#(String(repeating: "x", count: 1500))"}"#
        let server = try FaultServer(always: .ok(body))
        let host = try bridge(to: server)
        for number in 0..<Self.many { try host.send(line: request("\(number)", "engagement.get", #"["ngmt_a"]"#)) }
        for number in 0..<Self.many {
            let answer = try host.answer(to: "\(number)", within: 30)
            if answer.text("result") == nil { Issue.record("\(answer)") }
        }
        #expect(server.requests.count == Self.many)
        #expect(server.connections <= 16 && server.openConnections <= 16)
        let peak = try #require(host.peakResidentKiB)
        if Setup.binaryIsGiven { expectMemory(peak, below: 40 << 10) }
        try host.finish()
    }

    @Test func aHostThatDoesNotReadStopsTheReadingOfItsRequests() throws {
        let host = try sandbox()
        try host.expectAlive()
        host.leavesOutputUnread = true
        let calls = 20_000
        // Each answer is so long that no pipe holds them all.
        let tail = String(repeating: "x", count: 240)
        let lines = (0..<calls).map { number in
            let id = "\"\(number)\(tail)\""
            return number % 10 == 0 ? request(id, "engagement.get", #"["ngmt_sandbox01"]"#) : ping(id)
        }
        try host.send((lines.joined(separator: "\n") + "\n").utf8)
        // Until it has stopped reading.
        var before = -1
        try host.wait(within: 15, for: "the reading to stop") {
            defer { before = host.unsentBytes }
            try host.expectSilence(for: 0.3 * Deadline.slowness)
            return host.unsentBytes == before
        }
        let (unsent, memory) = (host.unsentBytes, try #require(host.residentKiB))
        #expect(unsent > 500_000, "the rest waits unread: \(unsent)")
        let busy = try #require(host.processorSeconds)
        try host.expectSilence(for: 0.7)
        #expect(host.unsentBytes == unsent)
        expectMemory(try #require(host.residentKiB) - memory, below: 1 << 10)
        #expect(try #require(host.processorSeconds) - busy < 0.1 * Deadline.slowness, "it waits without turning")
        host.leavesOutputUnread = false
        host.closeInput()
        #expect(try host.waitForExit(within: 40) == .exited(0))
        #expect(host.takeAll().count == calls)
        if Setup.binaryIsGiven { expectMemory(memory, below: 40 << 10) }
    }

    @Test func aHostThatDoesNotReadBigAnswers() throws {
        let host = try sandbox("--max-in-flight", "16")
        host.leavesOutputUnread = true
        var ids: [String] = []
        for _ in 0..<48 { ids.append(try host.begin("engagement.get", #"["ngmt_sandbox04",["transcript"]]"#)) }
        try host.expectSilence(for: 2)
        let memory = try #require(host.residentKiB)
        // 16 in flight at the most, of 1 MB each.
        expectMemory(memory, below: 90 << 10)
        host.leavesOutputUnread = false
        host.closeInput()
        #expect(try host.waitForExit(within: 60) == .exited(0))
        #expect(host.takeAll().count == ids.count)
    }

    @Test func stderrThatIsNeverReadStallsNothing() throws {
        let host = try sandbox("--log-level", "debug")
        host.leavesErrorsUnread = true
        for number in 0..<1500 { try host.send(line: request("\(number)", "engagement.get", #"["ngmt_sandbox01"]"#)) }
        for number in 0..<1500 { _ = try host.answer(to: "\(number)", within: 20) }
        #expect(host.errorBytes.isEmpty)
        try host.expectAlive()
        try host.finish()
        #expect(host.errorBytes.count > 10_000, "something was logged")
    }

    @Test func noMoreThanTheLimitIsInFlight() throws {
        let server = try FaultServer(always: Reaction.ok().after(milliseconds: 60))
        let host = try bridge(to: server, ["--max-in-flight", "8", "--max-connections", "3"])
        for number in 0..<30 { try host.send(line: request("\(number)", "engagement.get", #"["ngmt_a"]"#)) }
        for number in 0..<30 { _ = try host.answer(to: "\(number)") }
        #expect(server.connections == 3)
        let times = server.requests.map(\.at)
        for (index, time) in times.enumerated().dropFirst(3) {
            #expect(time - times[index - 3] > 0.05, "four at once on three connections")
        }
        try host.finish()
    }

    @Test func connectionsAndDescriptorsAreReused() throws {
        let server = try FaultServer(always: .ok())
        let host = try bridge(to: server)
        for _ in 0..<5 { _ = try host.call("engagement.get", #"["ngmt_a"]"#) }
        let before = host.openDescriptors
        for _ in 0..<200 { _ = try host.call("engagement.get", #"["ngmt_a"]"#) }
        #expect(server.connections == 1)
        #expect(host.openDescriptors == before)
        #expect((host.threads ?? 1) <= 4)
        try host.finish()
    }

    /// Whoever opens many connections to the sandbox and says nothing does not keep its owner out.
    @Test func idleConnectionsToTheSandboxMakeRoom() throws {
        let host = try sandbox()
        let base = try #require(try host.call("service.info").string("result", "base_url"))
        let port = base.split(separator: ":").last?.prefix { $0.isNumber } ?? ""
        let script = """
            ulimit -n 2000
            for ((n = 0; n < 1100; n++)); do exec {end}<>/dev/tcp/127.0.0.1/\(port); echo $n; done
            read -r _
            """
        var setup = Setup(["-c", script])
        (setup.program, setup.checks) = ("/bin/bash", .text)
        let idle = try HostProcess(setup)
        try idle.wait(within: 20, for: "the connections") { idle.outputText.contains("\n1099\n") }
        #expect(try host.call("engagement.get", #"["ngmt_sandbox01"]"#).text("result") != nil)
        try host.finish()
        idle.closeInput()
        _ = try idle.waitForExit()
    }

    @Test func writesToOneEngagementKeepTheirOrder() throws {
        let server = try FaultServer { request in
            request.method == "PUT" && request.count == 1 && request.target.contains("ngmt_a")
                ? Reaction.ok().after(milliseconds: 2000) : .ok()
        }
        let host = try bridge(to: server)
        let first = try host.begin("engagement.replaceContacts", replacement("ngmt_a", ["cnt_1"]))
        let second = try host.begin("engagement.replaceContacts", replacement("ngmt_a", ["cnt_2"]))
        let third = try host.begin("engagement.replaceContacts", replacement("ngmt_a", ["cnt_3"]))
        let start = Deadline.now
        _ = try host.call("engagement.replaceContacts", replacement("ngmt_b"))
        _ = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(Deadline.now - start < bound(0.45), "other ids and reads are not held up")
        for id in [first, second, third] { #expect(try host.answer(to: id).text("result") != nil) }
        let seen = server.requests.filter { $0.method == "PUT" && $0.target.contains("ngmt_a") }
        #expect(
            seen.map { String(decoding: $0.body, as: UTF8.self) }.map { $0.contains("cnt_1") } == [true, false, false])
        #expect(String(decoding: seen[1].body, as: UTF8.self).contains("cnt_2"))
        #expect(seen[1].at - seen[0].at > 0.95, "the second begins after the first was answered")
        try host.finish()
    }

    @Test func startedAndEndedOften() throws {
        for _ in 0..<30 {
            let host = try sandbox()
            try host.send(line: ping("1"))
            _ = try host.answer(to: "1")
            try host.finish()
        }
    }
}
