import TestSupport
import Testing

/// Time and size of answers: what is too slow or too big is given up, within bounds of memory.
@Suite(.ownThread)
struct BoundTests {
    static let slow: [Named<Reaction>] = [
        Named("never answers", .neverAnswer), Named("body too short", .bodyTooShort),
        Named("drips headers", .dripHeaders),
        Named("drips the body", .dripBody),
        Named("answers late", Reaction.ok().after(milliseconds: slowed(milliseconds: 2000))),
    ]

    @Test(arguments: slow)
    func aCallEndsAtItsDeadline(row: Named<Reaction>) throws {
        let server = try FaultServer(always: row.value)
        let host = try bridge(to: server, limit(milliseconds: 400))
        let start = Deadline.now
        let ids = try [
            host.begin("engagement.get", #"["ngmt_a"]"#),
            host.begin("engagement.replaceContacts", replacement("ngmt_a")),
        ]
        try host.expectAlive()
        let (read, write) = (try host.answer(to: ids[0]), try host.answer(to: ids[1]))
        #expect((0.35...bound(1)).contains(Deadline.now - start), "\(Deadline.now - start)")
        for answer in [read, write] {
            #expect(answer.code == 1002 && answer.kind == "timeout", "\(answer)")
            #expect(answer.bool("error", "data", "retryable") == true)
            #expect(answer.int("error", "data", "attempts") == 1)
        }
        #expect(["unknown", "yes"].contains(write.string("error", "data", "applied")), "\(write)")
        #expect(server.requests.count == 2)
        try host.finish()
    }

    @Test func optionsOnlyLowerTheLimit() throws {
        let server = try FaultServer(always: Reaction.ok().after(milliseconds: slowed(milliseconds: 3000)))
        let host = try bridge(to: server, limit(milliseconds: 1200))
        let start = Deadline.now
        let short = try host.begin("engagement.get", #"{"engagement_id":"ngmt_a","options":{"timeout_ms":150}}"#)
        let long = try host.begin("engagement.get", #"{"engagement_id":"ngmt_a","options":{"timeout_ms":60000}}"#)
        #expect(try host.answer(to: short).code == 1002)
        #expect(Deadline.now - start < bound(0.3))
        #expect(try host.answer(to: long).code == 1002)
        #expect((1.15...bound(1.6)).contains(Deadline.now - start))
        try host.finish()
    }

    /// Memory that the system does not give is one failed call, not the end of the process.
    @Test(.disabled(if: processorIsEmulated, "memory can't be limited here"))
    func noMemoryForAnAnswerIsAnError() throws {
        let server = try FaultServer(always: .chunked([UInt8](repeating: 0x31, count: 1 << 20), times: 60))
        var setup = Setup([], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        setup.program = "/bin/sh"
        setup.arguments = [
            "-c", "ulimit -v $1 && shift && exec \"$@\"", "sh", Setup.binaryIsGiven ? "230000" : "700000", Setup.binary,
            "--base-url", server.baseURL, "--max-attempts", "1",
        ]
        let host = try HostProcess(setup)
        let ids = try (0..<16).map { _ in try host.begin("engagement.get", #"["ngmt_a"]"#) }
        var refused = 0
        for id in ids {
            let answer = try host.answer(to: id, within: 60)
            if let kind = answer.kind {
                refused += 1
                // Where the machine is busy, an answer is late before it has filled the memory.
                #expect(["internal_error", "network", "timeout"].contains(kind), "\(answer)")
            }
        }
        #expect(refused > 0)
        try host.expectAlive()
        try host.finish()
    }

    @Test func aGivenUpConnectionIsClosed() throws {
        let server = try FaultServer(["ngmt_slow": [.neverAnswer], "ngmt_good": [.ok()]])
        let host = try bridge(to: server, limit(milliseconds: 300))
        #expect(try host.call("engagement.get", #"["ngmt_slow"]"#).code == 1002)
        try host.wait(within: 1, for: "the connection closed") { server.openConnections == 0 }
        #expect(try host.call("engagement.get", #"["ngmt_good"]"#).text("result") != nil)
        try host.finish()
    }

    @Test func aSlowAnswerHoldsNoOtherUp() throws {
        let server = try FaultServer(["ngmt_slow": [Reaction.ok().after(milliseconds: 3000)], "ngmt_good": [.ok()]])
        let host = try bridge(to: server)
        let slow = try host.begin("engagement.get", #"["ngmt_slow"]"#)
        for _ in 0..<10 {
            let start = Deadline.now
            _ = try host.call("engagement.get", #"["ngmt_good"]"#)
            #expect(Deadline.now - start < bound(1))
        }
        #expect(try host.answer(to: slow).text("result") != nil)
        try host.finish()
    }

    private static let largest = 64 << 20

    static let tooBig: [Named<Reaction>] = [
        Named("chunked", .chunked([UInt8](repeating: 0x20, count: 1 << 16), times: largest / (1 << 16) + 1)),
        Named("gzip bomb of 64 MiB", .gzipBomb(bytes: largest + 1000)),
        Named("gzip bomb of 1 GiB", .gzipBomb(bytes: 1 << 30)),
    ]

    @Test(.tags(.load), arguments: tooBig)
    func aBodyOverTheLimitIsGivenUp(row: Named<Reaction>) throws {
        let server = try FaultServer(["ngmt_big": [row.value], "ngmt_good": [.ok()]])
        let host = try bridge(to: server, limit(milliseconds: 10_000))
        try host.expectAlive()
        let before = try #require(host.residentKiB)
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_big"), within: 15)
        // Given up for its size: one whose time is over is another kind.
        #expect(answer.code == 1004 && answer.kind == "bad_response", "\(answer)")
        #expect(answer.string("error", "data", "applied") == "yes", "\(answer)")
        #expect(answer.bytes.count < 10_000)
        #expect(try host.call("engagement.get", #"["ngmt_good"]"#).text("result") != nil)
        let (peak, after) = (try #require(host.peakResidentKiB), try #require(host.residentKiB))
        expectMemory(peak - before, below: 140 << 10)
        expectMemory(after - before, below: 24 << 10)
        try host.finish()
    }

    @Test(.tags(.load)) func aGzipBombInAnErrorIsStillThatError() throws {
        let bomb = Reaction.answer("HTTP/1.1 500 No", Gzip.bomb(bytes: 1 << 30), ["Content-Encoding: gzip"])
        let server = try FaultServer(always: bomb)
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#, within: 15)
        #expect([500, 1004].contains(answer.code), "\(answer)")
        #expect(answer.text("error", "data", "problem") == nil)
        try host.finish()
    }

    @Test(.tags(.load)) func aBodyAtTheLimitIsPassedOn() throws {
        // A debug build scans at 10 MB/s.
        let size = Setup.binaryIsGiven ? Self.largest : 4 << 20
        let body = "\"" + String(repeating: "x", count: size - 2) + "\""
        let server = try FaultServer(always: .ok(body))
        var setup = Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        setup.checks = .text
        let host = try HostProcess(setup)
        try host.send(line: request("1", "engagement.get", #"["ngmt_a"]"#))
        host.closeInput()
        #expect(try host.waitForExit(within: 20) == .exited(0))
        let text = host.outputText
        #expect(text.hasPrefix("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"data\":\"xxx"), "\(text.prefix(300))")
        #expect((size..<size + 300).contains(text.utf8.count))
    }

    /// Header values that try to break out of the answer.
    static let headerValues: [Named<[UInt8]>] = [
        Named("quotes and backslash", Array(#"W/"a\"b\\","x":"y"#.utf8)),
        Named("controls", [0x61, 0x01, 0x08, 0x1B, 0x5B, 0x7F]),
        Named("not UTF-8", [0xFF, 0xFE, 0x80]), Named("half a character", [0xE2, 0x82]),
        Named("tab", [0x61, 0x09, 0x62]),
        Named("separators", Array("\u{2028}\u{2029}\u{85}\u{202E}".utf8)), Named("spaces", [0x20, 0x20]),
        Named("NUL", [0x61, 0x00, 0x62]), Named("CR", [0x61, 0x0D, 0x62]),
        Named("100 kB", [UInt8](repeating: 0x22, count: 100_000)),
    ]

    @Test(arguments: headerValues, [200, 422])
    func noHeaderValueBreaksTheAnswer(value: Named<[UInt8]>, status: Int) throws {
        var head = Array("HTTP/1.1 \(status) Said\r\n".utf8)
        for name in ["ETag", "X-Api-Version", "Retry-After", "X-Request-Id", "Content-Type"] {
            head += Array("\(name): ".utf8) + value.value + Array("\r\n".utf8)
        }
        head += Array("Content-Length: 2\r\n\r\n{}".utf8)
        let server = try FaultServer(always: Reaction([.send(head)]))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
        if value.name == "NUL" || value.name == "CR" || value.name == "100 kB" {
            #expect(answer.code == nil || [status, 1001, 1004].contains(answer.code), "\(answer)")
        } else {
            #expect(status == 200 ? answer.text("result", "data") == "{}" : answer.code == 422, "\(answer)")
        }
        #expect(answer.text("error", "data", "retry_after_ms") == nil)
        #expect(!answer.bytes.contains { $0 < 0x20 }, "controls are escaped")
        try host.finish()
    }
}
