import TestSupport
import Testing

/// `Content-Length` framing, as in LSP, both ways.
@Suite(.ownThread, .tags(.headers))
struct HeadersTests {
    private func host(_ arguments: String..., checks: Setup.Output = .headers) throws -> HostProcess {
        var setup = Setup(["--sandbox"] + arguments)
        setup.checks = checks
        return try HostProcess(setup)
    }

    private static func frame(_ body: String, _ head: (Int) -> String) -> [UInt8] {
        Array((head(body.utf8.count) + body).utf8)
    }

    private static func frame(_ body: String) -> [UInt8] { frame(body) { "Content-Length: \($0)\r\n\r\n" } }

    static let heads: [Named<@Sendable (Int) -> String>] = [
        Named("plain", { "Content-Length: \($0)\r\n\r\n" }), Named("lower case", { "content-length: \($0)\r\n\r\n" }),
        Named("upper case", { "CONTENT-LENGTH:\($0)\r\n\r\n" }),
        Named("spaces", { "Content-Length:   \($0)  \r\n\r\n" }),
        Named(
            "type after",
            {
                "Content-Length: \($0)\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n"
            }),
        Named("type before", { "Content-Type: application/json; charset=utf8\r\nContent-Length: \($0)\r\n\r\n" }),
        Named("unknown header", { "Content-Length: \($0)\r\nX-Other: 1\r\n\r\n" }),
        Named("another header first", { "X-Anything: 1\r\nContent-Length: \($0)\r\n\r\n" }),
        Named("byte order mark before", { "\u{FEFF}Content-Length: \($0)\r\n\r\n" }),
        Named("blank lines before", { "\r\n\nContent-Length: \($0)\r\n\r\n" }),
    ]

    @Test(arguments: heads, [1, 4096])
    func framesAreServedBothWays(head: Named<@Sendable (Int) -> String>, size: Int) throws {
        let host = try host()
        let bodies = [
            ping("\"é\""), "[\(ping("2"))]", request("3", "engagement.get", #"["ngmt_sandbox01"]"#), ping("4") + "\n",
        ]
        let frames = bodies.map { Self.frame($0, head.value) }
        // The mark stands before the first only.
        let rest = frames.dropFirst().flatMap { $0.starts(with: "\u{FEFF}".utf8) ? Array($0.dropFirst(3)) : $0 }
        try host.send(frames[0] + rest, inPiecesOf: size)
        let answers = try host.converse([])
        #expect(answers.map(\.summary).sorted() == ["\"é\" ok", "3 ok", "4 ok", "[2 ok]"])
    }

    @Test func callsAndErrorsAsOverLines() throws {
        let host = try host()
        #expect(try host.call("engagement.get", #"["ngmt_sandbox04",["transcript"]]"#).bytes.count > 1_000_000)
        #expect(try host.call("nothing.here").code == -32601)
        try host.send(Self.frame("{"))
        #expect(try host.next().summary == "null -32700")
        try host.send(Self.frame(ping("1") + ping("2")))
        #expect(try host.next().summary == "null -32700")
        try host.send(Self.frame(""))
        #expect(try host.next().code == -32700)
        try host.expectAlive()
        try host.finish()
    }

    /// A host's response is never answered, least of all with the id of a call of its own.
    @Test func aResponseIsDropped() throws {
        let host = try host("--log-level", "debug")
        try host.fail("GET *", #"{"delay_ms":300}"#)
        try host.send(Self.frame(request("77", "engagement.get", #"["ngmt_sandbox01"]"#)))
        try host.send(Self.frame(#"{"jsonrpc":"2.0","id":77,"result":{}}"#))
        #expect(try host.answer(to: "77").text("result", "data") != nil)
        #expect(host.errorText.contains("response dropped"))
        try host.finish()
    }

    @Test func aLineThatBeginsWithABraceIsALine() throws {
        let host = try sandbox("--framing", "auto")
        try host.send(line: "\n  " + ping("1"))
        _ = try host.answer(to: "1")
        try host.send("Content-Length: 2\r\n\r\n".utf8)
        #expect(try host.next().summary == "null -32700", "decided once")
        try host.finish()
    }

    @Test func framingCanBeSet() throws {
        let lines = try sandbox("--framing", "lines")
        try lines.send(line: "Content-Length: 2")
        #expect(try lines.next().summary == "null -32700")
        try lines.finish()
        let headers = try host("--framing", "headers")
        try headers.expectAlive()
        try headers.finish()
    }

    @Test(arguments: [16 << 20, (16 << 20) + 1, 40 << 20])
    func theLimitHoldsForFrames(size: Int) throws {
        let host = try host()
        let text = ping("1")
        try host.send("Content-Length: \(size)\r\n\r\n\(text)".utf8)
        try host.send([UInt8](repeating: 0x20, count: size - text.utf8.count))
        let answer = try host.next(within: 20)
        #expect(size == 16 << 20 ? answer.summary == "1 ok" : answer.kind == "too_large", "\(answer)")
        try host.expectAlive()
        expectMemory(try #require(host.peakResidentKiB), below: 110 << 10)
        try host.finish()
    }

    static let badHeads = [
        "Content-Length: -5\r\n\r\n", "Content-Length: +5\r\n\r\n", "Content-Length: 18446744073709551616\r\n\r\n",
        "Content-Length: 99999999999999\r\n\r\n", "Content-Length: 0x10\r\n\r\n", "Content-Length: \r\n\r\n",
        "Content-Length: 5 5\r\n\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "Content-Type: x\r\n\r\n",
        "Content-Length\r\n\r\n", "Content-Length: five\r\n\r\n",
        "Content-Length: " + String(repeating: "1", count: 1 << 20) + "\r\n\r\n",
        "C" + String(repeating: "x", count: 2 << 20),
    ]

    @Test(arguments: badHeads)
    func aBadHeadIsOneErrorAndNoCrash(head: String) throws {
        let host = try host()
        try host.expectAlive()
        try host.send(head.utf8)
        host.closeInput()
        let ending = try host.waitForExit()
        #expect(ending == .exited(0) || ending == .exited(1), "\(ending)")
        let answers = host.takeAll()
        #expect(answers.count <= 1)
        for answer in answers { #expect([-32700, -32600].contains(answer.code), "\(answer)") }
        try host.checkLeftovers()
    }

    /// Bytes behind a bad head can be a message's text: not one of them is taken for a message of its own.
    @Test(arguments: [
        "Content-Length: -5\r\n\r\n", "Content-Type: x\r\n\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
    ])
    func nothingIsServedAfterABadHead(head: String) throws {
        let host = try host()
        try host.expectAlive()
        let write = request("9", "engagement.replaceContacts", replacement("ngmt_sandbox01"))
        try host.send(Array(head.utf8) + Self.frame(write) + Self.frame(write))
        #expect(try host.next().summary == "null -32600")
        #expect(try host.waitForExit() == .exited(0), "and it ends without waiting for more")
        try host.checkLeftovers()
    }

    @Test func endOfInputInsideAFrame() throws {
        for cut in [
            "Content-Len", "Content-Length: 50\r\n", "Content-Length: 50\r\n\r\n", "Content-Length: 50\r\n\r\n{\"a",
        ] {
            let host = try host()
            try host.expectAlive()
            try host.send(cut.utf8)
            host.closeInput()
            #expect(try host.waitForExit() == .exited(0))
            #expect(host.takeAll().count <= 1)
        }
    }

    @Test func shutdownAndExit() throws {
        let host = try host()
        #expect(try host.call("shutdown").text("result") == "null" || host.unsentBytes == 0)
        let late = try host.call("engagement.get", #"["ngmt_sandbox01"]"#)
        #expect([-32600, 1006].contains(late.code), "after shutdown only exit: \(late)")
        try host.send(Self.frame(request(nil, "exit")))
        #expect(try host.waitForExit(within: 2) == .exited(0))
        try host.checkLeftovers()
    }

    @Test func exitWithoutShutdown() throws {
        let host = try host()
        try host.expectAlive()
        try host.send(Self.frame(request(nil, "exit")))
        #expect(try host.waitForExit(within: 2.5) == .exited(1), "as LSP has it")
    }
}
