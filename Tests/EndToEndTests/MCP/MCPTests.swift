import Foundation
import TestSupport
import Testing

/// An agent host's view of the process: what begins a stream, what tools tell, what ends a call.
@Suite(.ownThread)
struct MCPTests {
    // MARK: How a stream begins

    @Test func discoverDoesNotLockTheEra() throws {
        let host = try Era.july2026.begin()
        let hello = #"{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#
        #expect(try host.ask(request("1", "initialize", hello)).string("result", "protocolVersion") == "2025-06-18")
        #expect(try host.ask(Era.june2025.request("2", "tools/list")).names("result") == ["tools"])
        #expect(try host.ask(Era.july2026.request("3", "tools/list")).string("result", "resultType") == "complete")
        try host.finish()
    }

    @Test(arguments: [("2025-03-26", "2025-03-26"), ("1999-01-01", "2025-11-25"), ("2026-07-28", "2025-11-25")])
    func initializeOffersWhatItCan(asked: String, offered: String) throws {
        let host = AgentHost(try sandbox())
        let hello = #"{"protocolVersion":"\#(asked)","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#
        let answer = try host.ask(request("0", "initialize", hello))
        #expect(answer.string("result", "protocolVersion") == offered)
        #expect(answer.string("result", "serverInfo", "name") == "engagement-rpc")
        #expect(answer.string("result", "instructions")?.contains("engagement_replace_contacts") == true)
        #expect(answer.names("result", "capabilities").contains("tools"))
        try host.finish()
    }

    @Test func discoverTellsWhatIsHere() throws {
        let host = AgentHost(try sandbox())
        let answer = try host.ask(Era.july2026.request("\"d\"", "server/discover"))
        #expect(try answer.elements("result", "supportedVersions").count == 5)
        #expect(answer.string("result", "supportedVersions", "0") == "2026-07-28")
        #expect(
            answer.names("result", "capabilities") == ["tools", "resources", "prompts", "completions", "extensions"])
        #expect(answer.string("result", "_meta", "io.modelcontextprotocol/serverInfo", "name") == "engagement-rpc")
        try host.finish()
    }

    @Test func anotherInitializeIsNotOurs() throws {
        let host = AgentHost(try sandbox())
        let answer = try host.ask(request("1", "initialize", #"{"processId":1,"rootUri":null}"#))
        #expect(answer.summary == "1 -32602")
        // So the stream is plain: ids that can't be read are null, and batches are served.
        #expect(try host.ask("{").summary == "null -32700")
        #expect(try host.ask("[\(ping("2"))]").summary == "[2 ok]")
        #expect(try host.ask(ping("null")).summary == "null ok")
        #expect(try host.ask(request("3", "textDocument/hover")).summary == "3 -32002")
        try host.process.finish()
    }

    @Test func theVersionInMetaMakesTheStreamMCP() throws {
        let host = AgentHost(try sandbox())
        #expect(try host.ask("{").summary == "null -32700")
        #expect(try host.ask(Era.july2026.request("1", "tools/list")).summary == "1 ok")
        #expect(try host.ask("{").summary == "- -32700")
        #expect(try host.ask("[\(ping("2"))]").summary == "- -32600")
        try host.process.finish()
    }

    @Test func anUnknownVersionIsToldWhatThereIs() throws {
        let host = AgentHost(try sandbox())
        let meta = #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2031-01-01"}}"#
        let answer = try host.ask(request("1", "server/discover", meta))
        #expect(answer.code == -32022)
        #expect(answer.string("error", "data", "requested") == "2031-01-01")
        #expect(try answer.elements("error", "data", "supported").count == 5)
        let early = #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2025-06-18"}}"#
        #expect(try host.ask(request("2", "tools/list", early)).code == -32022)
        try host.finish()
    }

    @Test func headersFrameMCPToo() throws {
        var setup = Setup(["--sandbox"])
        setup.checks = .headers
        let host = try HostProcess(setup)
        let hello = #"{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#
        func send(_ text: String) throws { try host.send("Content-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8) }
        try send(request("0", "initialize", hello))
        #expect(try host.next().summary == "0 ok")
        try send(Era.june2025.toolCall("1", "engagement_get", #"{"engagement_id":"ngmt_sandbox01"}"#))
        #expect(try host.next().string("result", "structuredContent", "data", "id") == "ngmt_sandbox01")
        try host.finish()
    }

    // MARK: Tools

    @Test(arguments: Era.allCases)
    func toolsAreTheMethods(era: Era) throws {
        let host = try era.begin()
        let tools = try host.ask(era.request("1", "tools/list")).elements("result", "tools")
        #expect(
            tools.map { $0.string("name") } == [
                "engagement_get", "engagement_replace_contacts", "engagement_add_contacts",
                "engagement_remove_contacts",
                "engagement_find_contacts", "engagement_get_transcript", "engagement_list",
                "contact_get", "contact_list", "contact_create", "contact_update", "tag_list", "user_list",
            ])
        for tool in tools {
            #expect(tool.text("inputSchema", "type") == "\"object\"")
            #expect(tool.text("inputSchema", "additionalProperties") == "false")
        }
        if era >= .march2025 {
            let hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]
            #expect(hints.map { tools[0].bool("annotations", $0) } == [true, false, true, true])
            #expect(hints.map { tools[1].bool("annotations", $0) } == [false, true, true, true])
        }
        try host.finish()
    }

    @Test(arguments: Era.allCases)
    func aToolReadsAndReplaces(era: Era) throws {
        let host = try era.begin()
        let id = #""engagement_id":"ngmt_sandbox01""#
        let write = try host.ask(
            era.toolCall("1", "engagement_replace_contacts", #"{\#(id),"contact_ids":["cnt_sandbox07"]}"#))
        #expect(write.bool("result", "isError") == false, "\(write)")
        let read = try host.ask(era.toolCall("2", "engagement_get", #"{\#(id),"expand":["contacts"]}"#))
        let text = try #require(read.toolText)
        let contacts = try text.elements("data", "contacts").compactMap { $0.string("id") }
        #expect(contacts.sorted() == ["cnt_sandbox07", "cnt_sandboxroom1"])
        #expect(text.int("meta", "status") == 200 && text.int("meta", "attempts") == 1)
        let structured = read.text("result", "structuredContent")
        #expect(structured == (era.hasStructuredContent ? String(decoding: text.bytes, as: UTF8.self) : nil))
        try host.finish()
    }

    @Test func textThatHoldsJSONIsTaken() throws {
        let host = try Era.november2025.begin()
        let era = Era.november2025
        let cases = [
            #"{"engagement_id":"ngmt_sandbox01","expand":"[\"contacts\", \"owner\"]"}"#,
            #"{"engagement_id":"ngmt_sandbox01","expand":"[\n\"contacts\"]","options":"{\"max_attempts\":1}"}"#,
            #"{"engagement_id":"ngmt_sandbox01","expand":["contacts"],"options":null}"#,
            #""{\"engagement_id\":\"ngmt_sandbox01\",\"expand\":\"[\\\"contacts\\\"]\"}""#,
        ]
        for arguments in cases {
            let text = try #require(try host.ask(era.toolCall("1", "engagement_get", arguments)).toolText)
            #expect(try text.elements("data", "contacts").count == 3, "\(arguments)")
            host.process.reusesIDs = true
        }
        let write = try host.ask(
            era.toolCall(
                "1", "engagement_replace_contacts",
                #"{"engagement_id":"ngmt_sandbox02","contact_ids":"[\"cnt_sandbox01\",\"cnt_sandbox02\"]"}"#))
        #expect(write.bool("result", "isError") == false, "\(write)")
        for arguments in [
            #"{"engagement_id":"ngmt_sandbox01","expand":"contact"}"#,
            #"{"engagement_id":"ngmt_sandbox01","expand":"{\"a\":1}"}"#,
            #"{"engagement_id":"ngmt_sandbox01","expand":"[\"contacts\""}"#,
            #"{"engagement_id":"[\"ngmt_sandbox01\"]"}"#,
        ] {
            let answer = try host.ask(era.toolCall("1", "engagement_get", arguments))
            #expect(answer.bool("result", "isError") == true, "\(arguments)")
            #expect(answer.toolText?.int("code") == -32602)
        }
        try host.finish()
    }

    /// A model chooses better among few.
    @Test(arguments: ["attendees", "all", "contacts,tags"])
    func toolsetsShapeTheList(names: String) throws {
        for era in Era.allCases {
            let host = try era.begin("--toolsets", names)
            let list = try host.ask(era.request("1", "tools/list"))
            let tools = try list.elements("result", "tools").compactMap { $0.string("name") }
            #expect(tools.contains("contact_get") && tools.contains("company_get") == (names == "all"))
            // What is not in the list can still be called by its method.
            #expect(try host.process.call("company.get", #"["cmp_sandbox01"]"#).text("result") != nil)
            try host.process.finish()
        }
    }

    @Test func aMissingScopeIsSaidAndTheListStaysWhole() throws {
        let host = try Era.july2026.begin()
        #expect(try host.ask(request("1", "sandbox.scopes", #"{"scopes":["engagements:read"]}"#)).summary == "1 ok")
        let list = try host.ask(Era.july2026.request("2", "tools/list"))
        #expect(try list.elements("result", "tools").count == 13)
        let arguments = #"{"engagement_id":"ngmt_sandbox01","expand":["contacts"]}"#
        let answer = try host.ask(Era.july2026.toolCall("3", "engagement_get", arguments))
        let text = try #require(answer.toolText)
        #expect(text.int("code") == 403)
        #expect(text.text("data", "required_scopes")?.contains("contacts:read") == true)
        try host.finish()
    }

    @Test func readOnlyAndMethodsShapeTheList() throws {
        let era = Era.november2025
        let reading = try era.begin("--read-only")
        let list = try reading.ask(era.request("1", "tools/list"))
        #expect(
            try list.elements("result", "tools").map { $0.string("name") } == [
                "engagement_get", "engagement_find_contacts", "engagement_get_transcript", "engagement_list",
                "contact_get", "contact_list", "tag_list", "user_list",
            ])
        let write = try reading.ask(
            era.toolCall("2", "engagement_replace_contacts", replacement("ngmt_sandbox01")))
        #expect(write.toolText?.string("data", "kind") == "not_allowed")
        #expect(write.toolText?.string("data", "applied") == "no")
        try reading.finish()

        let writing = try era.begin("--methods", "engagement.replaceContacts")
        let short = try writing.ask(era.request("1", "tools/list"))
        #expect(try short.elements("result", "tools").map { $0.string("name") } == ["engagement_replace_contacts"])
        #expect(try writing.ask(era.request("2", "resources/templates/list")).count("result", "resourceTemplates") == 0)
        #expect(try writing.ask(era.request("3", "prompts/list")).count("result", "prompts") == 0)
        let read = try writing.ask(era.request("4", "resources/read", #""uri":"engagement://ngmt_sandbox01""#))
        #expect(read.kind == "not_allowed")
        try writing.finish()
    }

    @Test func withoutATokenTheModelIsToldWhatToSet() throws {
        let era = Era.july2026
        let host = try era.begin(Setup([]))
        let answer = try host.ask(era.toolCall("1", "engagement_get", #"{"engagement_id":"ngmt_a"}"#))
        #expect(answer.toolText?.string("data", "kind") == "not_configured")
        try host.finish()
    }

    /// What hosts and models send for a list of words, for numbers and for nothing.
    @Test(
        arguments: [
            (#"{"engagement_id":"ngmt_sandbox01","expand":"contacts"}"#, "expand=contacts"),
            (#"{"engagement_id":"ngmt_sandbox01","expand":"contacts, owner"}"#, "expand=contacts,owner"),
            (#"{"engagement_id":"ngmt_sandbox01","expand":"[\"owner\"]"}"#, "expand=owner"),
            (#"{"engagement_id":"ngmt_sandbox01","expand":""}"#, ""),
            (#"{"engagement_id":"ngmt_sandbox01","expand":[]}"#, ""),
            (#"{"engagement_id":"ngmt_sandbox01","options":{"timeout_ms":"5000","max_attempts":"1"}}"#, ""),
            (#"{"engagement_id":"ngmt_sandbox01","options":"{\"timeout_ms\":\"5000\"}"}"#, ""),
        ])
    func whatAWordMeansIsTaken(arguments: String, query: String) throws {
        let era = Era.november2025
        let host = try era.begin()
        let answer = try host.ask(era.toolCall("1", "engagement_get", arguments))
        #expect(answer.bool("result", "isError") == false, "\(answer)")
        #expect(try host.process.sandboxRequests().last?.string("query") ?? "" == query)
        try host.process.finish()
    }

    @Test(
        arguments: [
            #"{"engagement_id":"ngmt_sandbox01","contact_ids":"cnt_sandbox01"}"#,
            #"{"engagement_id":"ngmt_sandbox01","contact_ids":"cnt_sandbox01,cnt_sandbox02"}"#,
            #"{"engagement_id":["ngmt_sandbox01"],"contact_ids":["cnt_sandbox01"]}"#,
            #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox01"],"options":{"timeout_ms":"soon"}}"#,
        ])
    func idsAreNeverGuessed(arguments: String) throws {
        let era = Era.november2025
        let host = try era.begin()
        let answer = try host.ask(era.toolCall("1", "engagement_replace_contacts", arguments))
        #expect(answer.toolText?.int("code") == -32602, "\(answer)")
        try host.process.finish()
    }

    @Test func aSignOfLifeMayBeAskedForFirst() throws {
        let host = try sandbox()
        try host.send(line: request("1", "ping"))
        #expect(try host.answer(to: "1").text("result") == "{}")
        try host.send(line: request("2", "ping", "[]"))
        #expect(try host.answer(to: "2").text("result") == "{}")
        for id in ["null", "1.5"] {
            try host.send(line: request(id, "ping"))
            #expect(try host.answer(to: id).text("result") == "{}")
        }
        try host.send(line: "[\(request("7", "ping"))]")
        #expect(try host.batch().summary == "[7 ok]")
        host.reusesIDs = true
        try host.send(line: request("null", "service.ping"))
        #expect(try host.answer(to: "null").text("result") == "{}", "and the stream is no MCP by that")
        try host.send(line: request("3", "initialize", #"{"clientInfo":{"name":"x","version":"1"}}"#))
        let answer = try host.answer(to: "3")
        #expect(answer.code == -32602 && answer.text("error", "message")?.contains("protocolVersion") == true)
        try host.finish()
    }

    @Test(arguments: Era.allCases)
    func emptyListsAreNoParams(era: Era) throws {
        let host = try era.begin()
        if !era.isStateless { #expect(try host.ask(request("1", "tools/list", "[]")).summary == "1 ok") }
        for empty in ["null", #""""#, #""[]""#] {
            let answer = try host.ask(era.toolCall("3", "engagement_get", empty))
            #expect(
                (answer.toolText?.text("message") ?? answer.text("error", "message"))?.contains("is missing") == true)
            host.process.reusesIDs = true
        }
        #expect(try host.ask(era.request("4", "tools/list", #""cursor":"""#)).summary == "4 ok")
        let missing = try host.ask(era.toolCall("2", "engagement_get", "[]"))
        #expect(
            (missing.toolText?.text("message") ?? missing.text("error", "message"))?.contains(
                "engagement_id is missing") == true)
        try host.finish()
    }

    @Test func anIDInFlightIsNotDisturbed() throws {
        let era = Era.june2025
        let host = try era.begin()
        try host.process.fail("GET /v2/engagements/*", #"{"delay_ms":300}"#)
        try host.send(era.toolCall("7", "engagement_get", #"{"engagement_id":"ngmt_sandbox01"}"#))
        #expect(try host.ask(era.request("7", "tools/list")).summary == "7 -32600")
        #expect(try host.next().bool("result", "isError") == false)
        try host.process.finish()
    }

    @Test func rawSeparatorsAndControlsGoOutEscaped() throws {
        let title = "a\u{2028}b\u{2029}c\u{85}d\u{7F}e\u{202E}f"
        let body = "{\r\n \"title\":\"\(title) \\u2028 \\\" \\\\ é\", \"n\": [1, 2.50]\n}"
        let server = try FaultServer(always: .ok(body))
        for era in Era.allCases {
            let setup = Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
            let host = try era.begin(setup)
            let answer = try host.ask(era.toolCall("1", "engagement_get", #"{"engagement_id":"ngmt_a"}"#))
            let line = String(decoding: answer.bytes, as: UTF8.self)
            #expect(!line.unicodeScalars.contains { [0x2028, 0x2029, 0x85, 0x7F, 0x202E].contains($0.value) })
            let text = try #require(answer.toolText)
            #expect(text.string("data", "title") == title + " \u{2028} \" \\ é")
            #expect(text.text("data", "n") == "[1,2.50]", "compact, numbers as they came")
            let resource = try host.ask(era.request("2", "resources/read", #""uri":"engagement://ngmt_a""#))
            #expect(resource.string("result", "contents", "0", "text")?.contains("[1,2.50]") == true)
            try host.finish()
        }
    }

    @Test func anAnswerTooLongForALineSaysWhatToLeaveOut() throws {
        let body = "{\"transcript\":\"\(String(repeating: "long \\\\ ", count: 800_000))\"}"
        let server = try FaultServer(always: .ok(body))
        let era = Era.november2025
        let setup = Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let host = try era.begin(setup)
        let arguments = #"{"engagement_id":"ngmt_a","expand":["contacts","transcript"]}"#
        let answer = try host.ask(era.toolCall("1", "engagement_get", arguments))
        #expect(answer.bytes.count < 2000)
        #expect(answer.toolText?.string("data", "kind") == "bad_response")
        #expect(answer.toolText?.string("message")?.hasSuffix("leave transcript out of expand.") == true, "\(answer)")
        try host.finish()
    }
}
