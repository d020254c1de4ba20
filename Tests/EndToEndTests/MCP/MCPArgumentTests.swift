import TestSupport
import Testing

/// What tools take that plain methods don't: null for nothing, text for numbers and flags, names of what is to be
/// cleared.
@Suite(.ownThread)
struct MCPArgumentTests {
    private let era = Era.november2025

    private static let call = #""type":"CALL","title":"t","source_system":"s","external_id":"e""#

    /// What a converter makes of a call that leaves all but one member out.
    static let nulls: [Named<(tool: String, arguments: String, sent: String)>] = [
        Named(
            "every member of a contact but one",
            (
                "contact_update",
                #"{"contact_id":"cnt_sandbox02","first_name":"Bjorn","last_name":null,"description":null,"#
                    + #""company_id":null,"emails":null,"phone_numbers":null,"time_zone":null,"clear":null,"options":null}"#,
                #"{"first_name":"Bjorn"}"#
            )),
        Named(
            "in an object in a list",
            (
                "contact_update",
                #"{"contact_id":"cnt_sandbox02","emails":[{"email":"b@x.example","is_primary":true,"x":null},null]}"#,
                #"{"emails":[{"email":"b@x.example","is_primary":true}]}"#
            )),
        Named(
            "a list of which only nulls were left",
            (
                "contact_update",
                #"{"contact_id":"cnt_sandbox02","first_name":"B","emails":[{"email":null,"is_primary":null}],"phone_numbers":[null]}"#,
                #"{"first_name":"B"}"#
            )),
        Named(
            "speakers keep their places",
            (
                "engagement_create",
                #"{\#(call),"media_url":null,"transcript_timeline":{"speakers":[{"name":null},null,{"name":"A"}],"#
                    + #""entries":[{"speaker_index":"2","text":"x","end":null},null]}}"#,
                #"{\#(call),"transcript_timeline":{"speakers":[{},{},{"name":"A"}],"#
                    + #""entries":[{"speaker_index":2,"text":"x"}]}}"#
            )),
        Named(
            "an empty list is given",
            (
                "contact_update", #"{"contact_id":"cnt_sandbox02","phone_numbers":[]}"#, #"{"phone_numbers":[]}"#
            )),
        Named(
            "among ids",
            (
                "engagement_replace_contacts",
                #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox07",null],"dry_run":null,"#
                    + #""expected_contact_ids":null,"report_changes":null}"#,
                #"{"contact_ids":["cnt_sandbox07"]}"#
            )),
        Named(
            "cleared by name",
            (
                "contact_update",
                #"{"contact_id":"cnt_sandbox02","last_name":null,"clear":["last_name","company_id"]}"#,
                #"{"last_name":null,"company_id":null}"#
            )),
        Named(
            "cleared by a word",
            ("contact_update", #"{"contact_id":"cnt_sandbox02","clear":"last_name"}"#, #"{"last_name":null}"#)),
        Named(
            "cleared by words",
            (
                "company_update",
                #"{"company_id":"cmp_sandbox01","clear":"description, description","name":"Acme"}"#,
                #"{"name":"Acme","description":null}"#
            )),
        Named(
            "cleared by a list as text",
            ("tag_update", #"{"tag_id":"tag_sandbox01","clear":"[\"hex_color\"]"}"#, #"{"hex_color":null}"#)),
        Named(
            "a flag as text",
            (
                "contact_update",
                #"{"contact_id":"cnt_sandbox02","emails":"[{\"email\":\"b@x.example\",\"is_primary\":\"true\"}]"}"#,
                #"{"emails":[{"email":"b@x.example","is_primary":true}]}"#
            )),
    ]

    @Test(arguments: nulls)
    func whatIsSent(named: Named<(tool: String, arguments: String, sent: String)>) throws {
        let (tool, arguments, sent) = named.value
        let host = try era.begin()
        let answer = try host.ask(era.toolCall("1", tool, arguments))
        #expect(answer.bool("result", "isError") == false, "\(answer)")
        let bodies = try host.process.sandboxRequests().compactMap { $0.text("body") }
        #expect(bodies.last?.filter { $0 != " " } == sent)
        try host.finish()
    }

    private static let filter = "filter%5bcontact_ids%5d%5bin%5d=cnt_sandbox01"

    static let queries: [(String, String)] = [
        (
            #"{"filter":{"contact_ids":{"eq":null,"in":["cnt_sandbox01"]},"start_at":null,"company_ids":{"eq":null}}}"#,
            "in"
        ),
        (#"{"filter":{"contact_ids":{"in":["cnt_sandbox01",null]},"engagement_type":{"eq":null,"in":[null]}}}"#, "in"),
        (#"{"filter":"{\"contact_ids\":{\"in\":\"[\\\"cnt_sandbox01\\\"]\"}}"}"#, "in"),
        (
            #"{"filter":{"contact_ids":{"in":["cnt_sandbox01"]}},"limit":null,"cursor":null,"all":"true"}"#,
            "in&order_by=updated_at%3aasc&limit=100"
        ),
        (#"{"filter":{"contact_ids":null},"limit":"2"}"#, "limit=2"),
        (#"{"filter":{"contact_ids":{"eq":null}},"all":"false","limit":2,"fields":null}"#, "limit=2"),
        (#"{"limit":"1","search":null}"#, "limit=1"),
    ]

    @Test(arguments: queries)
    func whatIsAskedFor(arguments: String, query: String) throws {
        let host = try era.begin()
        let answer = try host.ask(era.toolCall("1", "engagement_list", arguments))
        #expect(answer.bool("result", "isError") == false, "\(answer)")
        let asked = try host.process.sandboxRequests().last?.string("query") ?? ""
        let wanted = query.split(separator: "&").map { $0 == "in" ? Self.filter : String($0) }
        #expect(Set(asked.lowercased().split(separator: "&").map(String.init)) == Set(wanted), "\(asked)")
        try host.finish()
    }

    /// Whoever gives these does not mean nothing.
    static let refused: [(String, String, String)] = [
        ("contact_update", #"{"contact_id":"cnt_sandbox02","clear":["emails"]}"#, "clear[0]"),
        ("contact_update", #"{"contact_id":"cnt_sandbox02","clear":["last_nam"]}"#, "clear[0]"),
        ("contact_update", #"{"contact_id":"cnt_sandbox02","clear":{"last_name":true}}"#, "clear"),
        ("contact_update", #"{"contact_id":"cnt_sandbox02","last_name":"L","clear":["last_name"]}"#, "last_name"),
        ("contact_update", #"{"contact_id":"cnt_sandbox02","last_name":null,"first_name":null}"#, "params"),
        ("contact_update", #"{"contact_id":"cnt_sandbox02","clear":[]}"#, "params"),
        ("contact_create", #"{"first_name":"B","clear":["last_name"]}"#, "clear"),
        ("engagement_replace_contacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":[null]}"#, "contact_ids"),
        ("engagement_replace_contacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":null}"#, "contact_ids"),
        ("engagement_list", #"{"limit":"2.0"}"#, "limit"), ("engagement_list", #"{"limit":"two"}"#, "limit"),
        ("engagement_list", #"{"limit":" 2"}"#, "limit"), ("engagement_list", #"{"limit":"0"}"#, "limit"),
        ("engagement_list", #"{"limit":"+2"}"#, "limit"), ("engagement_list", #"{"limit":"02"}"#, "limit"),
        ("engagement_list", #"{"limit":true}"#, "limit"), ("engagement_list", #"{"all":"True"}"#, "all"),
        ("engagement_list", #"{"all":1}"#, "all"), ("engagement_list", #"{"all":"yes"}"#, "all"),
        (
            "contact_update", #"{"contact_id":"cnt_sandbox02","emails":[{"email":"b@x.example","is_primary":null}]}"#,
            "emails[0].is_primary"
        ),
    ]

    @Test(arguments: refused)
    func whatIsRefused(tool: String, arguments: String, field: String) throws {
        let host = try era.begin()
        let answer = try host.ask(era.toolCall("1", tool, arguments))
        #expect(answer.toolText?.int("code") == -32602, "\(answer)")
        #expect(answer.toolText?.string("data", "errors", "0", "field") == field, "\(answer)")
        if tool != "engagement_list" { #expect(answer.toolText?.string("data", "applied") == "no") }
        #expect(try host.process.sandboxRequests().isEmpty)
        // Before 2025-11-25 a bad argument is the client's, not the model's.
        let early = try Era.june2025.begin()
        #expect(try early.ask(Era.june2025.toolCall("1", tool, arguments)).code == -32602)
        try early.process.finish()
        try host.process.finish()
    }

    /// A plain method has null with its meaning, also on a stream that is MCP.
    @Test func plainMethodsClearWithNull() throws {
        let host = try era.begin()
        let answer = try host.process.call("contact.update", #"{"contact_id":"cnt_sandbox02","last_name":null}"#)
        #expect(answer.text("result", "data", "last_name") == "null", "\(answer)")
        let clear = try host.process.call("contact.update", #"{"contact_id":"cnt_sandbox02","clear":["last_name"]}"#)
        #expect(clear.code == -32602)
        let null = try host.process.call("engagement.list", #"{"filter":{"contact_ids":{"eq":null}}}"#)
        #expect(null.code == -32602)
        try host.process.finish()
    }
}
