import Foundation
import TestSupport
import Testing

/// How a session ends: end of input, signals, and pipes that nobody holds any more.
@Suite(.ownThread, .overTLSOnRelease, .tags(.endings))
struct EndingTests {
    /// Does `act`, waits for the end, expects exit code 0, and gives back the seconds it took.
    private func secondsToExit(of host: HostProcess, within limit: Double, _ act: () -> Void) throws -> Double {
        let start = Deadline.now
        act()
        #expect(try host.waitForExit(within: limit) == .exited(0))
        return Deadline.now - start
    }

    @Test func endOfInputIdle() throws {
        let host = try sandbox()
        #expect(try secondsToExit(of: host, within: 3) { host.closeInput() } < bound(1))
        let used = try sandbox()
        _ = try used.call("engagement.get", #"["ngmt_sandbox01"]"#)
        #expect(try secondsToExit(of: used, within: 3) { used.closeInput() } < bound(0.5))
        try used.checkLeftovers()
    }

    @Test func endOfInputWithCallsInFlightAnswersThemAll() throws {
        let host = try sandbox()
        try host.fail("* /v2/engagements/*", #"{"delay_ms":300}"#, repeats: true)
        for number in 0..<62 { try host.send(line: request("\(number)", "engagement.get", #"["ngmt_sandbox01"]"#)) }
        for number in 62..<64 {
            let write = replacement("ngmt_sandbox0\(number - 60)")
            try host.send(line: request("\(number)", "engagement.replaceContacts", write))
        }
        host.closeInput()
        #expect(try host.waitForExit(within: 10) == .exited(0))
        let answers = host.takeAll()
        #expect(answers.count == 64)
        #expect(answers.allSatisfy { $0.text("result", "data") != nil })
        try host.checkLeftovers()
    }

    @Test func endOfInputWithMoreThanFitsInFlight() throws {
        let server = try FaultServer(always: Reaction.ok().after(milliseconds: 20))
        let host = try bridge(to: server, ["--max-in-flight", "4", "--max-connections", "2"])
        let lines = (0..<40).map { request("\($0)", "engagement.get", #"["ngmt_a"]"#) }.joined(separator: "\n")
        let answers = try host.converse(lines.utf8)
        #expect(answers.count == 40 && answers.allSatisfy { $0.text("result") != nil })
        #expect(server.connections <= 2)
    }

    @Test func endOfInputBesideAHangingCallWaitsForItsDeadline() throws {
        let server = try FaultServer(always: .neverAnswer)
        let host = try bridge(to: server, limit(milliseconds: 700))
        try host.send(line: request("1", "engagement.replaceContacts", replacement("ngmt_a")))
        host.closeInput()
        #expect(try host.waitForExit(within: 3) == .exited(0))
        #expect(try host.answer(to: "1").code == 1002)
        try host.checkLeftovers()
        #expect((host.processorSeconds ?? 0) < 0.5 * Deadline.slowness)
    }

    @Test func endOfInputInsideAHugeLine() throws {
        let host = try sandbox()
        try host.send([UInt8](repeating: 0x20, count: 17 << 20))
        host.closeInput()
        #expect(try host.waitForExit(within: bound(8)) == .exited(0))
    }

    @Test func drainingCostsNoProcessorTime() throws {
        let server = try FaultServer(always: .neverAnswer)
        let host = try bridge(to: server, limit(milliseconds: 1500))
        let id = try host.begin("engagement.get", #"["ngmt_a"]"#)
        try host.expectAlive()
        host.closeInput()
        try host.expectSilence(for: 0.2)
        let before = try #require(host.processorSeconds)
        try host.expectSilence(for: 0.8)
        #expect(
            try #require(host.processorSeconds) - before < 0.1 * Deadline.slowness,
            "a descriptor that stays ready spins the loop")
        _ = try host.answer(to: id)
        #expect(try host.waitForExit() == .exited(0))
    }

    static let signals: [Named<Int32>] = [
        Named("SIGTERM", SIGTERM), Named("SIGINT", SIGINT), Named("SIGHUP", SIGHUP),
    ]

    @Test(arguments: signals)
    func aSignalWhileIdleEndsAtOnce(signal: Named<Int32>) throws {
        let host = try sandbox()
        try host.expectAlive()
        let seconds = try secondsToExit(of: host, within: 2.5) { host.signal(signal.value) }
        #expect(seconds < bound(1))
        try host.checkLeftovers()
    }

    @Test(arguments: signals)
    func aSignalLetsRunningCallsFinishForAWhile(signal: Named<Int32>) throws {
        let host = try sandbox()
        try host.fail("GET /v2/engagements/ngmt_sandbox01", #"{"delay_ms":500}"#)
        try host.fail("* /v2/engagements/ngmt_sandbox02*", #"{"delay_ms":30000}"#)
        try host.send(line: request("1", "engagement.get", #"["ngmt_sandbox01"]"#))
        try host.send(line: request("2", "engagement.replaceContacts", replacement("ngmt_sandbox02")))
        try host.expectAlive()
        pause(milliseconds: 100)
        let seconds = try secondsToExit(of: host, within: 4) { host.signal(signal.value) }
        #expect((0.3...2.5).contains(seconds), "\(seconds)")
        #expect(try host.answer(to: "1").text("result") != nil)
        // The write may be told as given up, or not at all.
        for answer in host.takeAll() {
            #expect(answer.text("id") == "2" && [1002, 1006, -32800].contains(answer.code), "\(answer)")
            #expect(answer.string("error", "data", "applied") == "unknown", "\(answer)")
        }
        try host.checkLeftovers()
    }

    /// What the documents say of the error holds for a call that had begun, too.
    @Test func whatIsSaidOfTheEndIsTrue() throws {
        let server = try FaultServer(always: .neverAnswer)
        let host = try bridge(to: server)
        let id = try host.begin("engagement.replaceContacts", replacement("ngmt_a"))
        try host.wait(within: 5, for: "the request") { server.requests.count == 1 }
        _ = try secondsToExit(of: host, within: 4) { host.signal(SIGTERM) }
        let answer = try host.answer(to: id)
        #expect(answer.code == 1006 && answer.applied == "unknown" && answer.attempts == 1, "\(answer)")
        for document in ["page", "openrpc"] {
            let text = try Command(["schema", document]).output
            let said = text.split(separator: document == "page" ? "\n" : "}").filter { $0.contains("shutting_down") }
            #expect(!said.isEmpty && said.allSatisfy { !$0.contains("nothing was sent") }, "\(said.first ?? "")")
        }
    }

    @Test(arguments: signals)
    func aSecondSignalEndsAtOnce(signal: Named<Int32>) throws {
        let server = try FaultServer(always: .neverAnswer)
        let host = try bridge(to: server)
        _ = try host.begin("engagement.get", #"["ngmt_a"]"#)
        try host.expectAlive()
        host.signal(signal.value)
        pause(milliseconds: 150)
        let seconds = try secondsToExit(of: host, within: 1.2) { host.signal(signal.value) }
        #expect(seconds < bound(0.5), "\(seconds)")
    }

    @Test func nothingIsReadAfterASignal() throws {
        let host = try sandbox()
        try host.fail("GET /v2/*", #"{"delay_ms":800}"#)
        let id = try host.begin("engagement.get", #"["ngmt_sandbox01"]"#)
        try host.expectAlive()
        host.signal(SIGTERM)
        pause(milliseconds: 200)
        try host.send(line: request("\"late\"", "engagement.replaceContacts", replacement("ngmt_sandbox02")))
        #expect(try host.answer(to: id).text("result") != nil)
        #expect(try host.waitForExit(within: 3) == .exited(0))
        #expect(!host.takeAll().contains { $0.text("id") == "\"late\"" && $0.text("result") != nil })
    }

    @Test func otherSignalsDoNotEnd() throws {
        let host = try sandbox()
        try host.expectAlive()
        host.signal(SIGPIPE)
        host.signal(SIGSTOP)
        pause(milliseconds: 50)
        host.signal(SIGCONT)
        host.signal(SIGCHLD)
        host.signal(SIGWINCH)
        try host.expectAlive()
        try host.finish()
    }

    @Test(arguments: [Setup.Wiring.pipe, .socket])
    func aReaderThatLeavesWhileIdleEndsTheProcess(wiring: Setup.Wiring) throws {
        var setup = Setup(["--sandbox"])
        (setup.input, setup.output) = (wiring, wiring)
        let host = try HostProcess(setup)
        try host.expectAlive()
        let seconds = try secondsToExit(of: host, within: 3) { host.closeOutputReader() }
        #expect(seconds < bound(1), "\(seconds)")
    }

    @Test(arguments: [Setup.Wiring.pipe, .socket])
    func aReaderThatLeavesWhileBusyEndsTheProcess(wiring: Setup.Wiring) throws {
        let server = try FaultServer(["ngmt_slow": [.neverAnswer], "ngmt_good": [.ok()]])
        var setup = Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        (setup.input, setup.output) = (wiring, wiring)
        let host = try HostProcess(setup)
        _ = try host.begin("engagement.replaceContacts", replacement("ngmt_slow"))
        _ = try host.begin("engagement.replaceContacts", replacement("ngmt_slow"))
        try host.expectAlive()
        try host.wait(within: 2, for: "the write") { server.requests.count == 1 }
        let seconds = try secondsToExit(of: host, within: 3) { host.closeOutputReader() }
        #expect(seconds < bound(1), "\(seconds)")
        #expect(server.count("PUT", "ngmt_slow") == 1, "no write is begun whose answer nobody can hear")
    }

    @Test func aReaderThatLeavesInTheMiddleOfAFrame() throws {
        let host = try sandbox()
        host.leavesOutputUnread = true
        for _ in 0..<4 { _ = try host.begin("engagement.get", #"["ngmt_sandbox04",["transcript"]]"#) }
        try host.send([])
        pause(milliseconds: 300)
        host.closeOutputReader()
        #expect(try host.waitForExit(within: 3) == .exited(0))
    }

    @Test func aClosedStderrIsNoReasonToEnd() throws {
        let host = try sandbox("--log-level", "debug")
        host.closeErrorReader()
        for _ in 0..<20 { _ = try host.call("engagement.get", #"["ngmt_sandbox01"]"#) }
        try host.finish()
    }

    static let closedAtStart: [Named<[Int]>] = [
        Named("stdin", [0]), Named("stdout", [1]), Named("stderr", [2]), Named("stdin and stdout", [0, 1]),
        Named("all three", [0, 1, 2]),
    ]

    @Test(arguments: closedAtStart)
    func descriptorsMayBeMissingAtTheStart(which: Named<[Int]>) throws {
        var setup = Setup(["--sandbox"])
        if which.value.contains(0) { setup.input = .closed }
        if which.value.contains(1) { setup.output = .closed }
        if which.value.contains(2) { setup.errors = .closed }
        let host = try HostProcess(setup)
        if which.value == [2] {
            _ = try host.call("engagement.get", #"["ngmt_sandbox01"]"#)
            try host.finish()
        } else {
            host.closeInput()
            #expect(try host.waitForExit(within: 3) == .exited(0))
        }
    }

    /// A named FIFO whose writer has gone before the process began to read.
    @Test func aFIFOEndsLikeAPipe() throws {
        let path = "/tmp/engagement-rpc-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        var setup = Setup([])
        setup.program = "/bin/sh"
        let line = ping("1")
        setup.arguments = [
            "-c", "echo '\(line)' > $0 & (sleep 0.3; exec \"$@\") < $0", path, Setup.binary, "--sandbox",
        ]
        let host = try HostProcess(setup)
        #expect(try host.answer(to: "1").text("result") == "{}")
        #expect(try host.waitForExit(within: 3) == .exited(0))
    }

    /// Nobody could hear what became of a write.
    @Test func nothingIsBegunWithoutAStdout() throws {
        let server = try FaultServer(always: .ok())
        var setup = Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        setup.output = .closed
        let host = try HostProcess(setup)
        try host.send(line: request("1", "engagement.replaceContacts", replacement("ngmt_a")))
        #expect(try host.waitForExit(within: 3) == .exited(0), "also with stdin open")
        #expect(host.errorText.contains("no stdout to answer on, so nothing was done"), "\(host.errorText)")
        #expect(server.connections == 0)
        setup.arguments = ["--nope"]
        #expect(try HostProcess(setup).waitForExit(within: 3) == .exited(64))
    }

    @Test func underNohupAHangUpIsNoEnd() throws {
        var setup = Setup([])
        setup.program = "/bin/sh"
        setup.arguments = ["-c", "trap '' HUP; exec \"$@\"", "sh", Setup.binary, "--sandbox"]
        let host = try HostProcess(setup)
        try host.expectAlive()
        host.signal(SIGHUP)
        try host.expectAlive()
        host.signal(SIGTERM)
        #expect(try host.waitForExit(within: 3) == .exited(0))
    }

    @Test func theProcessGoesWhenItsParentDies() throws {
        var setup = Setup(["-c", "\(Setup.binary) --sandbox & echo $!; wait"])
        (setup.program, setup.checks) = ("/bin/bash", .text)
        setup.environment["SWIFT_BACKTRACE"] = "enable=no"
        // bash gives a background child /dev/null as stdin: end of input at once.
        let host = try HostProcess(setup)
        try host.wait(within: 5, for: "the child's id") { host.outputText.hasSuffix("\n") }
        let child = try #require(Int32(host.outputText.trimmingCharacters(in: .newlines)))
        host.signal(SIGKILL)
        _ = try host.waitForExit()
        try host.wait(within: 2, for: "the child's end") { kill(child, 0) != 0 }
    }
}
