import TestSupport
import Testing

/// Answers that are none, or unusable: how each is told, for a read and for a write, with one attempt.
@Suite(.ownThread, .overTLSOnRelease)
struct FaultTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let reaction: Reaction
        /// What `error.code` may be.
        let codes: Set<Int>
        /// What `applied` may be for a write.
        let applied: Set<String>
        var testDescription: String { name }

        init(_ name: String, _ reaction: Reaction, _ codes: Set<Int>, applied: Set<String>) {
            (self.name, self.reaction, self.codes, self.applied) = (name, reaction, codes, applied)
        }
    }

    private static let network: Set = [1001]
    private static let either: Set = [1001, 1004]
    private static let badResponse: Set = [1004]

    private static func body(_ name: String, _ bytes: [UInt8]) -> Row {
        Row(name, .answer("HTTP/1.1 200 OK", bytes), badResponse, applied: ["yes"])
    }

    private static func body(_ name: String, _ text: String) -> Row { body(name, Array(text.utf8)) }

    private static func status(_ line: String) -> Reaction { .answer(line, Array("{}".utf8)).then(.close) }

    static let cuts = [
        Row("closed before the answer", .closeBeforeAnswer, network, applied: ["unknown"]),
        Row("reset before the answer", .resetBeforeAnswer, network, applied: ["unknown"]),
        Row("cut in the status line", .cutStatusLine, either, applied: ["unknown"]),
        Row("cut in the header section", .cutHeaders, either, applied: ["unknown", "yes"]),
        Row("cut in the body", .cutBody, either, applied: ["yes"]),
        Row("cut in a chunk", .cutChunk, either, applied: ["yes"]),
        Row("junk chunk size", .junkChunkSize, either, applied: ["yes"]),
        Row("two lengths", .twoLengths, either, applied: ["yes", "unknown"]),
        Row("negative length", .negativeLength, either, applied: ["yes", "unknown"]),
        Row("gzip cut", .cutGzip, either, applied: ["yes"]), Row("false gzip", .falseGzip, either, applied: ["yes"]),
        Row("garbage", .garbage, either, applied: ["unknown"]), Row("HTTP/0.9", .http09, either, applied: ["unknown"]),
        Row("10,000 headers", .manyHeaders(10_000), either, applied: ["unknown", "yes"]),
        Row("one header of 10 MB", .hugeHeader(bytes: 10_000_000), either, applied: ["unknown", "yes"]),
        Row("endless 100", .interim(100, times: 1_000_000), either, applied: ["unknown"]),
        Row("endless 103", .interim(103, times: 1_000_000), either, applied: ["unknown"]),
    ]

    static let bodies = [
        Row("empty", .answer("HTTP/1.1 200 OK", []), badResponse, applied: ["null"]),
        Row("spaces", .answer("HTTP/1.1 200 OK", Array("  \r\n ".utf8)), badResponse, applied: ["null"]),
        Row("HTML", .answer(200, "<!DOCTYPE html><html></html>"), badResponse, applied: ["unknown"]),
        body("half", "{\"a\":"),
        body("two texts", "{}{}"), body("two lines", "{}\n{}"), body("trailing comma", "{\"a\":1,}"),
        body("NaN", "{\"a\":NaN}"), body("bad UTF-8", [0x22, 0xFF, 0x22]), body("overlong", [0x22, 0xC0, 0x80, 0x22]),
        body("surrogate bytes", [0x22, 0xED, 0xA0, 0x80, 0x22]),
        body("byte order mark", [0xEF, 0xBB, 0xBF, 0x7B, 0x7D]),
        body("UTF-16", [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00]), body("NUL at the end", [0x7B, 0x7D, 0]),
        body("line break in a string", "{\"a\":\"b\nc\"}"), body("control in a string", "\"\u{1}\""),
        body("100,000 deep", String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)),
        body("100,000 deep and open", String(repeating: "[{\"a\":", count: 100_000)), body("text", "OK"),
    ]

    private func check(_ answer: Answer, _ row: Row) {
        #expect(row.codes.contains(answer.code ?? 0), "\(answer)")
        #expect(answer.kindMismatch == nil)
        #expect(answer.int("error", "data", "attempts") == 1, "\(answer)")
    }

    @Test(arguments: cuts + bodies)
    func anUnusableAnswerIsToldAsWhatItIs(row: Row) throws {
        let server = try FaultServer(["ngmt_bad": [row.reaction], "ngmt_good": [.ok()]])
        let host = try bridge(to: server)
        let read = try host.call("engagement.get", #"["ngmt_bad"]"#)
        check(read, row)
        #expect(read.text("error", "data", "applied") == nil)
        let write = try host.call("engagement.replaceContacts", replacement("ngmt_bad"))
        if row.applied == ["null"] {
            // A change that was made without a word about it.
            #expect(write.text("result", "data") == "null" && write.int("result", "meta", "attempts") == 1, "\(write)")
        } else {
            check(write, row)
            #expect(row.applied.contains(write.string("error", "data", "applied") ?? "-"), "\(write)")
        }
        #expect(server.count("GET", "ngmt_bad") == 1 && server.count("PUT", "ngmt_bad") == 1)
        #expect(try host.call("engagement.get", #"["ngmt_good"]"#).text("result", "data") != nil)
        try host.finish()
    }

    static let oddStatusLines: [Named<Reaction>] = [
        Named("000", status("HTTP/1.1 000 None")), Named("099", status("HTTP/1.1 099 Low")),
        Named("99", status("HTTP/1.1 99 Short")), Named("600", status("HTTP/1.1 600 High")),
        Named("999", status("HTTP/1.1 999 High")), Named("1000", status("HTTP/1.1 1000 Long")),
        Named("-1", status("HTTP/1.1 -1 Minus")), Named("no number", status("HTTP/1.1 abc")),
        Named("HTTP/3.7", status("HTTP/3.7 200 OK")), Named("HTTP/2.0", status("HTTP/2.0 200 OK")),
        Named("101", status("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x")),
        Named("204", status("HTTP/1.1 204 None")),
        Named("204 without a body", .raw("HTTP/1.1 204 None\r\n\r\n")), Named("205", status("HTTP/1.1 205 Reset")),
        Named("206", status("HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-1/9")),
        Named("304", status("HTTP/1.1 304 Same")), Named("ICY", status("ICY 200 OK")),
        Named("a CR", .raw("\r\r\r").then(.close)),
    ]

    @Test(arguments: oddStatusLines)
    func anOddStatusIsSurvived(row: Named<Reaction>) throws {
        let server = try FaultServer(["ngmt_bad": [row.value], "ngmt_good": [.ok()]])
        // A second attempt, for a connection that closes behind an answer that seemed whole.
        let host = try bridge(to: server, attempts: 2)
        for call in [("engagement.get", #"["ngmt_bad"]"#), ("engagement.replaceContacts", replacement("ngmt_bad"))] {
            let answer = try host.call(call.0, call.1)
            if let code = answer.code {
                #expect([1001, 1004].contains(code) || answer.kind == "unexpected_status", "\(answer)")
                #expect(answer.kindMismatch == nil)
            }
        }
        #expect(try host.call("engagement.get", #"["ngmt_good"]"#).text("result", "data") != nil)
        try host.finish()
    }

    private static let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    static let goodAfterAll: [Named<Reaction>] = [
        Named("100 first", .interim(100, times: 1)), Named("103 three times", .interim(103, times: 3)),
        Named("chunks of one byte", .raw(chunkedHead + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")),
        Named("chunk extension", .raw(chunkedHead + "2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n")),
        Named("no length, closed", .raw("HTTP/1.1 200 OK\r\n\r\n{}").then(.close)),
        Named("HTTP/1.0", .raw("HTTP/1.0 200 OK\r\n\r\n{}").then(.close)),
        Named("no reason", .raw("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}")),
        Named("LF only", .raw("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}")),
        Named("gzip", .answer("HTTP/1.1 200 OK", Gzip.stored(Array("{}".utf8)), ["Content-Encoding: gzip"])),
        Named(
            "header in pieces",
            Reaction([.drip(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".utf8), everyMs: 1)])),
        Named("other content type", .answer(200, "{}", type: "text/html")),
        Named("no content type", .answer(200, "{}", type: nil)),
        Named("100 headers", .answer(200, "{}", (0..<100).map { "X-Field-\($0): v" })),
    ]

    @Test(arguments: goodAfterAll)
    func anUnusualButGoodAnswerIsTaken(row: Named<Reaction>) throws {
        let server = try FaultServer(always: row.value)
        let host = try bridge(to: server)
        for _ in 0..<2 {
            let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
            #expect(["{}", #"{"object":"engagement"}"#].contains(answer.text("result", "data")), "\(answer)")
        }
        try host.finish()
    }

    @Test(arguments: ["engagement.get", "engagement.replaceContacts"])
    func nobodyListens(method: String) throws {
        let base = "http://127.0.0.1:\(try FaultServer.closedPort())/api"
        let host = try HostProcess(
            ["--base-url", base, "--max-attempts", "1"], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let answer = try host.call(method, method == "engagement.get" ? #"["ngmt_a"]"# : replacement("ngmt_a"))
        #expect(answer.code == 1001 && answer.kind == "network", "\(answer)")
        #expect(answer.bool("error", "data", "retryable") == true)
        #expect(answer.string("error", "data", "applied") == (method == "engagement.get" ? nil : "no"))
        #expect(answer.int("error", "data", "attempts") == 0, "nothing went on the wire: \(answer)")
        try host.finish()
    }

    @Test func aNameThatDoesNotExist() throws {
        let host = try HostProcess(
            ["--base-url", "https://nobody.invalid/api", "--max-attempts", "1"] + limit(milliseconds: 3000),
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let id = try host.begin("engagement.replaceContacts", replacement("ngmt_a"))
        try host.expectAlive()
        let answer = try host.answer(to: id)
        #expect([1001, 1002].contains(answer.code), "\(answer)")
        #expect(answer.string("error", "data", "applied") == "no")
        try host.finish()
    }

    @Test func plainHTTPWhereTLSIsExpected() throws {
        let server = try FaultServer(over: .clear, always: .ok())
        let base = server.baseURL.replacing("http:", with: "https:")
        let host = try HostProcess(
            ["--base-url", base, "--max-attempts", "1"] + limit(milliseconds: 1500),
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect([1001, 1002, 1003].contains(answer.code), "\(answer)")
        #expect(answer.string("error", "data", "applied") == "no")
        try host.finish()
    }

    @Test func anAnswerBeforeTheBodyIsReadCounts() throws {
        let server = try FaultServer(always: Reaction.problem(413).beforeBody)
        let host = try bridge(to: server)
        let contacts = (0..<200_000).map { "cnt_\($0)" }
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a", contacts))
        #expect(answer.code == 413 && answer.string("error", "data", "applied") == "no", "\(answer)")
        try host.finish()
    }

    @Test func aLargeBodyIsSentWithoutAPause() throws {
        let server = try FaultServer(always: .ok())
        let host = try bridge(to: server)
        // libcurl waits a second for "100 Continue" from one MiB on, each time. Both take as long otherwise.
        var waits: [Double] = []
        repeat {
            let seconds = try [45_400, 45_800].map { count in
                let contacts = (0..<count).map { "cnt_01HQY3JMS2\($0 + 100_000)" }
                let start = Deadline.now
                let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a", contacts))
                #expect(answer.text("error") == nil, "\(answer)")
                return Deadline.now - start
            }
            waits.append(seconds[1] - seconds[0])
        } while waits.last! >= 0.9 && waits.count < 5
        let sizes = server.requests.map(\.body.count)
        #expect(sizes[0] < 1 << 20 && sizes[1] > 1 << 20, "\(sizes)")
        #expect(waits.last! < 0.9, "\(waits)")
        try host.finish()
    }
}
