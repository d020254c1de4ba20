import Foundation
import TestSupport
import Testing

/// What a tool's `outputSchema` tells, and that every structured answer fits it: hosts throw away one that doesn't.
@Suite(.ownThread)
struct MCPAnswerTests {
    private let era = Era.november2025

    private func schemas(_ host: AgentHost) throws -> [String: JSONSchema] {
        let tools = try host.ask(era.request("0", "tools/list")).elements("result", "tools")
        return Dictionary(
            tools.compactMap { tool in JSONSchema(tool.text("outputSchema")).map { (tool.string("name") ?? "", $0) } },
            uniquingKeysWith: { $1 })
    }

    /// The fields of `data` and of `changes`, the expanded ones where something can be expanded.
    @Test(arguments: [
        ("engagement_get", "$.data.title $.data.start_at $.data.contacts"),
        ("engagement_list", "$.data.data[].title $.data.has_more $.data.next_cursor $.data.data[].owner"),
        ("engagement_replace_contacts", "$.data|0.title $.changes.added $.changes.verified"),
        ("engagement_add_contacts", "$.data|0.id $.changes.before $.changes.preserved"),
        ("engagement_find_contacts", "$.data.found $.data.ambiguous $.data.missing"),
        ("engagement_get_transcript", "$.data.text $.data.next_offset"),
        ("contact_get", "$.data.first_name $.data.emails"), ("contact_update", "$.data|0.last_name"),
        ("user_list", "$.data.data[].role"), ("tag_list", "$.data.data[].name"),
    ])
    func theFieldsAreTold(tool: String, paths: String) throws {
        let host = try era.begin()
        let schema = try #require(try schemas(host)[tool])
        let known = Set(schema.all.map(\.path))
        for path in paths.split(separator: " ") { #expect(known.contains(String(path)), "\(path)") }
        for (path, part) in schema.all { #expect(part["additionalProperties"] as? Bool != false, "\(path) is closed") }
        try host.finish()
    }

    /// Calls over the sandbox: expanded, with fields, dry runs, with and without something to change, lists that end
    /// early, deletions.
    private static let calls: [(String, String)] = {
        let one = #""engagement_id":"ngmt_sandbox01""#
        let all = #"["companies","contacts","owner","action_items","signals","transcript","media_url","tags"]"#
        var calls = (1...12).filter { $0 != 4 }.map { number in
            (
                "engagement_get",
                #"{"engagement_id":"ngmt_sandbox\#(number < 10 ? "0" : "")\#(number)","expand":\#(all)}"#
            )
        }
        calls += (1...40).map { ("contact_get", #"{"contact_id":"cnt_sandbox\#($0 < 10 ? "0" : "")\#($0)"}"#) }
        for tool in ["engagement_list", "contact_list", "company_list", "tag_list", "user_list"] {
            calls += [
                (tool, "{}"), (tool, #"{"limit":3}"#), (tool, #"{"all":true,"max_items":7}"#),
                (tool, #"{"fields":["id","nothing","owner.emails.email","emails"]}"#), (tool, #"{"fields":["x"]}"#),
                (
                    tool,
                    #"{"limit":100,"fields":["object","id","created_at","company","crm_association","domains","role"]}"#
                ),
            ]
        }
        calls += [
            ("engagement_list", #"{"expand":\#(all),"limit":2}"#),
            ("engagement_get", #"{\#(one),"fields":["x","owner.x"]}"#),
            ("engagement_get", #"{\#(one),"expand":["owner"],"fields":["owner.emails.email","contacts.x"]}"#),
            ("engagement_add_contacts", #"{\#(one),"contact_ids":["cnt_sandbox07"],"dry_run":true}"#),
            ("engagement_add_contacts", #"{\#(one),"contact_ids":["cnt_sandbox07"]}"#),
            ("engagement_add_contacts", #"{\#(one),"contact_ids":["cnt_sandbox07"]}"#),
            ("engagement_remove_contacts", #"{\#(one),"contact_ids":["cnt_sandbox07"],"dry_run":true}"#),
            ("engagement_remove_contacts", #"{\#(one),"contact_ids":["cnt_sandbox07"]}"#),
            ("engagement_replace_contacts", #"{\#(one),"contact_ids":["cnt_sandbox03"],"dry_run":true}"#),
            ("engagement_replace_contacts", #"{\#(one),"contact_ids":["cnt_sandbox03"],"report_changes":true}"#),
            ("engagement_replace_contacts", #"{\#(one),"contact_ids":[]}"#),
            ("engagement_undo", #"{\#(one),"dry_run":true}"#), ("engagement_undo", #"{\#(one)}"#),
            ("journal_list", "{}"), ("engagement_find_contacts", #"{"names":["Ana Souza","Nobody"],"emails":["a@b"]}"#),
            ("engagement_get_transcript", #"{\#(one),"limit":10}"#),
            ("engagement_get_transcript", #"{"engagement_id":"ngmt_sandbox02"}"#),
            ("engagement_get_timeline", "{\(one)}"),
            ("engagement_replace_tags", #"{\#(one),"tag_ids":["tag_sandbox02"]}"#),
            (
                "engagement_create",
                #"{"type":"CALL","title":"T","source_system":"s","external_id":"e","media_url":"https://m.example/a"}"#
            ),
            (
                "engagement_create",
                #"{"type":"CALL","title":"T","source_system":"s","external_id":"f","transcript_timeline":"#
                    + #"{"speakers":[{"name":"A"}],"entries":[{"speaker_index":0,"text":"x"}]}}"#
            ),
            ("engagement_get", #"{\#(one),"wait_for":"COMPLETED"}"#),
            ("contact_create", #"{"first_name":"Mia"}"#),
            ("contact_update", #"{"contact_id":"cnt_sandbox02","clear":["first_name","last_name","description"]}"#),
            ("contact_list_engagements", #"{"contact_id":"cnt_sandbox01"}"#),
            ("contact_delete", #"{"contact_id":"cnt_sandbox40"}"#),
            ("company_get", #"{"company_id":"cmp_sandbox01"}"#),
            ("company_update", #"{"company_id":"cmp_sandbox01","clear":"name"}"#),
            ("company_clear_crm_association", #"{"company_id":"cmp_sandbox01"}"#),
            ("tag_create", #"{"name":"N"}"#),
            ("tag_update", #"{"tag_id":"tag_sandbox01","clear":"description,hex_color"}"#),
            ("user_get", #"{"user_id":"usr_sandbox01"}"#),
            ("transcript_comment_create", #"{\#(one),"body":"B"}"#),
        ]
        return calls
    }()

    @Test func everyAnswerOfTheSandboxFits() throws {
        let path = temporaryJournal()
        defer { unlink(path) }
        let host = try era.begin("--toolsets", "all", "--journal", path)
        let schemas = try schemas(host)
        var met: Set<String> = []
        for (number, (tool, arguments)) in Self.calls.enumerated() {
            let answer = try host.ask(era.toolCall("\(number + 1)", tool, arguments), within: 20)
            #expect(answer.bool("result", "isError") == false, "\(tool) \(arguments): \(answer)")
            let structure = try #require(answer.text("result", "structuredContent"))
            let faults = try #require(schemas[tool]).faults(of: Array(structure.utf8))
            #expect(faults.isEmpty, "\(tool) \(arguments): \(faults.prefix(3))")
            met.insert(tool)
        }
        #expect(met.count >= 28)
        // The official validator says so too, where there is one.
        try host.finish()
    }

    /// What the API sends otherwise than it says it does, and nothing at all.
    @Test(arguments: [
        (
            #"{"id":null,"title":null,"is_private":null,"start_at":null,"contacts":null,"owner":null,"new":{"a":[1]}}"#,
            200
        ),
        (
            #"{"contacts":[{"id":null,"emails":null,"first_name":null},{}],"crm_association":null,"duration_seconds":1.5}"#,
            200
        ),
        (#"{"engagement_type":"PODCAST","processing_status":"LOST","meeting_url":"no url","created_at":"today"}"#, 200),
        ("{}", 200), ("", 204),
    ])
    func whatAnAPIMaySendFits(body: String, status: Int) throws {
        let server = try FaultServer { request in
            status == 204 && request.method == "GET" ? .ok("{}") : .answer(status, body)
        }
        let host = try era.begin(
            Setup(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken]))
        let schemas = try schemas(host)
        for (tool, arguments) in [
            ("engagement_get", #"{"engagement_id":"ngmt_a"}"#),
            ("engagement_replace_contacts", replacement("ngmt_a")),
        ] {
            let answer = try host.ask(era.toolCall("1", tool, arguments))
            host.process.reusesIDs = true
            let structure = try #require(answer.text("result", "structuredContent"), "\(answer)")
            let faults = try #require(schemas[tool]).faults(of: Array(structure.utf8))
            #expect(faults.isEmpty, "\(tool): \(faults.prefix(3))")
        }
        let page = #"{"object":"list","data":[\#(status == 204 ? "{}" : body)],"has_more":false,"next_cursor":null}"#
        let lists = try FaultServer(always: .ok(page))
        let reader = try era.begin(
            Setup(["--base-url", lists.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken]))
        let answer = try reader.ask(era.toolCall("1", "engagement_list", "{}"))
        let structure = try #require(answer.text("result", "structuredContent"), "\(answer)")
        let faults = try #require(schemas["engagement_list"]).faults(of: Array(structure.utf8))
        #expect(faults.isEmpty, "\(faults.prefix(3))")
        try host.finish()
        try reader.finish()
    }
}
