import TestSupport
import Testing

/// Memory that the system does not give is one failed call, whatever is made of an answer, and never the end of the
/// process. Each answer is one that fits as it comes, and not as often as it is needed.
@Suite(
    .ownThread, .tags(.load), .enabled(if: Setup.binaryIsGiven, "for a release build: gigabytes are read"),
    .disabled(if: processorIsEmulated, "memory can't be limited here"))
struct MemoryTests {
    private static let size = 62 << 20

    /// A process that may not have much more than one such answer.
    private func limited(_ server: FaultServer, _ arguments: [String] = [], mebibytes: Int) throws -> Setup {
        let base = 130
        var setup = Setup([], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        setup.program = "/bin/sh"
        setup.arguments =
            [
                "-c", "ulimit -v $1 && shift && exec \"$@\"", "sh", "\((base + mebibytes) << 10)", Setup.binary,
                "--base-url", server.baseURL, "--max-attempts", "1",
            ] + arguments
        return setup
    }

    /// `head`, then so many bytes of `filling`, then `tail`, under a status line.
    private static func large(_ head: String, _ filling: String, _ tail: String, status: String = "200 OK") -> Reaction
    {
        let times = size / (1 << 20)
        let block = [UInt8](String(repeating: filling, count: (1 << 20) / filling.utf8.count).utf8)
        let length = head.utf8.count + tail.utf8.count + times * block.count
        let start = "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n\(head)"
        return Reaction([.send(Array(start.utf8)), .flood(block, times: times), .send(Array(tail.utf8))])
    }

    static let bodies: [Named<Reaction>] = [
        Named("one string", large(#"{"id":"ngmt_a","transcript":""#, "x", #"","contacts":[]}"#)),
        Named("escapes", large(#"{"id":"ngmt_a","transcript":""#, "\\n", #"","contacts":[]}"#)),
        Named("quotes", large(#"{"id":"ngmt_a","transcript":""#, "\\\"", #"","contacts":[]}"#)),
        Named("contacts", large(#"{"id":"ngmt_a","contacts":["#, #"{"id":"cnt_0123"},"#, #"{"id":"cnt_1"}]}"#)),
        Named("a list", large(#"{"object":"list","data":["#, #"{"id":"ngmt_1"},"#, #"{"id":"x"}],"has_more":false}"#)),
        Named("numbers", large(#"{"object":"list","data":["#, "1,", #"1],"has_more":false}"#)),
        Named("a refusal", large(#"{"title":"T","detail":""#, "a ", #""}"#, status: "422 No")),
        Named("many faults", large(#"{"errors":["#, #"{"field":"f","message":"m"},"#, #"{}]}"#, status: "422 No")),
    ]

    static let calls: [(String, String)] = [
        ("engagement.get", #"["ngmt_a"]"#), ("engagement.replaceContacts", replacement("ngmt_a")),
        ("engagement.addContacts", replacement("ngmt_a")), ("engagement.getTranscript", #"["ngmt_a"]"#),
        ("engagement.list", #"{"all":true}"#), ("engagement.list", #"{"fields":["id"]}"#),
        ("engagement.get", #"{"engagement_id":"ngmt_a","fields":["id","transcript","contacts"]}"#),
        ("engagement.findContacts", #"{"names":["Ada"]}"#),
    ]

    @Test(arguments: bodies, [40, 200])
    func everyMethodLives(body: Named<Reaction>, mebibytes: Int) throws {
        let server = try FaultServer(always: body.value)
        let host = try HostProcess(limited(server, ["--timeout-ms", "60000"], mebibytes: mebibytes))
        for (method, params) in Self.calls {
            let answer = try host.call(method, params, within: 90)
            if let kind = answer.kind { #expect(kind != "parse_error", "\(answer)") }
            if answer.kind == "internal_error", method.hasSuffix("replaceContacts") {
                #expect(["yes", "unknown"].contains(answer.string("error", "data", "applied")), "\(answer)")
            }
            try host.expectAlive()
        }
        try host.finish(within: 20)
    }

    @Test(arguments: bodies.prefix(4), [40, 200])
    func everyToolLives(body: Named<Reaction>, mebibytes: Int) throws {
        let server = try FaultServer(always: body.value)
        let host = try Era.june2025.begin(limited(server, ["--timeout-ms", "60000"], mebibytes: mebibytes))
        for (tool, arguments) in [
            ("engagement_replace_contacts", replacement("ngmt_a")), ("engagement_add_contacts", replacement("ngmt_a")),
            ("engagement_get", #"{"engagement_id":"ngmt_a"}"#),
            ("engagement_get_transcript", #"{"engagement_id":"ngmt_a"}"#), ("engagement_list", #"{"all":true}"#),
        ] {
            try host.send(Era.june2025.toolCall("1", tool, arguments))
            let answer = try host.process.next(within: 90)
            #expect(answer.text("result") != nil, "\(answer)")
            if tool == "engagement_replace_contacts" {
                let applied = answer.toolText?.string("data", "applied")
                #expect(applied == "yes" || applied == "unknown", "the change was made: \(answer)")
            }
        }
        try host.process.finish(within: 20)
    }

    /// The other way round: what the host sends is bounded by memory, too.
    @Test(arguments: ["lines", "headers"]) func aMessageThatThereIsNoMemoryForIsRefused(framing: String) throws {
        let server = try FaultServer(always: .ok())
        var setup = try limited(server, ["--framing", framing], mebibytes: -70)
        setup.checks = framing == "lines" ? .lines : .headers
        let host = try HostProcess(setup)
        let body = Array(
            (#"{"jsonrpc":"2.0","id":7,"method":"service.ping","params":{"x":""#
                + String(repeating: "x", count: 15 << 20) + #""}}"#).utf8)
        func frame(_ bytes: [UInt8]) -> [UInt8] {
            framing == "lines" ? bytes + [0x0A] : Array("Content-Length: \(bytes.count)\r\n\r\n".utf8) + bytes
        }
        for number in 1...3 {
            try host.send(frame(body))
            #expect(try host.next(within: 30).code != nil)
            try host.send(frame(Array(ping("\(number)").utf8)))
            #expect(try host.next(within: 30).code == nil)
        }
        host.closeInput()
        #expect(try host.waitForExit() == .exited(0))
    }
}
