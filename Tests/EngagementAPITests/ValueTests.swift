import Bytes
import JSON
import JSONRPC
import Testing

@testable import EngagementAPI

/// What each kind of parameter takes, refuses and sends.
@Suite struct ValueTests {
    private static let call = #""type":"CALL","title":"t","source_system":"s","external_id":"x""#
    private static let media = #""media_url":"https://h/a""#

    static let sent: [(String, String, String, String)] = [
        ("contact.create", "{}", "/v2/contacts", "{}"),
        (
            "contact.update",
            #"{"contact_id":"cnt_a","first_name":null,"company_id":null,"time_zone":"Europe/Berlin"}"#,
            "/v2/contacts/cnt_a", #"{"first_name":null,"company_id":null,"time_zone":"Europe/Berlin"}"#
        ),
        (
            "contact.update",
            #"{"contact_id":"cnt_a","emails":[{"is_primary":true,"email":"a@b.c"}],"phone_numbers":[]}"#,
            "/v2/contacts/cnt_a", #"{"emails":[{"is_primary":true,"email":"a@b.c"}],"phone_numbers":[]}"#
        ),
        (
            "engagement.create",
            #"{"type":"CALL","title":"T\u0021","source_system":"s","external_id":"x","media_url":"https://h/a.mp3","start_at":"2026-01-01T01:30:00+02:00","run_workflows":false,"participants":[{"name":"A","email":"a@b.c"}]}"#,
            "/v2/engagements",
            #"{"type":"CALL","title":"T\u0021","source_system":"s","external_id":"x","media_url":"https://h/a.mp3","run_workflows":false,"participants":[{"name":"A","email":"a@b.c"}],"start_at":"2025-12-31T23:30:00Z"}"#
        ),
        (
            "engagement.create",
            #"{\#(call),"transcript_timeline":{"entries":[{"t":[ 1.50],"speaker_index":1},{"speaker_index":0}],"more":null,"speakers":[{"name":"A"},{}]},"participants":[{"name":"A","email":"a@b.c","is_owner":true},{"name":"B","email":"b@b.c","is_owner":false}]}"#,
            "/v2/engagements",
            #"{\#(call),"participants":[{"name":"A","email":"a@b.c","is_owner":true},{"name":"B","email":"b@b.c","is_owner":false}],"transcript_timeline":{"entries":[{"t":[ 1.50],"speaker_index":1},{"speaker_index":0}],"more":null,"speakers":[{"name":"A"},{}]}}"#
        ),
        (
            "engagement.get", #"{"engagement_id":"ngmt_a","wait_for":"COMPLETED","options":{"progress_token":1}}"#,
            "/v2/engagements/ngmt_a", ""
        ),
        (
            "tag.update", #"["tag_a",null,null,"# + "null,true]", "/v2/tags/tag_a",
            #"{"description":null,"hex_color":null,"auto_tagging_enabled":true}"#
        ),
        ("contact.delete", #"["cnt_a"]"#, "/v2/contacts/cnt_a", ""),
        ("company.clearCrmAssociation", #"["cmp_a"]"#, "/v2/companies/cmp_a/crm_association", ""),
        (
            "contact.setCrmAssociation", #"["cnt_a","contact","7","hubspot"]"#, "/v2/contacts/cnt_a/crm_association",
            #"{"object_type":"contact","crm_object_id":"7","source":"hubspot"}"#
        ),
        (
            "transcriptComment.create", #"["ngmt_a","text"]"#, "/v2/engagements/ngmt_a/transcript_comments",
            #"{"body":"text"}"#
        ),
        (
            "contact.list", #"{"limit":100,"cursor":"a/b+c=&d","order_by":"updated_at:asc"}"#,
            "/v2/contacts?limit=100&cursor=a%2Fb%2Bc%3D%26d&order_by=updated_at%3Aasc", ""
        ),
        ("contact.list", #"{"search":"# + "\"Ä&limit=1#?\"" + "}", "/v2/contacts?search=%C3%84%26limit%3D1%23%3F", ""),
        (
            "contact.list", #"{"all":true,"max_items":5,"fields":["id"],"options":{"progress_token":"t"}}"#,
            "/v2/contacts", ""
        ),
        (
            "engagement.list",
            #"{"filter":{"start_at":{"gte":"2026-01-01T00:00:00.5+01:00","lt":"2026-02-01T00:00:00z"}}}"#,
            "/v2/engagements?filter%5Bstart_at%5D%5Bgte%5D=2025-12-31T23%3A00%3A00.5Z&filter%5Bstart_at%5D%5Blt%5D=2026-02-01T00%3A00%3A00Z",
            ""
        ),
        (
            "engagement.list",
            #"{"filter":{"contact_ids":{"in":["cnt_a","cnt_b"]},"engagement_type":{"eq":"CALL"}},"expand":["owner"]}"#,
            "/v2/engagements?filter%5Bcontact_ids%5D%5Bin%5D=cnt_a,cnt_b&filter%5Bengagement_type%5D%5Beq%5D=CALL&expand=owner",
            ""
        ),
        (
            "engagement.list",
            #"{"filter":{"start_at":{"lte":"9999-12-31T23:59:59Z","gte":"9999-01-01T00:00:00+02:00"}}}"#,
            "/v2/engagements?filter%5Bstart_at%5D%5Blte%5D=9999-12-31T23%3A59%3A59Z&filter%5Bstart_at%5D%5Bgte%5D=9998-12-31T22%3A00%3A00Z",
            ""
        ),
        (
            "engagement.list", #"{"filter":{"crm_associations":{"eq":[{"id":"a&b","object_type":"deal"}]}}}"#,
            "/v2/engagements?filter%5Bcrm_associations%5D%5Beq%5D%5B0%5D%5Bid%5D=a%26b&filter%5Bcrm_associations%5D%5Beq%5D%5B0%5D%5Bobject_type%5D=deal",
            ""
        ),
        (
            "company.list", #"{"filter":{"domain":{"eq":"acme.example"}},"limit":1}"#,
            "/v2/companies?limit=1&filter%5Bdomain%5D%5Beq%5D=acme.example", ""
        ),
        ("contact.listEngagements", #"{"contact_id":"cnt_a","filter":{}}"#, "/v2/contacts/cnt_a/engagements", ""),
    ]

    @Test(arguments: sent)
    func isSent(method: String, params: String, target: String, body: String) {
        #expect(bind(method, params) == .request(target: target, body: body))
    }

    static let refused: [(String, String, String, String)] = [
        ("contact.list", #"{"limit":0}"#, "limit", "invalid_range"),
        ("contact.list", #"{"limit":101}"#, "limit", "invalid_range"),
        ("contact.list", #"{"limit":"5"}"#, "limit", "invalid_type"),
        ("contact.list", #"{"limit":1.5}"#, "limit", "invalid_range"),
        ("contact.list", #"{"cursor":""}"#, "cursor", "too_short"),
        ("contact.list", #"{"order_by":"name"}"#, "order_by", "invalid_choice"),
        ("contact.list", #"{"search":"\ud800"}"#, "search", "invalid_format"),
        ("tag.list", #"{"search":"x"}"#, "search", "unknown_parameter"),
        ("contact.list", #"{"max_items":5}"#, "max_items", "invalid_value"),
        ("contact.list", #"{"all":1}"#, "all", "invalid_type"),
        ("contact.list", #"{"all":true,"max_items":0}"#, "max_items", "invalid_range"),
        ("contact.list", #"{"all":true,"max_items":100001}"#, "max_items", "invalid_range"),
        ("contact.list", #"{"fields":"id"}"#, "fields", "invalid_type"),
        ("contact.list", #"{"fields":[]}"#, "fields", "invalid_value"),
        ("contact.list", #"{"fields":["a..b"]}"#, "fields", "invalid_value"),
        ("contact.list", #"{"fields":[7]}"#, "fields[0]", "invalid_type"),
        (
            "contact.get", #"{"contact_id":"cnt_a","options":{"progress_token":1}}"#, "options.progress_token",
            "unknown_parameter"
        ),
        ("contact.list", #"{"options":{"progress_token":[]}}"#, "options.progress_token", "invalid_type"),
        ("engagement.get", #"{"engagement_id":"ngmt_a","wait_for":"FAILED"}"#, "wait_for", "invalid_choice"),
        ("engagement.get", #"{"engagement_id":"ngmt_a","wait_for":true}"#, "wait_for", "invalid_type"),
        ("engagement.list", #"{"filter":[]}"#, "filter", "invalid_type"),
        ("engagement.list", #"{"filter":{"start":{}}}"#, "filter.start", "unknown_member"),
        ("engagement.list", #"{"filter":{"start_at":"x"}}"#, "filter.start_at", "invalid_type"),
        ("engagement.list", #"{"filter":{"start_at":{"ge":"x"}}}"#, "filter.start_at.ge", "unknown_member"),
        ("engagement.list", #"{"filter":{"start_at":{"gte":"2026-01-01"}}}"#, "filter.start_at.gte", "invalid_format"),
        (
            "engagement.list", #"{"filter":{"start_at":{"gte":"2026-02-30T00:00:00Z"}}}"#, "filter.start_at.gte",
            "invalid_format"
        ),
        (
            "engagement.list", #"{"filter":{"start_at":{"gte":"2026-01-01T00:00:00"}}}"#, "filter.start_at.gte",
            "invalid_format"
        ),
        ("engagement.list", #"{"filter":{"start_at":{"gte":1}}}"#, "filter.start_at.gte", "invalid_type"),
        (
            "engagement.list", #"{"filter":{"engagement_type":{"in":["CALL","CAL"]}}}"#, "filter.engagement_type.in[1]",
            "invalid_choice"
        ),
        ("engagement.list", #"{"filter":{"contact_ids":{"in":[]}}}"#, "filter.contact_ids.in", "too_short"),
        ("engagement.list", #"{"filter":{"contact_ids":{"eq":"ngmt_a"}}}"#, "filter.contact_ids.eq", "invalid_format"),
        (
            "engagement.list", #"{"filter":{"crm_associations":{"eq":[{"id":"a"}]}}}"#,
            "filter.crm_associations.eq[0].object_type", "required"
        ),
        (
            "contact.list", #"{"filter":{"crm_associations":{"eq":[{"id":"a","object_type":"deal"}]}}}"#,
            "filter.crm_associations.eq[0].object_type", "invalid_choice"
        ),
        ("engagement.list", #"{"filter":{"start_at":{},"start_at":{}}}"#, "filter.start_at", "duplicate"),
        ("engagement.list", #"{"filter":{"start_at":{}}}"#, "filter.start_at", "required"),
        (
            "engagement.list", #"{"filter":{"engagement_type":{"eq":"CALL"},"contact_ids":{}}}"#, "filter.contact_ids",
            "required"
        ),
        ("contact.list", #"{"filter":{"crm_associations":{}}}"#, "filter.crm_associations", "required"),
        ("company.list", #"{"filter":{"domain":{}}}"#, "filter.domain", "required"),
        (
            "engagement.list", #"{"filter":{"crm_associations":{"eq":[]}}}"#, "filter.crm_associations.eq", "too_short"
        ),
        ("engagement.list", #"{"filter":{"engagement_type":{"in":[]}}}"#, "filter.engagement_type.in", "too_short"),
        (
            "engagement.list", #"{"filter":{"start_at":{"lte":"9999-12-31T23:59:59-00:01"}}}"#, "filter.start_at.lte",
            "invalid_format"
        ),
        ("contact.update", #"{"contact_id":"cnt_a"}"#, "params", "required"),
        ("contact.update", #"{"contact_id":"cnt_a","first_name":""}"#, "first_name", "too_short"),
        ("contact.update", #"{"contact_id":"cnt_a","emails":null}"#, "params", "required"),
        (
            "contact.update", #"{"contact_id":"cnt_a","emails":[{"email":"a@b.c","primary":true}]}"#,
            "emails[0].primary", "unknown_member"
        ),
        ("contact.update", #"{"contact_id":"cnt_a","emails":[{}]}"#, "emails[0].email", "required"),
        ("contact.update", #"{"contact_id":"cnt_a","company_id":"acme"}"#, "company_id", "invalid_format"),
        ("engagement.create", #"{"type":"EMAIL"}"#, "type", "invalid_choice"),
        (
            "engagement.create",
            #"{"type":"CALL","title":"t","source_system":"s","external_id":"x","media_url":"http://h/a"}"#, "media_url",
            "invalid_format"
        ),
        (
            "engagement.create",
            #"{"type":"CALL","title":"t","source_system":"s","external_id":"x","media_url":"https://"}"#, "media_url",
            "invalid_format"
        ),
        (
            "contact.update", #"{"contact_id":"cnt_a","emails":[{"email":"nonsense","is_primary":true}]}"#,
            "emails[0].email", "invalid_format"
        ),
        ("tag.create", #"{"name":"a","hex_color":"1234567"}"#, "hex_color", "invalid_format"),
        ("transcriptComment.create", #"{"engagement_id":"ngmt_a","body":" \n"}"#, "body", "invalid_format"),
        ("transcriptComment.create", #"{"engagement_id":"ngmt_a","body":"x","anchor":5}"#, "anchor", "invalid_type"),
        ("company.create", #"{"domains":[{"domain":"a.b","is_primary":1}]}"#, "domains[0].is_primary", "invalid_type"),
    ]

    /// What is wrong with an engagement to be created, beside its single members.
    static let refusedCreations: [(String, String, String)] = [
        ("", "media_url", "required"),
        (media + #","transcript_timeline":{}"#, "transcript_timeline.speakers", "required"),
        (media + #","transcript_timeline":{"speakers":[],"entries":[]}"#, "transcript_timeline", "invalid_value"),
        (#""transcript_timeline":[]"#, "transcript_timeline", "invalid_type"),
        (#""transcript_timeline":{"speakers":[]}"#, "transcript_timeline.entries", "required"),
        (#""transcript_timeline":{"speakers":{},"entries":[]}"#, "transcript_timeline.speakers", "invalid_type"),
        (#""transcript_timeline":{"speakers":["A"],"entries":[]}"#, "transcript_timeline.speakers[0]", "invalid_type"),
        (
            #""transcript_timeline":{"speakers":[],"entries":[],"entries":[]}"#, "transcript_timeline.entries",
            "duplicate"
        ),
        (
            #""transcript_timeline":{"speakers":[{}],"entries":[{"speaker_index":0},{"text":"x"}]}"#,
            "transcript_timeline.entries[1].speaker_index", "required"
        ),
        (
            #""transcript_timeline":{"speakers":[{}],"entries":[{"speaker_index":0},{"speaker_index":1}]}"#,
            "transcript_timeline.entries[1].speaker_index", "invalid_range"
        ),
        (
            #""transcript_timeline":{"entries":[{"speaker\u005findex":7}],"speakers":[{}]}"#,
            "transcript_timeline.entries[0].speaker_index", "invalid_range"
        ),
        (
            #""transcript_timeline":{"speakers":[{}],"entries":[{"speaker_index":-1}]}"#,
            "transcript_timeline.entries[0].speaker_index", "invalid_range"
        ),
        (
            #""transcript_timeline":{"speakers":[{}],"entries":[{"speaker_index":"0"}]}"#,
            "transcript_timeline.entries[0].speaker_index", "invalid_type"
        ),
        (
            #""transcript_timeline":{"speakers":[],"entries":[{"speaker_index":0}]}"#,
            "transcript_timeline.entries[0].speaker_index", "invalid_range"
        ),
        (
            media + #","participants":[{"name":"A","email":"a@b.c","is_owner":true},{"name":"B","email":"b@b.c"},"#
                + #"{"name":"C","email":"c@b.c","is_\u006fwner":true}]"#, "participants[2].is_owner", "duplicate"
        ),
    ]

    @Test(arguments: refusedCreations)
    func isNotCreated(members: String, field: String, code: String) {
        let params = members.isEmpty ? Self.call : Self.call + "," + members
        #expect(bind("engagement.create", "{\(params)}") == .refused(field: field, code: code))
    }

    @Test(arguments: refused)
    func isRefused(method: String, params: String, field: String, code: String) {
        #expect(bind(method, params) == .refused(field: field, code: code))
    }

    @Test func limitsHoldOnLongLists() {
        let ids = (0..<26).map { "\"cnt_\($0)\"" }.joined(separator: ",")
        #expect(
            bind("engagement.list", #"{"filter":{"contact_ids":{"in":[\#(ids)]}}}"#)
                == .refused(field: "filter.contact_ids.in", code: "too_many"))
        let objects = (0..<21).map { #"{"id":"\#($0)","object_type":"deal"}"# }.joined(separator: ",")
        #expect(
            bind("engagement.list", #"{"filter":{"crm_associations":{"eq":[\#(objects)]}}}"#)
                == .refused(field: "filter.crm_associations.eq", code: "too_many"))
        let cursor = String(repeating: "ü", count: 4096)
        guard case .request(let target, _) = bind("tag.list", #"{"cursor":"\#(cursor)"}"#) else {
            return #expect(Bool(false))
        }
        #expect(target.utf8.count == "/v2/tags?cursor=".utf8.count + 4096 * 6)
    }

    @Test(
        arguments: [
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z"),
            ("2023-03-01T00:30:00+01:00", "2023-02-28T23:30:00Z"),
            ("2000-02-29T12:00:00-12:00", "2000-03-01T00:00:00Z"),
            ("1999-12-31T23:59:59.999999999-00:01", "2000-01-01T00:00:59.999999999Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("2026-06-15t12:00:00z", "2026-06-15T12:00:00Z"), ("2100-02-29T00:00:00Z", nil),
            ("2026-13-01T00:00:00Z", nil),
            ("2026-01-01T24:00:00Z", nil), ("2026-01-01T00:60:00Z", nil), ("2026-01-01T00:00:60Z", nil),
            ("2026-01-01 00:00:00Z", nil),
            ("2026-01-01T00:00:00.Z", nil), ("2026-01-01T00:00:00+1:00", nil), ("2026-01-01T00:00:00Zx", nil),
            ("", nil),
            ("2026-01-01T00:00:00+24:00", nil),
        ] as [(String, String?)])
    func times(text: String, utc: String?) { #expect(RFC3339.inUTC(text) == utc) }
}
