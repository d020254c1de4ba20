import Foundation
import TestSupport
import Testing

/// What `tools/list` and `resources/list` say, and that it is true.
@Suite(.ownThread)
struct MCPListTests {
    private let era = Era.november2025

    private func tools(_ arguments: String...) throws -> [Answer] {
        let host = try era.begin(Setup(["--sandbox"] + arguments))
        defer { try? host.process.finish() }
        return try host.ask(era.request("1", "tools/list")).elements("result", "tools")
    }

    /// What converters and grammars of local models read.
    @Test func everySchemaIsPlain() throws {
        for tool in try tools("--toolsets", "all", "--journal", temporaryJournal()) {
            let name = tool.string("name") ?? ""
            for key in ["inputSchema", "outputSchema"] {
                let schema = try #require(JSONSchema(tool.text(key)), "\(name)")
                for (path, part) in schema.all {
                    let place = "\(name) \(key) \(path)"
                    #expect(!(part["type"] is [Any]), "\(place): a list of types")
                    for keyword in ["$ref", "oneOf", "allOf", "not", "$defs"] {
                        #expect(part[keyword] == nil, "\(place)")
                    }
                    let pattern = part["pattern"] as? String ?? ""
                    #expect(pattern.firstMatch(of: /\\[a-zA-Z]/) == nil, "\(place): \(pattern)")
                    #expect(pattern.isEmpty || pattern.hasPrefix("^") && pattern.hasSuffix("$"), "\(place): \(pattern)")
                    for length in ["minLength", "maxLength", "minItems", "maxItems"] {
                        #expect((part[length] as? Int ?? 0) < 2000, "\(place)")
                    }
                    guard key == "inputSchema" else { continue }
                    #expect(part["anyOf"] == nil, "\(place)")
                    guard path != "$", !path.hasSuffix("[]") else { continue }
                    let text = part["description"] as? String ?? ""
                    #expect(!text.isEmpty, "\(place) is not described")
                    let items = part["items"] as? [String: Any]
                    for pattern in [part["pattern"], items?["pattern"]] {
                        guard let match = (pattern as? String)?.firstMatch(of: /^\^([a-z]+_)\[/) else { continue }
                        #expect(text.contains(match.1), "\(place): the form of an id is not said: \(text)")
                    }
                    if part["format"] as? String == "date-time" { #expect(text.contains("2026-01-31T"), "\(place)") }
                }
            }
        }
    }

    /// Without output schemas, which hosts keep from their model: 24 kB, and 64 kB for all.
    @Test(arguments: [([], 24_000), (["--toolsets", "all"], 64_000)], [false, true])
    func theListIsShort(row: (arguments: [String], limit: Int), isJournaled: Bool) throws {
        let (path, limit) = (temporaryJournal(), row.limit)
        defer { unlink(path) }
        let arguments = row.arguments + (isJournaled ? ["--journal", path] : [])
        for era in Era.allCases {
            let host = try era.begin(Setup(["--sandbox"] + arguments))
            let list = try host.ask(era.request("1", "tools/list"))
            let tools = try list.elements("result", "tools")
            let output = tools.reduce(0) { sum, tool in
                sum + (tool.text("outputSchema").map { $0.utf8.count + #","outputSchema":"#.utf8.count } ?? 0)
            }
            let size = list.bytes.count - output
            #expect(size <= limit)
            if era == .july2026 {
                print("tools/list \(arguments): \(tools.count) tools, \(size) bytes and \(output) of output schemas")
            }
            try host.process.finish()
        }
    }

    @Test func whatNeedsAJournalIsListedWithOne() throws {
        let path = temporaryJournal()
        defer { unlink(path) }
        let names = ["engagement_undo", "journal_list"]
        let without = Set(try tools().compactMap { $0.string("name") })
        #expect(without.isDisjoint(with: names))
        let all = try tools("--toolsets", "all").compactMap { $0.string("name") }
        #expect(Set(all).isDisjoint(with: names))
        let with = try tools("--journal", path)
        #expect(Set(with.compactMap { $0.string("name") }).isSuperset(of: names))
        let reading = try tools("--journal", path, "--read-only").compactMap { $0.string("name") }
        #expect(reading.contains("journal_list") && !reading.contains("engagement_undo"))
    }

    /// A hint that says a call may be repeated is tried: the second one must change nothing.
    @Test func theHintOfUndoIsTrue() throws {
        let path = temporaryJournal()
        defer { unlink(path) }
        let host = try era.begin("--journal", path)
        let tools = try host.ask(era.request("1", "tools/list")).elements("result", "tools")
        let undo = try #require(tools.first { $0.string("name") == "engagement_undo" })
        #expect(undo.bool("annotations", "destructiveHint") == true)
        let arguments = #"{"engagement_id":"ngmt_sandbox01"}"#
        _ = try host.ask(era.toolCall("2", "engagement_replace_contacts", replacement("ngmt_sandbox01")))
        let after = try (3...4).map { try host.ask(era.toolCall("\($0)", "engagement_undo", arguments)) }
            .map { $0.text("result", "structuredContent", "changes", "after") }
        #expect(undo.bool("annotations", "idempotentHint") == (after[0] != nil && after[0] == after[1]), "\(after)")
        try host.finish()
    }

    // MARK: Lists

    private static let item =
        #""title":"A review of numbers with somebody, the 000th","engagement_type":"MEETING","processing_status":"COMPLETED","#
        + #""is_private":false,"created_at":"2026-01-07T09:15:00.000Z","updated_at":"2026-01-10T10:16:01.000Z","#
        + #""description":"Numbers of the last quarter, open tickets, and what comes next.","start_at":"#
        + #""2026-01-10T09:15:00.000Z","end_at":"2026-01-10T10:00:00.000Z","duration_seconds":2700,"is_internal":null,"#
        + #""first_name":"Maximiliane","last_name":"Oberhauser","emails":[{"email":"maximiliane@example.com","is_primary":true}],"#
        + #""contacts":[{"id":"cnt_01HQY3K2J8ZQ4W5V6X7Y8Z9A0B"}],"name":"A company","domains":[{"domain":"a.example"}]"#

    private static let page: String = {
        let items = (100..<200).map { #"{"id":"ngmt_01HQY3K2J8ZQ4W5V6X7Y8Z9\#($0)",\#(item)}"# }
        return #"{"object":"list","data":[\#(items.joined(separator: ","))],"has_more":true,"next_cursor":"c"}"#
    }()

    @Test(arguments: [
        ("engagement_list", "", "id title processing_status start_at end_at"),
        ("engagement_list", #""expand":["contacts"]"#, "id title processing_status start_at end_at contacts"),
        ("engagement_list", #""expand":"contacts""#, "id title processing_status start_at end_at contacts"),
        ("engagement_list", #""fields":["id","is_private"]"#, "id is_private"),
        ("engagement_list", #""fields":null"#, "id title processing_status start_at end_at"),
        ("contact_list_engagements", #""contact_id":"cnt_a""#, "id title processing_status start_at end_at"),
        ("contact_list", "", "id updated_at first_name last_name emails"),
        ("user_list", "", "id updated_at first_name last_name emails"),
        ("company_list", "", "id updated_at name domains"), ("tag_list", "", "id updated_at name"),
    ])
    func aListGivesItsMainFields(tool: String, arguments: String, fields: String) throws {
        let server = try FaultServer(always: .ok(Self.page))
        let setup = Setup(
            ["--base-url", server.baseURL, "--toolsets", "all"], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let host = try era.begin(setup)
        let tools = try host.ask(era.request("1", "tools/list")).elements("result", "tools")
        let said = try #require(tools.first { $0.string("name") == tool }?.string("description"))
        #expect(said.contains("unless fields names others"), "\(said)")
        let answer = try host.ask(era.toolCall("2", tool, "{\(arguments)}"))
        let text = try #require(answer.string("result", "content", "0", "text"))
        let items = try answer.elements("result", "structuredContent", "data", "data")
        #expect(items.count == 100)
        #expect(Set(items.first?.names() ?? []) == Set(fields.split(separator: " ").map(String.init)))
        #expect(answer.string("result", "structuredContent", "data", "next_cursor") == "c")
        if !arguments.contains("expand") { #expect(text.utf8.count < 25_000, "\(text.utf8.count)") }
        // A plain method gives all of it.
        let plain = try host.process.call("engagement.list", "{}")
        #expect(plain.count("result", "data", "data", "0") ?? 0 > 10)
        try host.process.finish()
    }

    // MARK: Resources

    @Test(arguments: Era.allCases)
    func theFiveNewestEngagementsAreListed(era: Era) throws {
        let host = try era.begin()
        let list = try host.ask(era.request("1", "resources/list"))
        let uris = try list.elements("result", "resources").compactMap { $0.string("uri") }
        let newest = try host.process.call("engagement.list", #"{"limit":5,"fields":["id","title"]}"#)
        let items = try newest.elements("result", "data", "data")
        #expect(uris == items.compactMap { $0.string("id").map { "engagement:///\($0)" } } && uris.count == 5)
        let titles = try list.elements("result", "resources").map { $0.string(era >= .june2025 ? "title" : "name") }
        #expect(titles == items.map { $0.string("title") })
        let first = try #require(uris.first)
        let read = try host.ask(era.request("2", "resources/read", #""uri":"\#(first)""#))
        #expect(read.text("result", "contents", "0", "text") != nil)
        try host.finish()
    }

    @Test(arguments: Era.allCases)
    func anUnreadableListIsEmpty(era: Era) throws {
        let host = try era.begin()
        #expect(try host.process.call("sandbox.scopes", #"{"scopes":["contacts:read"]}"#).text("result") != nil)
        #expect(try host.ask(era.request("1", "resources/list")).count("result", "resources") == 0)
        try host.finish()
        for setup in [Setup([]), Setup(["--sandbox", "--methods", "contact.*"])] {
            let other = try era.begin(setup)
            #expect(try other.ask(era.request("1", "resources/list")).count("result", "resources") == 0)
            try other.finish()
        }
    }

    @Test(arguments: [
        #"{"data":[{"id":"ngmt_a\u0000","title":"x"},{"id":"../x"},{"title":"x"},7,{"id":"ngmt_b","title":null}]}"#,
        "[]", #"{"data":{}}"#, "7",
    ])
    func whatIsNoEngagementIsNotListed(body: String) throws {
        let server = try FaultServer(always: .ok(body))
        let host = try era.begin(
            Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken]))
        let uris = try host.ask(era.request("1", "resources/list")).elements("result", "resources")
        #expect(uris.map { $0.string("uri") } == (body.contains("ngmt_b") ? ["engagement:///ngmt_b"] : []))
        try host.finish()
    }

    /// It has a time of its own, and what comes behind it does not wait.
    @Test func aSlowListHoldsNothingUp() throws {
        let host = try era.begin("--timeout-ms", "60000")
        try host.process.fail("GET /v2/engagements", #"{"delay_ms":30000}"#, repeats: true)
        let start = Deadline.now
        try host.send(era.request("1", "resources/list"))
        #expect(try host.ask(era.request("2", "ping")).summary == "2 ok")
        #expect(try host.ask(era.toolCall("3", "contact_get", #"{"contact_id":"cnt_sandbox01"}"#)).summary == "3 ok")
        #expect(Deadline.now - start < bound(2))
        let list = try host.next(within: 15)
        #expect(list.text("id") == "1" && list.count("result", "resources") == 0)
        #expect((4...bound(7.75)).contains(Deadline.now - start))
        try host.finish()
    }

    @Test func theInstructionsNameTheAddress() throws {
        for era in Era.allCases {
            let host = try HostProcess(["--sandbox"])
            let hello =
                #"{"protocolVersion":"\#(era.rawValue)","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#
            try host.send(
                line: era.isStateless ? era.request("0", "server/discover") : request("0", "initialize", hello))
            let said = try host.answer(to: "0").string("result", "instructions") ?? ""
            #expect(said.contains("engagement:///ngmt_"), "\(said)")
            try host.finish()
        }
    }

    // MARK: Trace context

    @Test(arguments: [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
        ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\\n", false),
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false), ("forged id=7", false), ("", false),
    ])
    func theLogNamesTheTrace(trace: String, isTaken: Bool) throws {
        for format in ["text", "json"] {
            let host = try HostProcess(["--sandbox", "--log-level", "info", "--log-format", format])
            let meta = String(Era.meta.dropLast()) + #","traceparent":"\#(trace)"}"#
            func call(_ id: Int, _ engagement: String) throws {
                let arguments = #"{"engagement_id":"\#(engagement)"}"#
                let line = request(
                    "\(id)", "tools/call", #"{\#(meta),"name":"engagement_get","arguments":\#(arguments)}"#)
                try host.send(line: line)
                _ = try host.answer(to: "\(id)")
            }
            try call(1, "ngmt_sandbox01")
            try call(2, "ngmt_none")
            try call(3, "bad")
            try host.finish()
            let lines = host.errorText.split(separator: "\n").filter { $0.contains("engagement.get") }
            #expect(lines.count == 3, "\(host.errorText)")
            for line in lines {
                #expect(line.contains("traceparent") == isTaken && (!isTaken || line.contains(trace)), "\(line)")
            }
        }
    }
}
