import TestSupport
import Testing

/// One raw line, and what must come back: `Answer.summary` of each message, in order. One expectation for all
/// revisions, or one for each that differs.
struct GoldenLine: Sendable {
    let name: String
    let bytes: @Sendable (Era) -> [UInt8]
    let expected: @Sendable (Era) -> [String]

    init(_ name: String, _ line: String, _ expected: String...) {
        self.name = name
        bytes = { _ in Array((line + "\n").utf8) }
        self.expected = { _ in expected }
    }

    init(
        _ name: String, _ line: @escaping @Sendable (Era) -> String,
        _ expected: @escaping @Sendable (Era) -> String
    ) {
        self.name = name
        bytes = { Array((line($0) + "\n").utf8) }
        self.expected = { era in expected(era).isEmpty ? [] : [expected(era)] }
    }

    init(_ name: String, each line: @escaping @Sendable (Era) -> String, _ expected: String) {
        self.init(name, line, { _ in expected })
    }
}

/// What goes in and what must come out, in each revision: most of it is what other servers say nothing to.
@Suite(.ownThread)
struct MCPGoldenTests {
    static let notJSON: [GoldenLine] = [
        GoldenLine("malformed JSON", #"{"jsonrpc":"2.0","id":1,"method":"#, "- -32700"),
        GoldenLine("not JSON", "hello", "- -32700"),
        GoldenLine("trailing comma", #"{"jsonrpc":"2.0","id":1,"method":"ping",}"#, "- -32700"),
        GoldenLine("a number", "5", "- -32600"),
        GoldenLine("a blank line", "  "),
    ]

    static let ids: [GoldenLine] = [
        GoldenLine("null id", each: { $0.request("null", "tools/list") }, "- -32600"),
        GoldenLine("null id of a plain method", ping("null"), "- -32600"),
        GoldenLine("fractional id", each: { $0.request("1.5", "tools/list") }, "- -32600"),
        GoldenLine("fractional id of a plain method", ping("1.5"), "- -32600"),
        GoldenLine("fraction that is whole", each: { $0.request("7.0", "tools/list") }, "7.0 ok"),
        GoldenLine("long id", each: { $0.request("12345678901234567890", "tools/list") }, "12345678901234567890 ok"),
        GoldenLine("negative id", each: { $0.request("-1", "prompts/list") }, "-1 ok"),
        GoldenLine("empty id", each: { $0.request("\"\"", "prompts/list") }, "\"\" ok"),
        GoldenLine("id true", each: { $0.request("true", "tools/list") }, "- -32600"),
        GoldenLine("id in an object", each: { $0.request("{}", "tools/list") }, "- -32600"),
        GoldenLine("id twice", #"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, "- -32600"),
        GoldenLine(
            "line separator in the id", each: { $0.request("\"a\u{2028}\u{85}b\u{7F}\"", "tools/list") },
            #""a\u2028\u0085b\u007f" ok"#),
    ]

    static let forms: [GoldenLine] = [
        GoldenLine("wrong JSON-RPC version", #"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "1 -32600"),
        GoldenLine("no JSON-RPC version", #"{"id":1,"method":"ping"}"#, "1 -32600"),
        GoldenLine("method is a number", #"{"jsonrpc":"2.0","id":1,"method":1}"#, "1 -32600"),
        GoldenLine("params is a string", #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":"x"}"#, "1 -32602"),
        GoldenLine(
            "params is an empty array", { _ in #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}"# },
            { $0.isStateless ? "1 -32602" : "1 ok" }),
        GoldenLine("params is an array", #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]}"#, "1 -32602"),
        GoldenLine("a stray result", #"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        GoldenLine("a stray error", #"{"jsonrpc":"2.0","id":"x","error":{"code":-1,"message":"no"}}"#),
        GoldenLine(
            "line separator in the id of a bad request", "{\"jsonrpc\":\"2.0\",\"id\":\"\u{2028}\",\"method\":1}",
            #""\u2028" -32600"#),
        GoldenLine("CR LF", { $0.request("1", "tools/list") + "\r" }, { _ in "1 ok" }),
        GoldenLine("empty batch", "[]", "- -32600"),
        GoldenLine(
            "batch", { "[\($0.request("1", "tools/list")),\($0.request("2", "prompts/list"))]" },
            { $0 == .march2025 ? "[1 ok, 2 ok]" : "- -32600" }),
        GoldenLine(
            "batch with initialize", { _ in "[\(request("1", "initialize", #"{"protocolVersion":"2025-03-26"}"#))]" },
            { $0 == .march2025 ? "[1 -32600]" : "- -32600" }),
        GoldenLine(
            "batch of plain calls", { _ in "[\(ping("1"))]" }, { $0 == .march2025 ? "[1 ok]" : "- -32600" }),
    ]

    static let methods: [GoldenLine] = [
        GoldenLine("unknown method", each: { $0.request("1", "tools/lost") }, "1 -32601"),
        GoldenLine("unknown namespace", each: { $0.request("1", "tasks/list") }, "1 -32601"),
        GoldenLine("subscribe, which is not offered", each: { $0.request("1", "resources/subscribe") }, "1 -32601"),
        GoldenLine("ping", { $0.request("1", "ping") }, { $0.isStateless ? "1 -32601" : "1 ok" }),
        GoldenLine(
            "set level", { $0.request("1", "logging/setLevel", #""level":"emergency""#) },
            { $0.isStateless ? "1 -32601" : "1 ok" }),
        GoldenLine(
            "set an unknown level", { $0.request("1", "logging/setLevel", #""level":"loud""#) },
            { $0.isStateless ? "1 -32601" : "1 -32602" }),
        GoldenLine(
            "initialize with the stateless members",
            { _ in request("1", "initialize", #"{\#(Era.meta),"protocolVersion":"2025-06-18"}"#) }, { _ in "1 -32601" }),
        GoldenLine("initialize of no protocol", request("1", "initialize", "{}"), "1 -32602"),
        GoldenLine(
            "a list without _meta", { _ in request("1", "tools/list", "{}") }, { $0.isStateless ? "1 -32602" : "1 ok" }),
        GoldenLine("a cursor", each: { $0.request("1", "tools/list", #""cursor":"x""#) }, "1 -32602"),
        GoldenLine("resources", each: { $0.request("1", "resources/list") }, "1 ok"),
        GoldenLine("templates", each: { $0.request("1", "resources/templates/list") }, "1 ok"),
        GoldenLine("prompts", each: { $0.request("1", "prompts/list") }, "1 ok"),
        GoldenLine("a plain method", ping("1"), "1 ok"),
        GoldenLine("an unknown notification", request(nil, "notifications/strange")),
        GoldenLine("a request as a notification", { $0.request(nil, "tools/list") }, { _ in "" }),
        GoldenLine("a notification as a request", each: { $0.request("1", "notifications/initialized") }, "1 -32601"),
        GoldenLine("cancel nothing", request(nil, "notifications/cancelled", #"{"requestId":99}"#)),
        GoldenLine("cancel without an id", request(nil, "notifications/cancelled", #"{"requestId":null}"#)),
    ]

    static let params: [GoldenLine] = [
        GoldenLine("unknown tool", each: { $0.toolCall("1", "engagement_got", "{}") }, "1 -32602"),
        GoldenLine("a method's name as a tool", each: { $0.toolCall("1", "engagement.get", "{}") }, "1 -32602"),
        GoldenLine("tool without a name", each: { $0.request("1", "tools/call") }, "1 -32602"),
        GoldenLine("arguments that are no object", each: { $0.toolCall("1", "engagement_get", "[1]") }, "1 -32602"),
        GoldenLine(
            "bad arguments", { $0.toolCall("1", "engagement_get", #"{"engagement_id":"x"}"#) },
            { $0 >= .november2025 ? "1 ok isError" : "1 -32602" }),
        GoldenLine(
            "no arguments", { $0.request("1", "tools/call", #""name":"engagement_get""#) },
            { $0 >= .november2025 ? "1 ok isError" : "1 -32602" }),
        GoldenLine(
            "an API error", each: { $0.toolCall("1", "engagement_get", #"{"engagement_id":"ngmt_none"}"#) },
            "1 ok isError"),
        GoldenLine(
            "no such engagement", { $0.request("1", "resources/read", #""uri":"engagement://ngmt_none""#) },
            { $0.isStateless ? "1 -32602" : "1 -32002" }),
        GoldenLine(
            "no such scheme", { $0.request("1", "resources/read", #""uri":"file:///etc/passwd""#) },
            { $0.isStateless ? "1 -32602" : "1 -32002" }),
        GoldenLine("resource without a URI", each: { $0.request("1", "resources/read") }, "1 -32602"),
        GoldenLine("unknown prompt", each: { $0.request("1", "prompts/get", #""name":"x""#) }, "1 -32602"),
        GoldenLine(
            "prompt without its argument", each: { $0.request("1", "prompts/get", #""name":"review_attendees""#) },
            "1 -32602"),
        GoldenLine("completion of nothing", each: { $0.request("1", "completion/complete") }, "1 -32602"),
        GoldenLine(
            "the version in _meta is unknown",
            { _ in
                request("1", "tools/list", #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2099-01-01"}}"#)
            }, { _ in "1 -32022" }),
        GoldenLine(
            "the version in _meta is no string",
            { _ in request("1", "tools/list", #"{"_meta":{"io.modelcontextprotocol/protocolVersion":7}}"#) },
            { _ in "1 -32602" }),
        GoldenLine(
            "the capabilities are missing",
            { _ in
                request("1", "tools/list", #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#)
            }, { _ in "1 -32602" }),
    ]

    /// All lines in one stream: none may disturb what comes after it.
    @Test(arguments: Era.allCases)
    func whatGoesInAndWhatComesOut(era: Era) throws {
        let host = try era.begin()
        for line in Self.notJSON + Self.ids + Self.forms + Self.methods + Self.params {
            try host.send(bytes: line.bytes(era))
            for expected in line.expected(era) {
                let answer = try host.next()
                let summary = answer.summary + (answer.bool("result", "isError") == true ? " isError" : "")
                #expect(summary == expected, "\(line.name): \(answer)")
            }
            // Nothing more comes, and the stream goes on.
            let last = try host.ask(era.request("\"last\"", "prompts/list"))
            #expect(last.summary == "\"last\" ok", "\(line.name)")
        }
        try host.finish()
    }

    @Test(arguments: Era.allCases)
    func aLastLineWithoutItsEndIsServed(era: Era) throws {
        let host = try era.begin()
        try host.send(bytes: Array(era.request("1", "tools/list").utf8))
        host.process.closeInput()
        #expect(try host.next().summary == "1 ok")
        try host.finish()
    }
}

extension Era: Comparable {
    static func < (left: Era, right: Era) -> Bool { left.rawValue < right.rawValue }
}
