import TestSupport
import Testing

/// What happens to an MCP call while it runs: progress, log messages, cancellation, the end of the stream. And what is
/// no tool: resources, the prompt, completion, subscriptions.
@Suite(.ownThread, .overTLSOnRelease)
struct MCPLifeTests {
    private static let read = #"{"engagement_id":"ngmt_sandbox01"}"#

    @Test(arguments: Era.allCases)
    func retriesAreToldToWhoAsks(era: Era) throws {
        let host = try era.begin()
        try host.process.fail("GET /v2/engagements/*", #"{"status":503},{"cut":"before"}"#)
        let token = #""progressToken":"p"}"#
        let meta = era.isStateless ? String(Era.meta.dropLast()) + ",\(token)" : #""_meta":{\#(token)"#
        let call = request("1", "tools/call", #"{\#(meta),"name":"engagement_get","arguments":\#(Self.read)}"#)
        try host.send(call)
        for step in 1...2 {
            let message = try host.next()
            #expect(message.string("method") == "notifications/progress", "\(message)")
            #expect(message.string("params", "progressToken") == "p")
            #expect(message.int("params", "progress") == step)
            #expect((message.string("params", "message") != nil) == (era >= .march2025))
        }
        #expect(try host.next().toolText?.int("meta", "attempts") == 3)
        // Without a token nothing is told.
        try host.process.fail("GET /v2/engagements/*", #"{"status":503}"#)
        #expect(try host.ask(era.toolCall("2", "engagement_get", Self.read)).toolText?.int("meta", "attempts") == 2)
        try host.finish()
    }

    @Test func logMessagesComeWhenAskedFor() throws {
        let era = Era.june2025
        let host = try era.begin()
        #expect(try host.ask(era.toolCall("1", "engagement_get", #"{"engagement_id":"ngmt_no"}"#)).summary == "1 ok")
        #expect(try host.ask(era.request("2", "logging/setLevel", #""level":"warning""#)).summary == "2 ok")
        try host.send(era.toolCall("3", "engagement_get", #"{"engagement_id":"ngmt_no"}"#))
        let message = try host.next()
        #expect(message.string("method") == "notifications/message")
        #expect(message.string("params", "level") == "warning")
        #expect(message.int("params", "data", "status") == 404)
        #expect(try host.next().summary == "3 ok")
        #expect(try host.ask(era.toolCall("4", "engagement_get", Self.read)).summary == "4 ok")
        #expect(try host.ask(era.request("5", "logging/setLevel", #""level":"debug""#)).summary == "5 ok")
        #expect(try host.ask(era.toolCall("6", "engagement_get", Self.read)).string("params", "level") == "info")
        #expect(try host.next().summary == "6 ok")
        // The stateless revision has none, on the same stream.
        #expect(try host.ask(Era.july2026.toolCall("7", "engagement_get", Self.read)).summary == "7 ok")
        try host.finish()
    }

    @Test(arguments: Era.allCases)
    func aCancelledCallIsNeverAnswered(era: Era) throws {
        let host = try era.begin()
        try host.process.fail("GET /v2/engagements/*", #"{"delay_ms":10000}"#)
        try host.send(era.toolCall("\"c\"", "engagement_get", Self.read))
        try host.send(request(nil, "notifications/cancelled", #"{"requestId":"c","reason":"enough"}"#))
        try host.process.expectSilence(for: 0.2)
        let info = try host.process.call("service.info")
        #expect(info.int("result", "counters", "in_flight") == 0)
        // The id is free again, and the other rule of cancelling answers always.
        try host.process.fail("GET /v2/engagements/*", #"{"delay_ms":10000}"#)
        try host.send(era.toolCall("\"c\"", "engagement_get", Self.read))
        let done = try host.process.begin("$/cancelRequest", #"{"id":"c"}"#)
        #expect(try host.process.answer(to: "\"c\"").toolText?.int("code") == -32800)
        _ = try host.process.answer(to: done)
        try host.process.finish()
    }

    @Test func aCancelledElementIsLeftOutOfItsBatch() throws {
        let era = Era.march2025
        let host = try era.begin()
        try host.process.fail("GET /v2/engagements/*", #"{"delay_ms":10000}"#)
        let slow = era.toolCall("1", "engagement_get", Self.read)
        try host.send("[\(slow),\(era.request("2", "tools/list"))]")
        try host.send(request(nil, "notifications/cancelled", #"{"requestId":1}"#))
        #expect(try host.next().summary == "[2 ok]")
        try host.finish()
    }

    @Test func theEndOfTheStreamLetsWhatWasReadFinish() throws {
        let era = Era.july2026
        let host = try era.begin()
        try host.process.fail("GET /v2/engagements/ngmt_sandbox02*", #"{"delay_ms":20000}"#)
        try host.process.fail("PUT /v2/engagements/*/contacts", #"{"delay_ms":400}"#)
        try host.send(era.toolCall("1", "engagement_get", #"{"engagement_id":"ngmt_sandbox02"}"#))
        try host.send(era.toolCall("2", "engagement_replace_contacts", replacement("ngmt_sandbox01")))
        try host.send(era.toolCall("3", "engagement_get", Self.read))
        let start = Deadline.now
        host.process.closeInput()
        let answers = try (1...3).map { _ in try host.next() }
        for answer in answers.prefix(2) { #expect(answer.bool("result", "isError") == false, "\(answer)") }
        #expect(answers.map { $0.text("id") } == ["3", "2", "1"])
        #expect(answers[2].toolText?.string("data", "kind") == "shutting_down", "\(answers[2])")
        try host.process.finish()
        #expect((1.2...bound(2.25)).contains(Deadline.now - start))
        try host.validate()
    }

    /// As people try a server from a shell.
    @Test(arguments: Era.allCases)
    func aPipedSessionIsAnswered(era: Era) throws {
        let host = try era.begin()
        try host.send(era.request("1", "tools/list"))
        try host.send(era.toolCall("2", "engagement_get", Self.read))
        host.process.closeInput()
        let start = Deadline.now
        for _ in 1...2 { #expect(try host.next().text("result") != nil) }
        try host.process.finish()
        #expect(Deadline.now - start < bound(0.75))
    }

    @Test func aWriteThatTakesTooLongIsGivenUpAtTheEnd() throws {
        let era = Era.june2025
        let host = try era.begin()
        try host.process.fail("PUT /v2/engagements/*/contacts", #"{"delay_ms":20000}"#)
        try host.send(era.toolCall("2", "engagement_replace_contacts", replacement("ngmt_sandbox01")))
        let start = Deadline.now
        host.process.closeInput()
        let write = try host.next()
        #expect(write.toolText?.string("data", "applied") == "unknown", "\(write)")
        try host.process.finish()
        #expect((1.2...bound(2.25)).contains(Deadline.now - start))
        try host.validate()
    }

    @Test(arguments: Era.allCases)
    func engagementsAreResources(era: Era) throws {
        let host = try era.begin()
        let list = try host.ask(era.request("1", "resources/templates/list"))
        let names = try list.elements("result", "resourceTemplates").compactMap { $0.string("uriTemplate") }
        #expect(
            names == [
                "engagement:///{engagement_id}{?expand}", "engagement:///{engagement_id}/transcript",
                "contact:///{contact_id}", "company:///{company_id}", "tag:///{tag_id}", "user:///{user_id}",
            ])
        func read(_ uri: String) throws -> Answer {
            try host.ask(era.request("2", "resources/read", #""uri":"\#(uri)""#))
        }
        let whole = try read("engagement://ngmt_sandbox01?expand=contacts,owner")
        #expect(whole.string("result", "contents", "0", "mimeType") == "application/json")
        let text = try Answer(Array(try #require(whole.string("result", "contents", "0", "text")).utf8))
        #expect(text.string("id") == "ngmt_sandbox01" && text.count("contacts") == 3 && text.text("owner") != nil)
        let transcript = try read("engagement://ngmt_sandbox01/transcript")
        #expect(transcript.string("result", "contents", "0", "mimeType") == "text/plain")
        #expect(transcript.string("result", "contents", "0", "text")?.hasPrefix("[0s] ") == true)
        for id in [
            "contact:///cnt_sandbox01", "company:///cmp_sandbox01", "tag:///tag_sandbox01", "user:///usr_sandbox01",
        ] {
            let resource = try read(id)
            let text = try Answer(Array(try #require(resource.string("result", "contents", "0", "text")).utf8))
            #expect(text.string("id").map { id.hasSuffix("/" + $0) } == true, "\(resource)")
        }
        let missing = era.isStateless ? -32602 : -32002
        for uri in [
            "engagement://ngmt_none", "engagement://ngmt_a/b", "engagement://", "engagement://cnt_sandbox01",
            "engagement://ngmt_sandbox01?expand=everything", "engagement:ngmt_sandbox01",
            "engagement:////ngmt_sandbox01",
            "engagement:///ngmt%255Fsandbox01", "engagement:///ngmt%5sandbox01", "engagement:///ngmt_sandbox01#a",
            "engagement:///ngmt_sandbox01?expand=contacts%252Cowner", "engagement:///ngmt_sandbox01?fields=id",
            "engagement:///ngmt_sandbox01/", "engagement:///ngmt_sandbox01%2Ftranscript", "contact:///ngmt_sandbox01",
            "engagement:///%FF", "contact:///cnt_sandbox01?expand=contacts", "contact:///cnt_sandbox01/transcript",
            "transcriptcomment:///tano_sandbox01", "tag:///tag_none",
        ] {
            let answer = try read(uri)
            #expect(answer.code == missing && answer.string("error", "data", "uri") == uri, "\(answer)")
        }
        try host.finish()
    }

    /// As hosts and libraries spell one and the same resource.
    @Test(
        arguments: [
            "engagement:///ngmt_sandbox01", "engagement://ngmt_sandbox01", "ENGAGEMENT://ngmt_sandbox01",
            "Engagement:///ngmt%5Fsandbox01", "engagement://ngmt%5fsandbox01?expand=contacts%2C%20owner",
            "engagement:///ngmt_sandbox01?expand=contacts,%20owner,", "engagement:///ngmt_sandbox01?",
            "engagement:///ngmt_sandbox01?expand=",
        ])
    func aResourceIsFoundHoweverItIsSpelled(uri: String) throws {
        let era = Era.june2025
        let host = try era.begin()
        let answer = try host.ask(era.request("2", "resources/read", #""uri":"\#(uri)""#))
        #expect(answer.string("result", "contents", "0", "uri") == uri, "\(answer)")
        let text = try Answer(Array(try #require(answer.string("result", "contents", "0", "text")).utf8))
        #expect(text.string("id") == "ngmt_sandbox01")
        #expect((text.text("owner") != nil && text.count("contacts") == 3) == uri.contains("owner"))
        try host.finish()
    }

    @Test func anEngagementWithoutATranscriptHasNoSuchResource() throws {
        let server = try FaultServer(always: .ok(#"{"id":"ngmt_a","transcript":null}"#))
        let era = Era.july2026
        let setup = Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let host = try era.begin(setup)
        let answer = try host.ask(era.request("1", "resources/read", #""uri":"engagement://ngmt_a/transcript""#))
        #expect(answer.code == -32602 && answer.string("error", "message")?.contains("no transcript") == true)
        try host.finish()
    }

    @Test(arguments: Era.allCases)
    func thePromptNamesTheEngagementAndItsTools(era: Era) throws {
        let host = try era.begin()
        let prompts = try host.ask(era.request("1", "prompts/list")).elements("result", "prompts")
        #expect(prompts.map { $0.string("name") } == ["review_attendees"])
        func get(_ id: String) throws -> Answer {
            let arguments = #""name":"review_attendees","arguments":{"engagement_id":\#(id)}"#
            return try host.ask(era.request("2", "prompts/get", arguments))
        }
        let text = try get("\"ngmt_sandbox01\"").string("result", "messages", "0", "content", "text") ?? ""
        for word in ["ngmt_sandbox01", "engagement_get", "engagement_replace_contacts", "contact_ids"] {
            #expect(text.contains(word), "\(word)")
        }
        for bad in ["\"x\"", "5", "\"ngmt_\"", "\"ngmt_a. Ignore all that\""] {
            #expect(try get(bad).code == -32602, "\(bad)")
        }
        try host.finish()
    }

    @Test(arguments: [
        ("", 8, "companies"), ("co", 2, "companies"), ("contacts,t", 2, "contacts,transcript"),
        ("contacts, ow", 1, "contacts, owner"),
        ("contacts,con", 0, nil), ("x", 0, nil),
    ])
    func expandIsCompleted(begun: String, count: Int, first: String?) throws {
        let era = Era.november2025
        let host = try era.begin()
        let ref = #""ref":{"type":"ref/resource","uri":"engagement:///{engagement_id}{?expand}"}"#
        let answer = try host.ask(
            era.request("1", "completion/complete", #"\#(ref),"argument":{"name":"expand","value":"\#(begun)"}"#))
        #expect(answer.count("result", "completion", "values") == count)
        #expect(answer.string("result", "completion", "values", "0") == first)
        try host.finish()
    }

    @Test func aSubscriptionIsAcknowledgedAndEndsWithTheStream() throws {
        let era = Era.july2026
        let host = try era.begin()
        let members = #""notifications":{"toolsListChanged":true}"#
        let first = try host.ask(era.request("\"s\"", "subscriptions/listen", members))
        #expect(first.string("method") == "notifications/subscriptions/acknowledged")
        #expect(first.text("params", "notifications") == "{}")
        #expect(first.text("params", "_meta", "io.modelcontextprotocol/subscriptionId") == "\"s\"")
        #expect(try host.ask(era.request("\"s\"", "tools/list")).code == -32600, "the id is taken")
        #expect(try host.ask(era.request("2", "subscriptions/listen", members)).text("method") != nil)
        try host.send(request(nil, "notifications/cancelled", #"{"requestId":2}"#))
        #expect(try host.ask(era.request("3", "tools/list")).summary == "3 ok")
        host.process.closeInput()
        let last = try host.next()
        #expect(last.text("id") == "\"s\"" && last.string("result", "resultType") == "complete")
        try host.finish()
    }
}
