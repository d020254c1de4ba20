import TestSupport
import Testing

/// Where MCP and plain JSON-RPC meet on one stream: ids, `_meta`, duplicates, what may go out raw, how long a line is.
@Suite(.ownThread, .overTLSOnRelease)
struct MCPStreamTests {
    private static let read = #"{"engagement_id":"ngmt_sandbox01"}"#

    @Test(arguments: Era.allCases)
    func aMemberThatStandsTwiceInParamsIsRefused(era: Era) throws {
        let host = try era.begin()
        let write = #""name":"engagement_replace_contacts","arguments":\#(replacement("ngmt_sandbox01"))"#
        for twice in [
            #""name":"engagement_get",\#(write)"#, #"\#(write),"arguments":\#(Self.read)"#,
            #"\#(write),"n\u0061me":"engagement_get""#,
        ] {
            let answer = try host.ask(era.request("1", "tools/call", twice))
            #expect(answer.code == -32602 && answer.kind == "invalid_params", "\(answer)")
        }
        #expect(try host.process.sandboxRequests().isEmpty)
        try host.process.finish()
    }

    @Test func metaMakesTheStreamMCPOnAPlainMethodToo() throws {
        let host = try sandbox()
        #expect(try host.call("service.ping", #"{"_meta":{}}"#).code == -32602, "nothing of MCP in it")
        let answer = try host.call("engagement.get", #"{"engagement_id":"ngmt_sandbox01",\#(Era.meta)}"#)
        #expect(answer.string("result", "data", "id") == "ngmt_sandbox01", "\(answer)")
        try host.send(line: "{bad")
        #expect(try host.next().summary == "- -32700", "no null id on MCP")
        try host.finish()
    }

    /// It is the request's arrival that counts, not that it can be served.
    @Test(arguments: [("bad", "7", "7 -32602"), ("ngmt_a", "null", "- -32600")])
    func metaMakesTheStreamMCPAlsoWhenTheCallIsRefused(engagement: String, id: String, summary: String) throws {
        let host = try sandbox()
        let params = #"{"engagement_id":"\#(engagement)",\#(Era.meta)}"#
        try host.send(line: request(id, "engagement.get", params))
        #expect(try host.next().summary == summary)
        try host.send(line: "{bad")
        #expect(try host.next().summary == "- -32700", "no null id on MCP")
        try host.finish()
    }

    @Test func aSubscriptionKeepsItsIDAndCanBeCancelledEitherWay() throws {
        let era = Era.july2026
        let host = try era.begin()
        let members = #""notifications":{}"#
        #expect(try host.ask(era.request("\"s\"", "subscriptions/listen", members)).text("method") != nil)
        for method in ["service.ping", "rpc.discover"] {
            #expect(try host.ask(request("\"s\"", method)).code == -32600, "the id is taken")
        }
        #expect(try host.ask(request("\"s\"", "engagement.get", Self.read)).code == -32600)
        try host.send(request("9", "$/cancelRequest", #"{"id":"s"}"#))
        #expect(try host.process.answer(to: "\"s\"").code == -32800)
        #expect(try host.process.answer(to: "9").text("result") == "null")
        host.process.reusesIDs = true
        #expect(try host.ask(request("\"s\"", "service.ping")).text("result") == "{}", "and is free again")
        try host.process.finish()
    }

    @Test func whatAClientSpellsRawGoesOutEscaped() throws {
        let raw = "\"x\u{2028}\u{2029}\u{85}\u{7F}\u{202E}\""
        let escaped = #""x\u2028\u2029\u0085\u007f\u202e""#
        let era = Era.july2026
        let host = try era.begin()
        host.process.reusesIDs = true
        let meta = String(Era.meta.dropLast()) + #","progressToken":\#(raw)}"#
        try host.process.fail("GET /v2/engagements/*", #"{"status":503}"#)
        try host.send(
            request("1", "tools/call", #"{\#(meta),"name":"engagement_get","arguments":\#(Self.read)}"#))
        #expect(try host.next().text("params", "progressToken") == escaped)
        #expect(try host.next().summary == "1 ok")
        let listen = try host.ask(era.request(raw, "subscriptions/listen", #""notifications":{}"#))
        #expect(listen.text("params", "_meta", "io.modelcontextprotocol/subscriptionId") == escaped)
        try host.send(request(nil, "notifications/cancelled", #"{"requestId":\#(raw)}"#))
        for line in [
            ping(raw), request(raw, "engagement.get", Self.read), request(raw, "engagement.get", #"["ngmt_none"]"#),
            request(raw, "nothing.here"), era.request(raw, "tools/list"),
        ] { #expect(try host.ask(line).text("id") == escaped, "\(line)") }
        try host.process.finish()
    }

    @Test func aWaitTellsHowFarItIs() throws {
        let era = Era.june2025
        let host = try era.begin("--toolsets", "all")
        let media = #""source_system":"s","external_id":"e","media_url":"https://m.example/a""#
        let made = try host.ask(era.toolCall("1", "engagement_create", #"{"type":"CALL","title":"T",\#(media)}"#))
        let id = try #require(made.string("result", "structuredContent", "data", "id"))
        let arguments = #"{"engagement_id":"\#(id)","wait_for":"COMPLETED"}"#
        let params = #"{"_meta":{"progressToken":7},"name":"engagement_get","arguments":\#(arguments)}"#
        try host.send(request("2", "tools/call", params))
        #expect(try host.next().string("params", "message") == "It is \"PENDING\"; asking again in 1 s.")
        #expect(try host.next().string("params", "message") == "It is \"PROCESSING\"; asking again in 2 s.")
        let answer = try host.next()
        #expect(answer.string("result", "structuredContent", "data", "processing_status") == "COMPLETED", "\(answer)")
        try host.process.finish()
    }

    @Test func halfASurrogatePairFromTheAPIDoesNotBreakTheLine() throws {
        let server = try FaultServer(always: .ok(#"{"title":"cut \ud83d","whole":"\ud83d\ude00"}"#))
        let era = Era.june2025
        let host = try era.begin(
            Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken]))
        let answer = try host.ask(era.toolCall("1", "engagement_get", #"{"engagement_id":"ngmt_a"}"#))
        #expect(answer.toolText?.string("data", "title") == "cut \u{FFFD}")
        #expect(answer.string("result", "structuredContent", "data", "whole") == "😀")
        try host.finish()
    }

    @Test(arguments: [Era.march2025, .july2026])
    func anErrorTooLongForALineLeavesItsBodyOut(era: Era) throws {
        let message = String(repeating: "m", count: 50_000)
        let item = #"{"field":"\#(message)","code":"\#(message)","message":"\#(message)"}"#
        let items = Array(repeating: item, count: 80).joined(separator: ",")
        let server = try FaultServer(always: .answer(422, #"{"title":"T","errors":[\#(items)]}"#))
        let setup = Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let host = try era.begin(setup)
        let answer = try host.ask(
            era.toolCall("1", "engagement_replace_contacts", replacement("ngmt_a")), within: 60)
        #expect(answer.bytes.count < 1_000_000)
        #expect(answer.toolText?.int("code") == 422 && answer.toolText?.text("data", "problem") == nil)
        #expect(answer.toolText?.count("data", "errors") == 80)
        try host.finish()
    }

    /// A host whose API answers 1 MB to each call.
    private static func hostOfLongAnswers(_ era: Era) throws -> (AgentHost, FaultServer) {
        let text = String(repeating: "t", count: 1_000_000)
        let server = try FaultServer(always: .ok(#"{"title":"\#(text)"}"#))
        let setup = Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        return (try era.begin(setup), server)
    }

    @Test func aBatchStaysUnderTheLimitOfALine() throws {
        let era = Era.march2025
        let (host, server) = try Self.hostOfLongAnswers(era)
        let calls = (1...12).map { era.toolCall("\($0)", "engagement_get", Self.read) }.joined(separator: ",")
        let answers = try host.ask("[\(calls)]", within: 60)
        #expect(server.count("GET", "/engagements/") == 12)
        #expect(answers.bytes.count < 10_000_000)
        let elements = try answers.elements()
        let refused = elements.filter { $0.bool("result", "isError") == true }
        #expect(elements.count == 12 && (1...6).contains(refused.count), "\(refused.count)")
        for answer in refused {
            #expect(answer.toolText?.string("message")?.hasSuffix("send this request by itself.") == true, "\(answer)")
            #expect(answer.toolText?.int("data", "status") == 200)
        }
        try host.finish()
    }

    @Test func aBatchOfFailuresStaysUnderTheLimitOfALine() throws {
        let text = String(repeating: "e", count: 900_000)
        let server = try FaultServer(always: .answer(422, #"{"detail":"\#(text)"}"#))
        let era = Era.march2025
        let host = try era.begin(
            Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken]))
        let calls = (1...14).map { era.toolCall("\($0)", "engagement_replace_contacts", replacement("ngmt_\($0)")) }
        let answers = try host.ask("[\(calls.joined(separator: ","))]", within: 60)
        #expect(answers.bytes.count < 10_000_000)
        let elements = try answers.elements()
        #expect(elements.count == 14 && elements.allSatisfy { $0.toolText?.int("code") == 422 })
        let whole = elements.filter { $0.toolText?.text("data", "problem") != nil }
        #expect((7...10).contains(whole.count), "\(whole.count)")
        try host.finish()
    }

    @Test(arguments: Era.allCases)
    func errorsNameTheToolsAndNotTheMethods(era: Era) throws {
        let host = try era.begin()
        let answer = try host.ask(era.toolCall("1", "engagement_get", #"{"engagement_id":"ngmt_a","expnd":[]}"#))
        let error = try answer.toolText ?? #require(answer.text("error").map { try Answer(Array($0.utf8)) })
        for path in [["message"], ["data", "errors", "0", "message"]] {
            let text = path.count == 1 ? error.string("message") : error.string("data", "errors", "0", "message")
            #expect(text?.hasPrefix("engagement_get has no parameter") == true, "\(answer)")
        }
        try host.finish()
    }

    /// All 64 places are taken, so stdin is not read: that the client has gone is noticed all the same.
    @Test(arguments: [Setup.Wiring.pipe, .socket], [63, 64, 70])
    func aClientThatLeavesIsNoticedUnderFullLoad(wiring: Setup.Wiring, count: Int) throws {
        let server = try FaultServer(always: .neverAnswer)
        var setup = Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        setup.input = wiring
        let era = Era.june2025
        let host = try era.begin(setup)
        for id in 1...count { try host.send(era.toolCall("\(id)", "engagement_get", #"{"engagement_id":"ngmt_a"}"#)) }
        try host.process.wait(within: 5, for: "requests") { server.connections > 0 }
        host.process.closeInput()
        #expect(try host.process.waitForExit(within: bound(3)) == .exited(0))
        let answers = host.process.takeAll()
        #expect(answers.allSatisfy { $0.toolText?.string("data", "kind") == "shutting_down" } && answers.count >= 63)
    }

    @Test func aClientThatNeitherReadsNorStaysDoesNotKeepTheProcess() throws {
        let era = Era.june2025
        let (host, server) = try Self.hostOfLongAnswers(era)
        host.process.leavesOutputUnread = true
        for id in 1...5 { try host.send(era.toolCall("\(id)", "engagement_get", Self.read)) }
        try host.process.wait(within: 30, for: "answers") { server.reactionsDone == 5 }
        host.process.closeInput()
        #expect(try host.process.waitForExit(within: bound(3)) == .exited(0))
    }
}
