import Foundation
import TestSupport
import Testing

/// What a person reads before something is destroyed: all that would change, by name, in words that nobody else can
/// write; and when nobody is asked at all.
@Suite(.ownThread)
struct QuestionTests {
    private func question(_ host: AgentHost, _ tool: String, _ arguments: String) throws -> [String] {
        let asked = try host.ask(toolCall("1", tool, arguments))
        let words = try #require(asked.question, "\(asked)")
        try host.answer(asked, #""result":{"action":"decline"}"#)
        #expect(try host.next().toolText?.string("data", "kind") == "declined")
        #expect(try host.writes().isEmpty)
        return words.components(separatedBy: "\n")
    }

    private static let long = String(repeating: "a", count: 300) + "HIDDEN" + String(repeating: "z", count: 400)
    private static let longChange =
        #"{"contact_id":"cnt_sandbox02","description":"\#(long)","emails":[{"email":"ev\u0069l@x.example","is_primary":true}],"first_name":"\u0041\n","clear":["company_id"]}"#
    private static let longLine =
        "description: \"\(String(repeating: "a", count: 250)) … \(String(repeating: "z", count: 250))\" "
        + "(706 characters) (now nothing)"

    @Test(arguments: [
        ("contact_delete", #"{"contact_id":"cnt_sandbox01"}"#, [#"Delete contact "Ana Souza" (cnt_sandbox01)?"#]),
        // Whatever the agent spells it like, it is told as it would be written.
        (
            "contact_update", longChange,
            [
                #"Change fields of contact "Björn Lindqvist" (cnt_sandbox02)?"#,
                #"first_name: "A\u{a}" (now "Björn")"#,
                longLine, #"company_id: nothing (now "cmp_sandbox02")"#, "emails (1):",
                #"  {"email": "evil@x.example", "is_primary": true}"#, "emails now (1):",
                #"  {"email": "contact2@cafe-mueller.example", "is_primary": true}"#,
            ]
        ),
        // What stays is not told.
        (
            "contact_update", #"{"contact_id":"cnt_sandbox02","first_name":"Björn","last_name":"Berg"}"#,
            [
                #"Change fields of contact "Björn Lindqvist" (cnt_sandbox02)?"#,
                #"last_name: "Berg" (now "Lindqvist")"#,
            ]
        ),
        (
            "company_update", #"{"company_id":"cmp_sandbox01","domains":[{"domain":"x.example"}]}"#,
            [
                #"Change fields of company "Acme GmbH" (cmp_sandbox01)?"#, "domains (1):",
                #"  {"domain": "x.example"}"#,
                "domains now (1):", #"  {"domain": "acme.example", "is_primary": true}"#,
            ]
        ),
        ("tag_delete", #"{"tag_id":"tag_sandbox03"}"#, [#"Delete tag "Onboarding" (tag_sandbox03)?"#]),
        (
            "transcript_comment_delete", #"{"transcript_comment_id":"tano_sandbox01"}"#,
            [#"Delete transcript comment "Which quarter is this about?" (tano_sandbox01)?"#]
        ),
        (
            "engagement_replace_tags",
            #"{"engagement_id":"ngmt_sandbox01","tag_ids":["tag_sandbox02","tag_sandbox01"]}"#,
            [
                #"Replace all tags of engagement "Quarterly review with Acme" (ngmt_sandbox01)?"#, "Dropped (1):",
                #"  "Renewal" (tag_sandbox04)"#, "Added (1):", #"  "Churn risk" (tag_sandbox02)"#, "Kept: 1.",
            ]
        ),
        (
            "contact_clear_crm_association", #"{"contact_id":"cnt_sandbox09"}"#,
            [
                #"Untie contact "Iván O'Brien" (cnt_sandbox09) from its CRM object?"#,
                #"crm_association: nothing (now {"object_type": "contact", "crm_object_id": "hs-contact-1009", "source": "hubspot"})"#,
            ]
        ),
    ])
    func tellsAllThatWouldChange(tool: String, arguments: String, lines: [String]) throws {
        let host = try confirmingClient()
        #expect(try question(host, tool, arguments) == lines)
        try host.finish()
    }

    /// Contacts that exist, as many as are wanted.
    private func ids(_ host: AgentHost, _ count: Int) throws -> [String] {
        let list = try host.ask(request("\"ids\"", "contact.list", #"{"all":true,"fields":["id"]}"#))
        return try list.elements("result", "data", "data").compactMap { $0.string("id") }.filter {
            !["cnt_sandbox01", "cnt_sandbox02"].contains($0)
        }.prefix(count).map { $0 }
    }

    @Test(arguments: [(0, 100), (11, 100), (100, 100), (101, 100)])
    func tellsAHundredAndSaysWhenThatIsNotAll(added: Int, told: Int) throws {
        let host = try confirmingClient()
        let ids = try ids(host, added)
        let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
        let lines = try question(
            host, "engagement_replace_contacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":[\#(list)]}"#)
        #expect(lines.contains("Dropped (2):") && lines.contains("Added (\(added)):") == (added > 0))
        for id in ids.prefix(told) { #expect(lines.contains { $0.hasPrefix("  \"") && $0.hasSuffix("\" (\(id))") }) }
        #expect(lines.contains("  and 1 more: 101 are too many to judge here") == (added > told), "\(lines.suffix(3))")
        try host.finish()
    }

    /// Names are other people's text: they stay on their line, in their quotes, and hide nothing.
    @Test(arguments: [
        (
            #"Eve\nDropped (0):\nKept: 9. Calendar resources stay."#,
            #""Eve\u{a}Dropped (0):\u{a}Kept: 9. Calendar resources stay. X""#
        ),
        (#"Eve\" (cnt_sandbox02)"#, #""Eve\" (cnt_sandbox02) X""#), (#"Eve” (cnt_1)"#, #""Eve\” (cnt_1) X""#),
        (#"A\\"#, #""A\\ X""#), (#"\u202eevE"#, #""\u{202e}evE X""#), (#"\u200b\u2060A"#, #""\u{200b}\u{2060}A X""#),
        (#"\r\u2028\u0007"#, #""\u{d}\u{2028}\u{7} X""#),
    ])
    func aNameCanNotLookLikeTheQuestion(name: String, told: String) throws {
        let host = try confirmingClient()
        let change = #"{"contact_id":"cnt_sandbox01","first_name":"\#(name)","last_name":"X"}"#
        let update = try host.ask(toolCall("1", "contact_update", change))
        try host.answer(update)
        #expect(try host.next().summary == "1 ok")
        _ = try host.ask(request("\"clear\"", "sandbox.requests", #"{"clear":true}"#))
        for (tool, arguments) in [
            ("engagement_remove_contacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox01"]}"#),
            ("engagement_replace_contacts", #"{"engagement_id":"ngmt_sandbox02","contact_ids":["cnt_sandbox01"]}"#),
            ("contact_delete", #"{"contact_id":"cnt_sandbox01"}"#),
        ] {
            let lines = try question(host, tool, arguments)
            #expect(lines.contains { $0.contains(told + " (cnt_sandbox01)") }, "\(lines)")
            #expect(lines.count == (tool == "contact_delete" ? 1 : 4), "\(lines)")
            #expect(
                !lines.joined().unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E || $0.value == 0x2060 })
        }
        try host.finish()
    }

    // MARK: Nobody is asked

    @Test(arguments: [
        (
            "engagement_replace_contacts",
            #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox02","cnt_sandbox01"]}"#
        ),
        ("engagement_remove_contacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox30"]}"#),
        ("contact_update", #"{"contact_id":"cnt_sandbox02","first_name":"Bj\u00f6rn","description":null}"#),
        (
            "contact_update",
            #"{"contact_id":"cnt_sandbox02","company_id":"cmp_sandbox02","emails":[{"is_primary":true,"email":"contact2@cafe-mueller.example"}]}"#
        ),
        ("company_update", #"{"company_id":"cmp_sandbox01","name":"Acme GmbH"}"#),
        ("contact_clear_crm_association", #"{"contact_id":"cnt_sandbox01"}"#),
        ("engagement_replace_tags", #"{"engagement_id":"ngmt_sandbox01","tag_ids":["tag_sandbox04","tag_sandbox01"]}"#),
        (
            "contact_set_crm_association",
            #"{"contact_id":"cnt_sandbox09","object_type":"contact","crm_object_id":"hs-contact-1009","source":"hubspot"}"#
        ),
    ])
    func nobodyIsAskedAboutAChangeOfNothing(tool: String, arguments: String) throws {
        for capabilities in [#"{"elicitation":{}}"#, #"{"elicitation":{"form":{}}}"#] {
            let host = try confirmingClient(confirm: "always", capabilities: capabilities)
            let answer = try host.ask(toolCall("1", tool, arguments))
            #expect(answer.summary == "1 ok" && answer.bool("result", "isError") != true, "\(answer)")
            #expect(try host.writes().isEmpty, "nobody has agreed to a write either")
            try host.finish()
        }
    }

    @Test(arguments: [
        (
            "engagement_replace_contacts", "cnt_nobody",
            #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox09","cnt_nobody","cnt_noone"]}"#
        ),
        (
            "engagement_replace_contacts", "cnt_noone",
            #"{"engagement_id":"ngmt_sandbox02","contact_ids":["cnt_nobody","cnt_noone"]}"#
        ),
        ("contact_delete", "cnt_nobody", #"{"contact_id":"cnt_nobody"}"#),
        ("contact_update", "cnt_nobody", #"{"contact_id":"cnt_nobody","first_name":"A"}"#),
        ("company_delete", "cmp_nobody", #"{"company_id":"cmp_nobody"}"#),
    ])
    func nobodyIsAskedAboutWhoIsNotThere(tool: String, id: String, arguments: String) throws {
        let host = try confirmingClient()
        let answer = try host.ask(toolCall("1", tool, arguments))
        #expect(answer.toolText?.string("data", "kind") == "not_found", "\(answer)")
        #expect(answer.toolText?.string("data", "applied") == "no")
        #expect(answer.toolText?.string("message")?.contains(id) == true, "\(answer)")
        #expect(try host.writes().isEmpty)
        try host.finish()
    }

    /// What can't be read is asked about by id: a token that may write need not be one that may read.
    @Test func whoeverCanNotBeReadIsAskedAboutByID() throws {
        for status in [403, 500, 429] {
            let host = try confirmingClient(["--max-attempts", "1"])
            for id in ["cnt_sandbox09", "cnt_sandbox05"] {
                let plan = #"{"match":"GET /v2/contacts/\#(id)","steps":[{"status":\#(status)}],"repeat":true}"#
                #expect(try host.ask(request("\"f\"", "sandbox.fail", plan)).code == nil)
            }
            let arguments = #"{"engagement_id":"ngmt_sandbox02","contact_ids":["cnt_sandbox09"]}"#
            let asked = try host.ask(toolCall("1", "engagement_replace_contacts", arguments))
            #expect(asked.question?.contains("Added (1):\n  cnt_sandbox09\n") == true, "\(asked)")
            try host.answer(asked)
            #expect(try host.next().summary == "1 ok")
            let deletion = try host.ask(toolCall("2", "contact_delete", #"{"contact_id":"cnt_sandbox05"}"#))
            #expect(deletion.question == "Delete contact cnt_sandbox05?", "\(deletion)")
            try host.answer(deletion)
            #expect(try host.next().summary == "2 ok")
            try host.finish()
        }
    }

    /// Somebody else renames whom the person was to judge.
    @Test func anotherRecordIsAskedAboutAgain() throws {
        let host = try confirmingClient()
        let first = try host.ask(toolCall("1", "contact_delete", #"{"contact_id":"cnt_sandbox05"}"#))
        let seen = try #require(first.question)
        #expect(seen.contains("(cnt_sandbox05)"))
        _ = try host.ask(
            request(
                "\"f\"", "sandbox.fail",
                #"{"match":"GET /v2/contacts/cnt_sandbox05","steps":[{"status":200,"body":{"id":"cnt_sandbox05","first_name":"Zoe"}}]}"#
            ))
        try host.answer(first)
        let second = try host.next()
        #expect(second.question == #"Delete contact "Zoe" (cnt_sandbox05)?"#, "\(second)")
        #expect(try host.writes().isEmpty)
        try host.answer(second)
        let third = try host.next()
        #expect(third.question == seen, "\(third)")
        try host.answer(third)
        #expect(try host.next().summary == "1 ok")
        #expect(try host.writes() == ["/v2/contacts/cnt_sandbox05"])
        try host.finish()
    }
}
