import Foundation
import TestSupport
import Testing

/// Every method against a server that records: method, path, query and body, for each parameter and each null.
@Suite(.ownThread, .overTLSOnRelease)
struct RecordedRequestTests {
    struct Row: Sendable {
        let method: String
        let params: String
        let line: String
        var body = ""

        init(_ method: String, _ params: String, _ line: String, _ body: String = "") {
            (self.method, self.params, self.line, self.body) = (method, params, line, body)
        }
    }

    private static let lists = [
        ("engagement", "/v2/engagements", ""), ("contact", "/v2/contacts", ""), ("company", "/v2/companies", ""),
        ("tag", "/v2/tags", ""), ("user", "/v2/users", ""),
        ("contact.listEngagements", "/v2/contacts/cnt_1/engagements", #""contact_id":"cnt_1","#),
        ("company.listEngagements", "/v2/companies/cmp_1/engagements", #""company_id":"cmp_1","#),
    ]

    /// What every list takes.
    private static let listRows: [Row] = lists.flatMap { name, path, id in
        let method = name.contains(".") ? name : name + ".list"
        let updated = "filter%5Bupdated_at%5D"
        return [
            (#""limit":100"#, "limit=100"), (#""cursor":"a b/ß\"""#, "cursor=a%20b%2F%C3%9F%22"),
            (#""order_by":"updated_at:asc""#, "order_by=updated_at%3Aasc"),
            (#""filter":{"updated_at":{"gt":"2026-01-02T03:04:05Z"}}"#, "\(updated)%5Bgt%5D=2026-01-02T03%3A04%3A05Z"),
            (
                #""filter":{"updated_at":{"gte":"2026-01-02T03:04:05.678+05:30","lt":"2026-02-01T00:00:00-01:00"}}"#,
                "\(updated)%5Bgte%5D=2026-01-01T21%3A34%3A05.678Z&\(updated)%5Blt%5D=2026-02-01T01%3A00%3A00Z"
            ),
            (
                #""filter":{"updated_at":{"lte":"2026-01-02T03:04:05z"}}"#,
                "\(updated)%5Blte%5D=2026-01-02T03%3A04%3A05Z"
            ),
            (#""fields":["id"],"all":false,"options":{"timeout_ms":9000}"#, ""),
            (#""all":true,"max_items":5"#, "order_by=updated_at%3Aasc&limit=5"),
        ].map { Row(method, "{\(id)\($0)}", "GET \(path)" + ($1.isEmpty ? "" : "?\($1)")) }
    }

    private static let searchRows: [Row] = lists.filter { $0.0 != "tag" }.map { name, path, id in
        Row(name.contains(".") ? name : name + ".list", #"{\#(id)"search":"a&b=c"}"#, "GET \(path)?search=a%26b%3Dc")
    }

    /// What lists of engagements take besides.
    private static let engagementListRows: [Row] = lists.filter { $0.1.contains("engagements") }.flatMap {
        name, path, id in
        let method = name.contains(".") ? name : name + ".list"
        func filter(_ text: String) -> String { #""filter":{\#(text)}"# }
        return [
            (#""expand":["contacts","owner"]"#, "expand=contacts,owner"),
            (filter(#""engagement_type":{"eq":"CALL"}"#), "filter%5Bengagement_type%5D%5Beq%5D=CALL"),
            (filter(#""engagement_type":{"in":["CALL","NOTE"]}"#), "filter%5Bengagement_type%5D%5Bin%5D=CALL,NOTE"),
            (filter(#""processing_status":{"eq":"FAILED"}"#), "filter%5Bprocessing_status%5D%5Beq%5D=FAILED"),
            (filter(#""company_ids":{"eq":"cmp_1"}"#), "filter%5Bcompany_ids%5D%5Beq%5D=cmp_1"),
            (filter(#""contact_ids":{"in":["cnt_1","cnt_2"]}"#), "filter%5Bcontact_ids%5D%5Bin%5D=cnt_1,cnt_2"),
            (
                filter(#""start_at":{"gte":"2026-01-01T00:00:00Z"}"#),
                "filter%5Bstart_at%5D%5Bgte%5D=2026-01-01T00%3A00%3A00Z"
            ),
            (
                filter(
                    #""crm_associations":{"eq":[{"id":"a&b","object_type":"deal"},{"object_type":"contact","id":"2"}]}"#
                ),
                "filter%5Bcrm_associations%5D%5Beq%5D%5B0%5D%5Bid%5D=a%26b"
                    + "&filter%5Bcrm_associations%5D%5Beq%5D%5B0%5D%5Bobject_type%5D=deal"
                    + "&filter%5Bcrm_associations%5D%5Beq%5D%5B1%5D%5Bid%5D=2"
                    + "&filter%5Bcrm_associations%5D%5Beq%5D%5B1%5D%5Bobject_type%5D=contact"
            ),
        ].map { Row(method, "{\(id)\($0)}", "GET \(path)?\($1)") }
    }

    /// A write whose members go into the body as they are spelled, one row for each set of them.
    private static func bodies(_ method: String, _ line: String, _ id: String, _ members: [String]) -> [Row] {
        members.map { Row(method, "{\(id)\($0)}", line, "{\($0)}") }
    }

    private static let people: [Row] = [
        #""first_name":"A","last_name":null"#, #""first_name":null"#, #""description":"d""#, #""description":null"#,
        #""company_id":"cmp_1""#, #""company_id":null"#, #""emails":[{"email":"a@b.c","is_primary":true}]"#,
        #""emails":[]"#,
        #""phone_numbers":[{"phone_number":"+1","is_primary":false}]"#, #""time_zone":"Europe/Berlin""#,
        #""time_zone":null"#,
    ].flatMap {
        bodies("contact.create", "POST /v2/contacts", "", [$0])
            + bodies("contact.update", "PATCH /v2/contacts/cnt_1", #""contact_id":"cnt_1","#, [$0])
    }

    private static let engagementRows: [Row] =
        [
            Row("engagement.get", #"["ngmt_1"]"#, "GET /v2/engagements/ngmt_1"),
            Row(
                "engagement.get",
                #"["ngmt_1",["companies","contacts","owner","action_items","signals","transcript","media_url","tags"]]"#,
                "GET /v2/engagements/ngmt_1?expand=companies,contacts,owner,action_items,signals,transcript,media_url,tags"
            ),
            Row("engagement.get", #"{"engagement_id":"ngmt_1","fields":["id"]}"#, "GET /v2/engagements/ngmt_1"),
            Row("engagement.getTimeline", #"["ngmt_1"]"#, "GET /v2/engagements/ngmt_1/transcript_timeline"),
            Row(
                "engagement.replaceContacts", #"["ngmt_1",[]]"#, "PUT /v2/engagements/ngmt_1/contacts",
                #"{"contact_ids":[]}"#),
            Row(
                "engagement.replaceTags", #"["ngmt_1",["tag_1","tag_2"]]"#, "PUT /v2/engagements/ngmt_1/tags",
                #"{"tag_ids":["tag_1","tag_2"]}"#),
        ]
        + bodies(
            "engagement.create", "POST /v2/engagements", "",
            [
                "", #","external_url":"app://x""#, #","run_workflows":false"#, #","start_at":"2026-01-01T00:00:00Z""#,
                #","participants":[{"name":"A","email":"a@b.c","phone":"1","is_owner":true}]"#,
            ].map {
                #""type":"CALL","title":"t","source_system":"s","external_id":"e","media_url":"https://m.example/a""#
                    + $0
            })
        + [
            Row(
                "engagement.create",
                #"{"type":"CALL","title":"t","source_system":"s","external_id":"e","transcript_timeline":\#(timeline)}"#,
                "POST /v2/engagements",
                #"{"type":"CALL","title":"t","source_system":"s","external_id":"e","transcript_timeline":\#(timeline)}"#
            )
        ]

    private static let timeline = #"{"speakers":[{"name":"A"}],"entries":[{"speaker_index":0,"text":"x"}]}"#

    private static let others: [Row] =
        ["contact", "company"].flatMap { kind -> [Row] in
            let (id, path) = kind == "contact" ? ("cnt_1", "/v2/contacts/cnt_1") : ("cmp_1", "/v2/companies/cmp_1")
            let association = #""object_type":"\#(kind)","crm_object_id":"x","source":"hubspot""#
            return [
                Row("\(kind).get", "[\"\(id)\"]", "GET \(path)"),
                Row("\(kind).delete", "[\"\(id)\"]", "DELETE \(path)"),
                Row("\(kind).clearCrmAssociation", "[\"\(id)\"]", "DELETE \(path)/crm_association"),
                Row(
                    "\(kind).setCrmAssociation", #"{"\#(kind)_id":"\#(id)",\#(association)}"#,
                    "PUT \(path)/crm_association", "{\(association)}"),
            ]
        }
        + bodies(
            "company.create", "POST /v2/companies", "",
            [
                #""domains":[{"domain":"a.example"}]"#,
                #""domains":[{"domain":"a.example","is_primary":true}],"name":"A","description":"d""#,
            ])
        + bodies(
            "company.update", "PATCH /v2/companies/cmp_1", #""company_id":"cmp_1","#,
            [
                #""name":"A""#, #""name":null"#, #""description":"d""#, #""description":null"#,
                #""domains":[{"domain":"a.example"}]"#,
            ])
        + bodies(
            "tag.create", "POST /v2/tags", "",
            ["", #","description":"d""#, ##","hex_color":"#1F77B4""##, #","auto_tagging_enabled":true"#].map {
                #""name":"n""# + $0
            })
        + bodies(
            "tag.update", "PATCH /v2/tags/tag_1", #""tag_id":"tag_1","#,
            [
                #""name":"n""#, #""description":null"#, #""hex_color":null"#, ##""hex_color":"#1F77B4""##,
                #""auto_tagging_enabled":false"#,
            ])
        + bodies(
            "transcriptComment.create", "POST /v2/engagements/ngmt_1/transcript_comments",
            #""engagement_id":"ngmt_1","#,
            [#""body":"b""#, #""body":"b","transcript_timeline_id":"tt_1","anchor":{"a":[1.50]}"#])
        + bodies(
            "transcriptComment.update", "PATCH /v2/transcript_comments/tano_1", #""transcript_comment_id":"tano_1","#,
            [#""body":"b""#, #""anchor":{}"#, #""status":"resolved""#])
        + [
            Row("tag.get", #"["tag_1"]"#, "GET /v2/tags/tag_1"),
            Row("tag.delete", #"["tag_1"]"#, "DELETE /v2/tags/tag_1"),
            Row("user.get", #"["usr_1"]"#, "GET /v2/users/usr_1"),
            Row("transcriptComment.get", #"["tano_1"]"#, "GET /v2/transcript_comments/tano_1"),
            Row("transcriptComment.delete", #"["tano_1"]"#, "DELETE /v2/transcript_comments/tano_1"),
        ]

    @Test func eachMethodIsSentAsDocumented() throws {
        let rows =
            Self.engagementRows + Self.listRows + Self.searchRows + Self.engagementListRows + Self.people + Self.others
        let server = try FaultServer(always: .ok(#"{"object":"list","data":[],"has_more":false,"next_cursor":null}"#))
        let host = try bridge(to: server)
        for row in rows {
            let answer = try host.call(row.method, row.params)
            #expect(answer.code == nil, "\(row.method) \(row.params): \(answer)")
        }
        let received = server.requests
        try #require(received.count == rows.count)
        for (row, request) in zip(rows, received) {
            // Which case the digits of an escape are in is libcurl's choice.
            let target = request.target.dropFirst("/api".count).replacing(/%[0-9a-f]{2}/) { $0.output.uppercased() }
            let line = "\(request.method) \(target)"
            #expect(line == row.line, "\(row.method) \(row.params)")
            #expect(String(decoding: request.body, as: UTF8.self) == row.body, "\(row.method) \(row.params)")
            #expect((request["content-type"] == "application/json") == !row.body.isEmpty)
        }
        let document = try Repository.bytes(Repository.root + "/schema/openrpc.json")
        let methods = try Answer(document).elements("methods")
        let composed =
            ["addContacts", "removeContacts", "findContacts", "getTranscript", "undo"].map { "engagement." + $0 }
            + ["contact.merge"]
        let addressed = methods.filter { $0.text("x-http") != nil && !composed.contains($0.string("name") ?? "") }
        #expect(Set(addressed.compactMap { $0.string("name") }) == Set(rows.map(\.method)), "each has a row")
        try host.finish()
    }

    static let hostile: [String] = [
        "/../x", "?a=b", "#f", "a&b=c", "a;b", "%2F%00", "a\\r\\nHost: evil", "\\u0000", "\u{202E}x", "é𝄞", "[0][id]",
        "a]=1&x[",
        "+ +", "\\\\", "\\\"", "'", "\\ud800", String(repeating: "ä/", count: 2000),
    ]

    /// Whatever stands in a cursor, a search or a filter stays the value of its pair.
    @Test func hostileValuesStayValues() throws {
        let server = try FaultServer(always: .ok(#"{"data":[],"has_more":false,"next_cursor":null}"#))
        let host = try bridge(to: server)
        for (place, name) in [
            (#""cursor":"%""#, "cursor"), (#""search":"%""#, "search"),
            (#""filter":{"domain":{"eq":"%"}}"#, "filter[domain][eq]"),
            (
                #""filter":{"crm_associations":{"eq":[{"id":"%","object_type":"company"}]}}"#,
                "filter[crm_associations][eq][0][id]"
            ),
        ] {
            for value in Self.hostile {
                let before = server.requests.count
                let text = place.replacingOccurrences(of: "%\"", with: value + "\"")
                let answer = try host.call("company.list", "{\(text)}")
                guard answer.code == nil else {
                    #expect(answer.code == -32602 && server.requests.count == before, "\(name) \(value): \(answer)")
                    continue
                }
                let target = try #require(server.requests.last).target
                #expect(target.hasPrefix("/api/v2/companies?") && target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
                let pairs = target.dropFirst("/api/v2/companies?".count).split(separator: "&").map {
                    $0.split(separator: "=", maxSplits: 1).map { $0.removingPercentEncoding }
                }
                let decoded = try #require(
                    try JSONSerialization.jsonObject(with: Data("\"\(value)\"".utf8), options: .fragmentsAllowed)
                        as? String)
                #expect(pairs.first == [name, decoded], "\(target)")
                #expect(pairs.count == (name.hasSuffix("[id]") ? 2 : 1), "\(target)")
            }
        }
        try host.finish()
    }
}
