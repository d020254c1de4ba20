import Foundation
import TestSupport
import Testing

/// The harness itself, on programs that every system has.
@Suite(.ownThread)
struct HarnessTests {
    private func echo() throws -> HostProcess {
        var setup = Setup([])
        setup.program = "/bin/cat"
        return try HostProcess(setup)
    }

    private func shell(_ script: String, _ checks: Setup.Output = .lines) throws -> HostProcess {
        var setup = Setup(["-c", script])
        setup.program = "/bin/bash"
        setup.checks = checks
        return try HostProcess(setup)
    }

    @Test func answersAreFoundByTheSpellingOfTheirID() throws {
        let host = try echo()
        try host.send(line: #"{"jsonrpc":"2.0","id":1.0,"result":{"a":[{},{"b":"\u00e9"}]}}"#)
        try host.send(Array(#"{"jsonrpc":"2.0","id":1,"error":{"code":5,"message":"m"}}"#.utf8) + [10], inPiecesOf: 1)
        #expect(try host.answer(to: "1").code == 5)
        let first = try host.answer(to: "1.0")
        #expect(first.string("result", "a", "1", "b") == "é")
        #expect(first.count("result", "a") == 2)
        try host.finish()
    }

    @Test(arguments: [
        "hello", "{} {}", #"{"jsonrpc":"2.0","id":1}"#, #"{"jsonrpc":"2.0","id":1,"result":1,"error":{}}"#,
        #"{"id":1,"result":1}"#, #"{"jsonrpc":"2.0","id":1,"result":1,"more":1}"#, "",
        #"{"jsonrpc":"2.0","id":1,"result":1,"id":2}"#, #"{"jsonrpc":"2.0","id":1,"method":"m"}"#,
        #"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#,
    ])
    func whatIsNoAnswerIsRefused(line: String) throws {
        let host = try echo()
        #expect(throws: HarnessFailure.self) {
            try host.send(line: line)
            _ = try host.next()
        }
    }

    @Test func aSecondAnswerACutLineAndAnExtraAnswerAreRefused() throws {
        let answer = #"{"jsonrpc":"2.0","id":1,"result":1}"#
        for text in [answer + "\n" + answer + "\n", answer, answer + "\n"] {
            let host = try echo()
            try host.send(text.utf8)
            #expect(throws: HarnessFailure.self) { try host.finish() }
        }
    }

    @Test func theTokenIsNowhere() throws {
        for target in ["1", "2"] {
            var setup = Setup(["-c", "echo \"\\\"$ENGAGEMENT_RPC_TOKEN\\\"\" >&\(target)"])
            setup.program = "/bin/bash"
            setup.environment["ENGAGEMENT_RPC_TOKEN"] = "sk-apik_secret"
            let host = try HostProcess(setup)
            #expect(throws: HarnessFailure.self) { try host.finish() }
        }
    }

    @Test(arguments: [Setup.Wiring.pipe, .socket])
    func noDescriptorsReachTheProcess(wiring: Setup.Wiring) throws {
        var setup = Setup(["-c", "ls /proc/self/fd; echo; read line; kill -TERM $$"])
        (setup.program, setup.checks) = ("/bin/bash", .text)
        (setup.input, setup.output, setup.errors) = (wiring, wiring, wiring)
        let others = try (0..<5).map { _ in try echo() }
        // One that a child inherits, with as high a number as there is.
        let high = fcntl(1, F_DUPFD, getdtablesize() - 64)
        #expect(high > 2)
        let host = try HostProcess(setup)
        close(high)
        try host.wait(within: 5, for: "the list") { host.outputText.hasSuffix("\n\n") }
        #expect(host.outputText == "0\n1\n2\n3\n\n", "3 is the folder that ls reads")
        #expect((host.residentKiB ?? 0) > 0)
        try host.send(line: "")
        #expect(try host.waitForExit() == .killed(SIGTERM))
        for other in others { try other.finish() }
    }

    @Test func aProcessThatDoesNotReadHoldsNothingUp() throws {
        let host = try shell("trap 'cat | tail -n 1; exit' USR1; echo '[]'; while :; do sleep 0.05; done")
        _ = try host.batch()
        for number in 0..<20_000 { try host.send(line: #"{"jsonrpc":"2.0","id":\#(number),"result":null}"#) }
        #expect(host.unsentBytes > 0)
        host.signal(SIGUSR1)
        host.closeInput()
        _ = try host.answer(to: "19999")
        try host.finish()
    }

    @Test func aProcessThatStaysIsKilled() throws {
        let host = try shell("trap '' TERM; echo '[]'; while :; do sleep 0.1; done")
        _ = try host.batch()
        host.signal(SIGTERM)
        #expect(throws: HarnessFailure.self) { try host.waitForExit(within: 0.2) }
    }

    @Test func framesAreCutByTheirLength() throws {
        var setup = Setup([])
        (setup.program, setup.checks) = ("/bin/cat", .headers)
        let host = try HostProcess(setup)
        let answer = #"{"jsonrpc":"2.0","id":"é","result":1}"#
        let frame = Array("Content-Length: \(answer.utf8.count)\r\n\r\n\(answer)".utf8)
        try host.send(frame, inPiecesOf: 1)
        _ = try host.answer(to: "\"é\"")
        try host.send("Content-Length: 2\n\n{}".utf8)
        #expect(throws: HarnessFailure.self) { _ = try host.next() }
    }

    @Test func theFaultServerCountsAndMisbehaves() throws {
        let server = try FaultServer(["a": [.problem(503), .ok("{}")], "b": [.cutHeaders], "c": [.closeBeforeAnswer]])
        let script = """
            exec 3<>/dev/tcp/127.0.0.1/\(server.port)
            for i in 1 2; do printf 'PUT /api/a HTTP/1.1\\r\\nContent-Length: 3\\r\\n\\r\\nabc' >&3; sleep 0.1; done
            printf 'GET /b?x=1 HTTP/1.1\\r\\nA: b\\r\\n\\r\\n' >&3
            cat <&3
            """
        let host = try shell(script, .text)
        _ = try host.waitForExit()
        #expect(host.outputText.contains("HTTP/1.1 503 Said\r\n"))
        #expect(host.outputText.contains("HTTP/1.1 200 Said\r\n"))
        #expect(host.outputText.hasSuffix("HTTP/1.1 200 OK\r\nContent-Type: applica"))
        #expect(server.count("PUT", "/api/a") == 2)
        #expect(server.requests.map(\.countOnConnection) == [1, 2, 3])
        #expect(server.requests.map(\.lastPart) == ["a", "a", "b"])
        #expect(server.requests[1].body == Array("abc".utf8))
        #expect(server.requests[2]["a"] == "b")
        #expect(server.connections == 1)
    }

    @Test(arguments: [1, 259, 10_000, 1_000_000])
    func gzipStreamsAreGood(size: Int) throws {
        let host = try shell("gzip -dc | wc -c", .text)
        try host.send(Gzip.bomb(bytes: size))
        host.closeInput()
        #expect(try host.waitForExit() == .exited(0))
        #expect(host.outputText == "\(1 + (size - 1) / 258 * 258)\n")
        let stored = try shell("gzip -dc", .text)
        try stored.send(Gzip.stored(Array("plain text".utf8)))
        stored.closeInput()
        #expect(try stored.waitForExit() == .exited(0))
        #expect(stored.outputText == "plain text")
    }
}
