import TestSupport
import Testing

/// Parameters that must be refused before anything is sent, with the field's name.
@Suite(.ownThread)
struct ParameterTests {
    /// Spelled as JSON, quotes included.
    static let badIDs: [Named<String>] =
        [
            "..", "../", "../../v2/users", "%2e%2e", "%2E%2E%2F", "a/b", "ngmt_a/b", "ngmt_a?b", "ngmt_a#b", "ngmt_a;b",
            "ngmt_a\\\\b", "ngmt_a\\r\\nX: y", "ngmt_a\\n", "\\nngmt_a", "ngmt_a b", " ngmt_a", "ngmt_a ", "ngmt_",
            "ngmt",
            "", "NGMT_a", "cnt_a", "ngmt_é", "ngmt_\\u0661", "ngmt_１", "ngmt_a\\u0000", "ngmt_a\u{200B}", "ngmt_a%41",
            "ngmt_a.b", "ngmt_a-b", "ngmt_a_b", "ngmt_{id}", "ngmt_\\ud800", "ngmt_a\u{7F}", "ngmt_a\\t",
        ].map { Named($0, "\"\($0)\"") }
        + [
            Named("100,000 letters", "\"ngmt_" + String(repeating: "a", count: 100_000) + "\""), Named("null", "null"),
            Named("number", "1"), Named("true", "true"), Named("object", "{}"), Named("array", #"["ngmt_a"]"#),
        ]

    private func expectRefusal(_ answer: Answer, _ field: String) {
        #expect(answer.code == -32602 && answer.kind == "invalid_params", "\(answer)")
        #expect(answer.string("error", "message")?.contains(field) == true, "\(answer)")
        #expect(answer.bool("error", "data", "retryable") == false)
        #expect(answer.string("error", "data", "errors", "0", "field") == field, "\(answer)")
        #expect(answer.bytes.count < 4000, "input is repeated only in part")
    }

    @Test(arguments: badIDs)
    func aBadEngagementIDIsNamedAndNothingIsSent(id: Named<String>) throws {
        let host = try sandbox()
        expectRefusal(try host.call("engagement.get", #"{"engagement_id":\#(id.value)}"#), "engagement_id")
        let write = #"{"engagement_id":\#(id.value),"contact_ids":["cnt_sandbox01"]}"#
        let answer = try host.call("engagement.replaceContacts", write)
        expectRefusal(answer, "engagement_id")
        #expect([nil, "no"].contains(answer.string("error", "data", "applied")))
        #expect(try host.call("engagement.get", "[\(id.value)]").code == -32602)
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    private static let longID = "\"cnt_" + String(repeating: "a", count: 100_000) + "\""

    @Test(arguments: [
        "\"cnt_\"", "\"cnt_a/b\"", "\"ngmt_a\"", "\"cnt_a\\r\\n\"", "\"\"", "null", "7", "[]", "{}", "\"cnt_é\"",
        longID, "\"cnt_a\\\"]}\"",
    ])
    func aBadContactIDIsNamedByItsPlace(id: String) throws {
        let host = try sandbox()
        let list = #"["cnt_sandbox01","cnt_sandbox02","cnt_sandbox03",\#(id)]"#
        let params = #"{"engagement_id":"ngmt_sandbox01","contact_ids":\#(list)}"#
        expectRefusal(try host.call("engagement.replaceContacts", params), "contact_ids[3]")
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    @Test(arguments: ["null", "\"cnt_sandbox01\"", "{}", #"{"0":"cnt_sandbox01"}"#, "1", "\"[]\""])
    func contactIDsAreAList(value: String) throws {
        let host = try sandbox()
        let answer = try host.call(
            "engagement.replaceContacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":\#(value)}"#)
        expectRefusal(answer, "contact_ids")
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    @Test(arguments: [
        Named("engagement_id", "{}"), Named("engagement_id", "null"), Named("engagement_id", "[]"),
        Named("engagement_id", #"{"engagement_id":null}"#),
    ])
    func aMissingParameterIsNamed(row: Named<String>) throws {
        let host = try sandbox()
        expectRefusal(try host.call("engagement.get", row.value), row.name)
        try host.finish()
    }

    @Test func aMissingListIsNamedAndNotTakenForAnEmptyOne() throws {
        let host = try sandbox()
        for params in [#"{"engagement_id":"ngmt_sandbox01"}"#, #"["ngmt_sandbox01"]"#] {
            expectRefusal(try host.call("engagement.replaceContacts", params), "contact_ids")
        }
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    static let unknownNames = [
        ("engagment_id", "engagement_id"), ("engagementId", "engagement_id"), ("expands", "expand"),
        ("option", "options"),
    ]

    @Test(arguments: unknownNames)
    func anUnknownParameterIsRefusedWithTheNearest(name: String, nearest: String) throws {
        let host = try sandbox()
        let answer = try host.call("engagement.get", #"{"engagement_id":"ngmt_sandbox01","\#(name)":null}"#)
        #expect(answer.code == -32602)
        #expect(answer.string("error", "message")?.contains(nearest) == true, "\(answer)")
        #expect(answer.string("error", "message")?.contains(name) == true, "\(answer)")
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    @Test(arguments: ["__proto__", "constructor", "", "\\u0000", "\\ud800", "xyz", "ENGAGEMENT_ID"])
    func anOddParameterNameIsRefused(name: String) throws {
        let host = try sandbox()
        let answer = try host.call("engagement.get", #"{"engagement_id":"ngmt_sandbox01","\#(name)":1}"#)
        #expect(answer.code == -32602, "\(answer)")
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    @Test(arguments: [
        #"{"engagement_id":"ngmt_sandbox01","engagement_id":"ngmt_sandbox01"}"#,
        #"{"engagement_id":"ngmt_sandbox01","engagement\u005fid":"ngmt_sandbox02"}"#,
        #"{"engagement_id":"ngmt_sandbox01","expand":[],"expand":[]}"#,
    ])
    func aParameterStandsOnce(params: String) throws {
        let host = try sandbox()
        let answer = try host.call("engagement.get", params)
        #expect(answer.code == -32602, "\(answer)")
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    @Test(arguments: [
        "\"contacts\"", #"["contact"]"#, #"["contacts",7]"#, #"["contacts&x=1"]"#, #"["contacts","\r\n"]"#, "{}", "5",
    ])
    func expandIsAListOfKnownWords(expand: String) throws {
        let host = try sandbox()
        let answer = try host.call("engagement.get", #"{"engagement_id":"ngmt_sandbox01","expand":\#(expand)}"#)
        #expect(answer.code == -32602, "\(answer)")
        #expect(answer.string("error", "message")?.contains("expand") == true)
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    @Test(arguments: [
        "5", "[]", "\"x\"", #"{"timeout_ms":0}"#, #"{"timeout_ms":-1}"#, #"{"timeout_ms":"5"}"#, #"{"timeout_ms":1.5}"#,
        #"{"timeout_ms":1e400}"#, #"{"timeout_ms":true}"#, #"{"max_attempts":0}"#, #"{"max_attempts":[]}"#,
        #"{"timeout":5}"#, #"{"timeout_ms":5,"timeout_ms":5}"#, #"{"timeout_ms":-9223372036854775808}"#,
    ])
    func badOptionsAreRefused(options: String) throws {
        let host = try sandbox()
        let answer = try host.call("engagement.get", #"{"engagement_id":"ngmt_sandbox01","options":\#(options)}"#)
        #expect(answer.code == -32602, "\(answer)")
        #expect(answer.string("error", "message")?.contains("options") == true, "\(answer)")
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    @Test(arguments: [
        "null", "{}", #"{"timeout_ms":1000000000}"#, #"{"timeout_ms":3e3,"max_attempts":100}"#,
        #"{"timeout_ms":9223372036854775807,"max_attempts":9007199254740993}"#, #"{"timeout_ms":1e18}"#,
    ])
    func goodOptionsAreTaken(options: String) throws {
        let host = try sandbox()
        let answer = try host.call("engagement.get", #"{"engagement_id":"ngmt_sandbox01","options":\#(options)}"#)
        #expect(answer.text("error") == nil, "\(answer)")
        try host.finish()
    }

    static let emptyConditions: [(String, String, String)] = [
        ("engagement.list", #"{"start_at":{}}"#, "filter.start_at"),
        ("engagement.list", #"{"engagement_type":{"eq":"CALL"},"contact_ids":{}}"#, "filter.contact_ids"),
        ("engagement.list", #"{"crm_associations":{"eq":[]}}"#, "filter.crm_associations.eq"),
        ("contact.list", #"{"crm_associations":{}}"#, "filter.crm_associations"),
        ("company.list", #"{"domain":{}}"#, "filter.domain"),
    ]

    /// Passed over it would list everything.
    @Test(arguments: emptyConditions)
    func anEmptyConditionIsRefused(method: String, filter: String, field: String) throws {
        let host = try sandbox()
        expectRefusal(try host.call(method, #"{"filter":\#(filter)}"#), field)
        #expect(try host.sandboxRequests().isEmpty)
        try host.finish()
    }

    @Test func theLastSecondOfFourDigitsIsTaken() throws {
        let host = try sandbox()
        let answer = try host.call("engagement.list", #"{"filter":{"start_at":{"lte":"9999-12-31T23:59:59Z"}}}"#)
        #expect(answer.text("result") != nil, "\(answer)")
        let asked = try host.sandboxRequests().compactMap { $0.string("query") }
        #expect(asked.count == 1 && asked.first?.contains("9999-12-31T23") == true, "\(asked)")
        try host.finish()
    }
}
