import TestSupport
import Testing

/// One conversation: everything a host writes, and the answers in short (`Answer.summary`), in any order.
struct Conversation: Sendable, CustomTestStringConvertible {
    let name: String
    let input: [UInt8]
    let expected: [String]
    var testDescription: String { name }

    init(_ name: String, _ lines: [String], _ expected: [String]) {
        self.init(name, bytes: Array((lines.joined(separator: "\n") + "\n").utf8), expected)
    }

    init(_ name: String, bytes: [UInt8], _ expected: [String]) {
        self.name = name
        self.input = bytes
        self.expected = expected
    }

    func run(_ host: HostProcess) throws {
        host.reusesIDs = true
        let answers = try host.converse(input)
        #expect(answers.map(\.summary).sorted() == expected.sorted(), "\(answers)")
    }
}

/// JSON-RPC 2.0 over lines: requests, notifications, batches, ids.
@Suite(.ownThread)
struct WireTests {
    /// The examples of the specification's section 7, with this program's methods.
    static let examples = [
        Conversation(
            "positional parameters", [request("1", "engagement.get", #"["ngmt_sandbox01"]"#)], ["1 ok"]),
        Conversation(
            "named parameters", [request("3", "engagement.get", #"{"engagement_id":"ngmt_sandbox01"}"#)], ["3 ok"]),
        Conversation(
            "notifications", [request(nil, "service.ping", "[1,2,3,4,5]"), request(nil, "foobar"), ping(nil)], []),
        Conversation("unknown method", [request("\"1\"", "foobar")], ["\"1\" -32601"]),
        Conversation(
            "invalid JSON", [#"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#], ["null -32700"]),
        Conversation("invalid request", [#"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#], ["null -32600"]),
        Conversation(
            "batch, invalid JSON",
            [#"[{"jsonrpc": "2.0", "method": "service.ping", "id": "1"},{"jsonrpc": "2.0", "method"]"#],
            ["null -32700"]),
        Conversation("empty batch", ["[]"], ["null -32600"]),
        Conversation("invalid batch, not empty", ["[1]"], ["[null -32600]"]),
        Conversation("invalid batch", ["[1,2,3]"], ["[null -32600, null -32600, null -32600]"]),
        Conversation(
            "mixed batch",
            [
                "[\(ping("\"1\"")),\(request(nil, "service.ping", "[7]")),\(ping("\"2\"")),{\"foo\":\"boo\"},"
                    + "\(request("\"5\"", "foo.get", #"{"name":"myself"}"#)),\(ping("\"9\""))]"
            ],
            [#"["1" ok, "2" ok, "5" -32601, "9" ok, null -32600]"#]),
        Conversation("batch of notifications", ["[\(ping(nil)),\(request(nil, "foobar"))]"], []),
        Conversation("batch in a batch", ["[[]]"], ["[null -32600]"]),
        Conversation("batch of one", ["[\(ping("1"))]"], ["[1 ok]"]),
        Conversation(
            "batch with calls to the API",
            [
                "[\(request("1", "engagement.get", #"["ngmt_sandbox02"]"#)),"
                    + "\(request("2", "engagement.get", #"["ngmt_sandbox99"]"#)),\(request("3", "engagement.get"))]"
            ],
            ["[1 ok, 2 404, 3 -32602]"]),
    ]

    @Test(arguments: examples)
    func specificationExamples(_ conversation: Conversation) throws { try conversation.run(sandbox()) }

    @Test(arguments: [
        "1", "0", "-0", "-1", "1.0", "1e2", "1E+2", "9007199254740993", "12345678901234567890", "-0.5e-7", "1e400",
        "null", #""""#, #""a""#, #""\u00e9""#, #""é""#, #""\/""#, #""\u0000""#, #""\ud800""#, #""a\nb""#,
        #""\ud83d\ude00""#,
    ])
    func anIDIsEchoedAsSpelled(id: String) throws {
        let lines = [ping(id), request(id, "no.such.method"), "[\(ping(id))]", #"{"jsonrpc":"1.0","id":\#(id)}"#]
        try Conversation(id, lines, ["\(id) ok", "\(id) -32601", "[\(id) ok]", "\(id) -32600"]).run(sandbox())
    }

    @Test func aLongIDIsEchoed() throws {
        let id = "\"" + String(repeating: "x", count: 1 << 20) + "\""
        try Conversation("1 MiB", [ping(id)], ["\(id) ok"]).run(sandbox())
    }

    @Test(arguments: ["{}", "[]", #"{"a":1}"#, "[1]", "true", "false"])
    func anIDIsAStringANumberOrNull(id: String) throws {
        let lines = [ping(id), "[\(ping(id))]"]
        try Conversation(id, lines, ["null -32600", "[null -32600]"]).run(sandbox())
    }

    static let invalidRequests = [
        "null", "true", "1", "\"service.ping\"", "{}", #"{"id":1,"method":"service.ping"}"#,
        #"{"jsonrpc":2.0,"id":1,"method":"service.ping"}"#, #"{"jsonrpc":"1.0","id":1,"method":"service.ping"}"#,
        #"{"jsonrpc":"2.0 ","id":1,"method":"service.ping"}"#, #"{"jsonrpc":null,"id":1,"method":"service.ping"}"#,
        #"{"jsonrpc":"2.0","id":1}"#, #"{"jsonrpc":"2.0","id":1,"method":null}"#,
        #"{"jsonrpc":"2.0","id":1,"method":7}"#, #"{"jsonrpc":"2.0","id":1,"method":["service.ping"]}"#,
        #"{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"service.ping"}"#,
        #"{"jsonrpc":"2.0","id":1,"id":2,"method":"service.ping"}"#,
        #"{"jsonrpc":"2.0","id":1,"id":1,"method":"service.ping"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"service.ping","method":"service.info"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"service.ping","m\u0065thod":"service.ping"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"service.ping","params":{},"params":{}}"#,
    ]

    @Test(arguments: invalidRequests)
    func anInvalidRequestIsAnsweredAndTheStreamGoesOn(line: String) throws {
        let host = try sandbox()
        host.reusesIDs = true
        let answers = try host.converse((line + "\n" + ping("\"next\"") + "\n").utf8)
        #expect(answers.count == 2, "\(answers)")
        let refusal = try #require(answers.first { $0.text("id") != "\"next\"" })
        #expect(refusal.code == -32600)
        #expect(["null", "1"].contains(refusal.text("id") ?? "-"))
    }

    @Test(arguments: ["null", "{}", "[]", nil] as [String?])
    func noParametersHaveFourSpellings(params: String?) throws {
        try Conversation("\(params ?? "-")", [request("1", "service.ping", params)], ["1 ok"]).run(sandbox())
    }

    @Test(arguments: ["5", "\"x\"", "true"])
    func parametersAreAnObjectOrAnArray(params: String) throws {
        let host = try sandbox()
        let answer = try host.call("service.ping", params)
        #expect([-32600, -32602].contains(answer.code), "\(answer)")
        try host.finish()
    }

    static let unknownMethods = [
        ("engagement.gett", "engagement.get"), ("engagement.replacecontacts", "engagement.replaceContacts"),
        ("service.pong", "service.ping"), ("rpc.discovery", "rpc.discover"),
    ]

    @Test(arguments: unknownMethods)
    func anUnknownMethodIsRefusedWithTheNearest(name: String, nearest: String) throws {
        let host = try sandbox()
        let answer = try host.call(name)
        #expect(answer.code == -32601 && answer.kind == "method_not_found")
        #expect(answer.string("error", "message")?.contains(nearest) == true, "\(answer)")
        try host.finish()
    }

    @Test(arguments: [
        "", "rpc.x", "__proto__", "constructor", "Engagement.Get", "engagement.get ", "engagement.get\\u0000",
        "еngagement.get", "\\ud800", "\\u001b[31m", String(repeating: "m", count: 1 << 20),
    ])
    func aMethodNameIsMetExactly(name: String) throws {
        let host = try sandbox()
        let answer = try host.call(name, #"["ngmt_sandbox01"]"#)
        #expect([-32601, -32600].contains(answer.code), "\(answer)")
        #expect(answer.bytes.count < 2000, "input is repeated only in part")
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    @Test func anIDInFlightIsRefusedAndTheLiveCallGoesOn() throws {
        let host = try sandbox()
        try host.fail("GET /v2/engagements/*", #"{"delay_ms":400}"#)
        host.reusesIDs = true
        let line = request("7", "engagement.get", #"["ngmt_sandbox01"]"#)
        try host.send(line: line)
        try host.send(line: ping("\"7\""))
        #expect(try host.answer(to: "\"7\"").text("result") == "{}", "a string is another id than a number")
        try host.send(line: line)
        let refusal = try host.answer(to: "7")
        #expect(refusal.code == -32600 && refusal.kind == "invalid_request", "\(refusal)")
        let live = try host.answer(to: "7")
        #expect(live.string("result", "data", "id") == "ngmt_sandbox01", "\(live)")
        try host.send(line: ping("7"))
        #expect(try host.answer(to: "7").text("result") == "{}", "an answered id is free again")
        try host.finish()
    }

    @Test func anIDStandsOncePerBatch() throws {
        let call = request("1", "engagement.get", #"["ngmt_sandbox01"]"#)
        try Conversation("twice", ["[\(call),\(call)]"], ["[1 -32600, 1 ok]"]).run(sandbox())
    }

    @Test func aNotificationThatWritesIsCarriedOutUnanswered() throws {
        let host = try sandbox()
        try host.send(line: request(nil, "engagement.replaceContacts", replacement("ngmt_sandbox02")))
        try host.send(line: request(nil, "engagement.replaceContacts", #"{"engagement_id":"bad"}"#))
        try host.send(line: "[\(request(nil, "engagement.replaceContacts", replacement("ngmt_sandbox05")))]")
        var paths: [String] = []
        try host.wait(within: 5, for: "two writes") {
            paths = try host.sandboxRequests().filter { $0.string("method") == "PUT" }.compactMap { $0.string("path") }
            return paths.count >= 2
        }
        #expect(paths.sorted().map { $0.contains("/ngmt_sandbox0") } == [true, true], "\(paths)")
        try host.finish()
    }

    /// What the document says of the process's own methods, and of results that this process makes, is true.
    @Test func theDocumentTypesWhatTheProcessSays() throws {
        let host = try sandbox()
        let document = try host.call("rpc.discover")
        let methods = try document.elements("result", "methods")
        for name in ["rpc.discover", "service.ping", "service.info"] {
            let method = try #require(methods.first(where: { $0.string("name") == name }), "\(name)")
            #expect(try method.elements("errors").map { $0.int("code") } == [-32602], "\(method)")
            let answer = name == "rpc.discover" ? document : try host.call(name)
            let described = method.names("result", "schema", "properties")
            #expect(described == answer.names("result"), "\(method)")
            #expect((method.count("result", "schema", "required") ?? 0) == described.count, "\(method)")
        }
        let made = [
            "journal.list", "journal.runs", "engagement.findContacts", "engagement.getTranscript", "contact.merge",
        ]
        for method in methods where method.string("result", "schema", "properties", "data", "description") != nil {
            let text = method.string("result", "schema", "properties", "data", "description") ?? ""
            let isMade = made.contains(method.string("name") ?? "")
            #expect(text.contains("The API's body") == !isMade, "\(method)")
        }
        try host.finish()
    }
}
