import Foundation
import TestSupport
import Testing

/// What a signal leaves behind it as a status: a script must not take half a batch for all of it, and a loop of calls
/// ends with the call that was interrupted.
@Suite(.ownThread, .tags(.endings))
struct BatchSignalTests {
    private func file(_ lines: [String]) throws -> String {
        let path = "/tmp/engagement-rpc-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    private func batch(_ server: FaultServer, _ lines: [String], _ arguments: [String] = []) throws -> HostProcess {
        let path = try file(lines)
        defer { unlink(path) }
        var setup = Setup(
            ["--base-url", server.baseURL] + arguments, environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        setup.input = .file(path)
        return try HostProcess(setup)
    }

    private func isEnding(_ ending: Ending, of signal: Int32) -> Bool {
        ending == .killed(signal) || ending == .exited(128 + signal)
    }

    @Test(arguments: EndingTests.signals)
    func aBatchThatIsNotCarriedOutDiesOfIt(signal: Named<Int32>) throws {
        let server = try FaultServer(["ngmt_good": [.ok()], "ngmt_slow": [.neverAnswer]])
        let lines = ["ngmt_good", "ngmt_slow"].enumerated().map { request("\($0)", "engagement.get", #"["\#($1)"]"#) }
        let host = try batch(server, lines)
        try host.wait(within: 5, for: "the requests") { server.requests.count == 2 }
        host.signal(signal.value)
        let ending = try host.waitForExit(within: 4)
        #expect(isEnding(ending, of: signal.value), "\(ending)")
        #expect(try host.answer(to: "0").text("result") != nil)
        #expect(try host.answer(to: "1").kind == "shutting_down")
        try host.checkLeftovers()
    }

    /// Of a long file most was never read.
    @Test func whatWasNotReadWasNotCarriedOut() throws {
        let server = try FaultServer(always: Reaction.ok().after(milliseconds: 100))
        let lines = (0..<20_000).map { request("\($0)", "engagement.get", #"["ngmt_a"]"#) }
        let host = try batch(server, lines, ["--max-in-flight", "2"])
        try host.wait(within: 5, for: "a request") { !server.requests.isEmpty }
        host.signal(SIGTERM)
        let ending = try host.waitForExit(within: 5)
        #expect(isEnding(ending, of: SIGTERM), "\(ending)")
    }

    @Test(arguments: [true, false])
    func whatWasCarriedOutInTheGraceIsNoReasonToFail(isFile: Bool) throws {
        let server = try FaultServer(always: Reaction.ok().after(milliseconds: 600))
        let line = request("1", "engagement.replaceContacts", replacement("ngmt_a"))
        let host = try isFile ? batch(server, [line]) : bridge(to: server)
        if !isFile { try host.send(line: line) }
        host.closeInput()
        try host.wait(within: 5, for: "the request") { server.requests.count == 1 }
        // The end of the input has been seen by then.
        pause(milliseconds: 100)
        host.signal(SIGTERM)
        #expect(try host.waitForExit(within: 4) == .exited(0))
        #expect(try host.answer(to: "1").text("result") != nil)
    }

    @Test func whatHasEndedItsInputIsABatch() throws {
        let server = try FaultServer(always: .neverAnswer)
        let host = try bridge(to: server)
        try host.send(line: request("1", "engagement.get", #"["ngmt_a"]"#))
        host.closeInput()
        try host.wait(within: 5, for: "the request") { server.requests.count == 1 }
        pause(milliseconds: 100)
        host.signal(SIGINT)
        pause(milliseconds: 100)
        host.signal(SIGINT)
        let ending = try host.waitForExit(within: 1)
        #expect(isEnding(ending, of: SIGINT), "also after a second one: \(ending)")
    }

    /// What would have been tried again was not carried out either.
    @Test func aRetryThatIsNotMadeCounts() throws {
        let server = try FaultServer(always: Reaction.problem(503).after(milliseconds: 500))
        let host = try batch(server, [request("1", "engagement.get", #"["ngmt_a"]"#)])
        try host.wait(within: 5, for: "the request") { server.requests.count == 1 }
        host.signal(SIGTERM)
        let ending = try host.waitForExit(within: 4)
        #expect(isEnding(ending, of: SIGTERM), "\(ending)")
        #expect(try host.answer(to: "1").code == 503)
    }

    @Test(arguments: EndingTests.signals, [true, false])
    func aCallDiesOfIt(signal: Named<Int32>, isAnswered: Bool) throws {
        let server = try FaultServer(
            always: isAnswered ? Reaction.ok(#"{"id":"ngmt_a"}"#).after(milliseconds: 500) : .neverAnswer)
        var setup = Setup(
            ["call", "engagement.get", #"["ngmt_a"]"#, "--base-url", server.baseURL],
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        setup.checks = .text
        let host = try HostProcess(setup)
        try host.wait(within: 5, for: "the request") { server.requests.count == 1 }
        host.signal(signal.value)
        #expect(try host.waitForExit(within: 4) == .killed(signal.value))
        #expect(host.outputText.contains(isAnswered ? #""id": "ngmt_a""# : "shutting_down"), "\(host.outputText)")
        #expect(host.errorText.contains("given up") == !isAnswered, "\(host.errorText)")
    }

    @Test func doctorDiesOfIt() throws {
        let server = try FaultServer(always: .neverAnswer)
        var setup = Setup(
            ["doctor", "--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        setup.checks = .text
        let host = try HostProcess(setup)
        try host.wait(within: 5, for: "the request") { server.requests.count == 1 }
        host.signal(SIGINT)
        #expect(try host.waitForExit(within: 2) == .killed(SIGINT))
        #expect(host.outputText.split(separator: "\n").last?.hasPrefix("Not ready") == true, "\(host.outputText)")
    }
}
