import Foundation
import TestSupport
import Testing

/// What the process does when its parent is killed.
@Suite(.ownThread, .overTLSOnRelease, .tags(.endings))
struct OrphanTests {
    /// bash with `script`, whose first line on stdout is the id of the process under test. It ends when it is killed.
    private func parent(_ script: String, _ arguments: [String]) throws -> (bash: HostProcess, child: Int32) {
        var setup = Setup(["-c", script, "bash", Setup.binary] + arguments)
        (setup.program, setup.checks) = ("/bin/bash", .text)
        setup.environment["ENGAGEMENT_RPC_TOKEN"] = testToken
        let bash = try HostProcess(setup)
        try bash.wait(within: 5, for: "the child's id") { bash.outputText.contains("\n") }
        let line = try #require(bash.outputText.split(separator: "\n").first)
        return (bash, try #require(Int32(line)))
    }

    /// Gone, or dead and not yet waited for by whoever inherited it.
    private func isGone(_ process: Int32) -> Bool {
        guard let status = try? Repository.bytes("/proc/\(process)/status") else { return true }
        return String(decoding: status, as: UTF8.self).contains("State:\tZ")
    }

    /// Kills the parent and measures how long the child is there after it.
    private func secondsToEnd(
        _ bash: HostProcess, _ child: Int32, within limit: Double
    ) throws -> Double {
        let start = Deadline.now
        bash.signal(SIGKILL)
        defer { kill(child, SIGKILL) }
        try bash.wait(within: limit, for: "the child's end") { isGone(child) }
        return Deadline.now - start
    }

    /// The parent holds the other ends of the pipes, as a host does.
    private static let asHost = #"""
        coproc RPC { exec "$@"; }
        echo $RPC_PID
        while read -r line; do echo "$line" >&${RPC[1]}; done
        """#

    @Test func aKilledHostLeavesNoIdleProcessBehind() throws {
        let (bash, child) = try parent(Self.asHost, ["--sandbox"])
        #expect(try secondsToEnd(bash, child, within: 3) < bound(1))
    }

    @Test func aKilledHostLeavesNoBusyProcessBehind() throws {
        let server = try FaultServer(["ngmt_a": [.neverAnswer]])
        let (bash, child) = try parent(Self.asHost, ["--base-url", server.baseURL])
        try bash.send(line: request("1", "engagement.replaceContacts", replacement("ngmt_a")))
        try bash.send(line: request("2", "engagement.get", #"["ngmt_a"]"#))
        try bash.wait(within: 5, for: "the requests") { server.requests.count == 2 }
        #expect(try secondsToEnd(bash, child, within: 3) < bound(1))
        #expect(server.requests.count == 2)
    }

    /// The pipes stay open, because this process holds their other ends and not the killed parent.
    private static let besideHost = #""$@" <&0 & echo $!; wait"#

    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["TESTS_LONG"] == "1", "takes half a minute"),
        arguments: [false, true])
    func anOrphanWhosePipesAreHeldEndsToo(isBusy: Bool) throws {
        let server = try FaultServer(["ngmt_a": [.neverAnswer]])
        let (bash, child) = try parent(Self.besideHost, ["--base-url", server.baseURL, "--timeout-ms", "300000"])
        // A process whose parent is gone before it looks for the first time never learns that it had another.
        try bash.send(line: ping("0"))
        try bash.wait(within: 5, for: "an answer") { bash.outputText.contains("}\n") }
        if isBusy {
            try bash.send(line: request("1", "engagement.replaceContacts", replacement("ngmt_a")))
            try bash.wait(within: 5, for: "the request") { server.requests.count == 1 }
        }
        #expect(try secondsToEnd(bash, child, within: 36) < 35)
        #expect(bash.errorText.contains("warning: the process that started this one has ended"), "\(bash.errorText)")
        guard isBusy else { return }
        let answer = try Answer(Array(try #require(bash.outputText.split(separator: "\n").last).utf8))
        #expect(answer.kind == "shutting_down" && answer.string("error", "data", "applied") == "unknown", "\(answer)")
    }

    private static let isLong = ProcessInfo.processInfo.environment["TESTS_LONG"] == "1"

    /// What started the process was no more than a launcher: the host goes on, and so does the conversation.
    @Test(.enabled(if: isLong, "takes half a minute"))
    func aHostThatStillWritesKeepsIt() throws {
        let (bash, child) = try parent(Self.besideHost, ["--sandbox"])
        try bash.send(line: ping("0"))
        try bash.wait(within: 5, for: "an answer") { bash.outputText.contains("}\n") }
        bash.signal(SIGKILL)
        defer { kill(child, SIGKILL) }
        try bash.wait(within: 5, for: "the parent's death") { isGone(bash.pid) }
        try bash.send(line: ping("1"))
        try bash.wait(within: 5, for: "an answer") { bash.outputText.contains("\"id\":1") }
        pause(milliseconds: 37_000)
        #expect(!isGone(child))
        try bash.send(line: ping("2"))
        try bash.wait(within: 5, for: "an answer") { bash.outputText.contains("\"id\":2") }
        bash.closeInput()
        try bash.wait(within: 3, for: "the child's end") { isGone(child) }
        #expect(bash.errorText.isEmpty, "\(bash.errorText)")
    }

    /// The end of a file comes by itself, whoever has started the batch.
    @Test(.enabled(if: isLong, "takes half a minute"))
    func aBatchOutlivesTheShellThatStartedIt() throws {
        let server = try FaultServer(always: Reaction.ok().after(milliseconds: 37_000))
        let path = "/tmp/engagement-rpc-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { unlink(path) }
        let line = request("1", "engagement.create", #"{}"#) + "\n" + request("2", "contact.create", "{}") + "\n"
        try line.write(toFile: path, atomically: false, encoding: .utf8)
        let script = #""$@" <\#(path) & echo $!; wait"#
        let (bash, child) = try parent(script, ["--base-url", server.baseURL, "--timeout-ms", "120000"])
        try bash.wait(within: 5, for: "the request") { server.requests.count == 1 }
        bash.signal(SIGKILL)
        defer { kill(child, SIGKILL) }
        try bash.wait(within: 45, for: "the child's end") { isGone(child) }
        #expect(bash.outputText.contains(#""id":2,"result""#), "\(bash.outputText)")
    }
}
