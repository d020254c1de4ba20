import Bytes
import Foundation
import Testing

@testable import Sandbox

/// The API's rules, without sockets.
@Suite struct RuleTests {
    struct Case: CustomTestStringConvertible {
        let method: String
        let path: String
        let body: String
        let status: Int
        let errors: [String]
        init(_ method: String, _ path: String, _ body: String, _ status: Int, _ errors: [String] = []) {
            (self.method, self.path, self.body, self.status, self.errors) = (method, path, body, status, errors)
        }
        init(_ method: String, _ path: String, _ status: Int) { self.init(method, path, "", status) }
        var testDescription: String { "\(method) \(path) \(body.prefix(60)) -> \(status)" }
    }

    static let put = "/v2/engagements/ngmt_sandbox01/contacts"

    static let cases: [Case] = [
        Case("GET", "/v2/engagements/ngmt_sandbox01", 200),
        Case("GET", "/v2/engagements/ngmt%5Fsandbox01", 200),
        Case("GET", "/v2/engagements/ngmt_sandbox01?", 200),
        Case("GET", "/v2/engagements/ngmt_sandbox03", 200),
        Case("GET", "/v2/engagements/ngmt_sandbox13", 404),
        Case("GET", "/v2/engagements/", 404),
        Case("GET", "/v2/engagements/ngmt_sandbox01/", 404),
        Case("GET", "/v2/engagements/ngmt_sandbox01/pets", 404),
        Case("GET", "/v2/engagements/%", 404),
        Case("GET", "/v2/engagements/%ff", 404),
        Case("GET", "/v2/engagements/../users", 404),
        Case("GET", "/v2/deals", 404),
        Case("GET", "/v1/engagements", 404),
        Case("GET", "/sandbox/nothing", 404),
        Case("GET", "/sandbox/reset", 405),
        Case("DELETE", "/v2/engagements/ngmt_sandbox01", 405),
        Case("PATCH", "/v2/engagements/ngmt_sandbox01", 405),
        Case("GET", "/v2/transcript_comments", 404),
        Case("GET", put, 405),
        Case("POST", "/v2/users", 405),
        Case("HEAD", "/v2/users", 405),
        Case("GET", "/v2/contacts/cnt_sandboxroom1", 200),
        Case("GET", "/v2/contacts/cnt_sandbox40/contacts", 404),
        Case("GET", "/v2/contacts/cnt_sandbox41", 404),
        Case("GET", "/v2/companies/cmp_sandbox06", 200),
        Case("GET", "/v2/users/usr_sandbox05", 200),
        Case("GET", "/v2/tags/tag_sandbox06", 200),
        Case("GET", "/v2/engagements/ngmt_sandbox01?expand=contacts,tags", 200),
        Case("GET", "/v2/engagements/ngmt_sandbox01?expand=contacts%2Ctags", 200),
        Case("GET", "/v2/engagements/ngmt_sandbox01?expand=contacts,pets", "", 422, ["expand invalid_value"]),
        Case("GET", "/v2/engagements/ngmt_sandbox01?expand=", "", 422, ["expand invalid_value"]),
        Case("GET", "/v2/engagements/ngmt_sandbox01?expand=tags&expand=tags", "", 400, ["expand repeated"]),
        Case("GET", "/v2/engagements/ngmt_sandbox01?limit=1", "", 400, ["limit unknown_parameter"]),
        Case("GET", "/v2/engagements/ngmt_sandbox01?expand=%zz", 400),
        Case("GET", "/v2/users/usr_sandbox01?expand=owner", "", 400, ["expand unknown_parameter"]),
        Case("GET", "/v2/users?limit=0", "", 422, ["limit invalid_range"]),
        Case("GET", "/v2/users?limit=101", "", 422, ["limit invalid_range"]),
        Case("GET", "/v2/users?limit=99999999999999999999", "", 422, ["limit invalid_range"]),
        Case("GET", "/v2/users?cursor=AAAA", "", 422, ["cursor invalid_cursor"]),
        Case("GET", "/v2/users?cursor=%00", "", 422, ["cursor invalid_cursor"]),
        Case("GET", "/v2/users?order_by=name", "", 422, ["order_by invalid_value"]),
        Case("GET", "/v2/tags?search=x", "", 400, ["search unknown_parameter"]),
        Case("GET", "/v2/engagements?filter[start_at][gte]=soon", "", 422, ["filter[start_at][gte] invalid_value"]),
        Case("GET", "/v2/engagements?filter[start_at][eq]=x", "", 400, ["filter[start_at][eq] unknown_parameter"]),
        Case("GET", "/v2/engagements?filter[pets][eq]=x", "", 400, ["filter[pets][eq] unknown_parameter"]),
        Case("GET", "/v2/engagements?filter[]]", "", 400, ["filter[]] unknown_parameter"]),
        Case("GET", "/v2/companies?filter[domain][in]=x", "", 400, ["filter[domain][in] unknown_parameter"]),
        Case("GET", "/v2/engagements?\(crm)=x", "", 422, ["\(crm) invalid_value"]),
        Case("GET", "/v2/engagements?\(crm)=[1]", "", 422, ["\(crm) invalid_value"]),
        Case("GET", "/v2/engagements?\(crm)[0][id]=x", "", 422, ["\(crm) invalid_value"]),
        Case("GET", "/v2/engagements?\(crm)[20][id]=x", "", 422, ["\(crm) too_many"]),
        Case("GET", "/v2/engagements?\(crm)[0][name]=x", "", 400, ["\(crm)[0][name] unknown_parameter"]),
        Case("GET", "/v2/engagements?\(crm)[-1][id]=x", "", 400, ["\(crm)[-1][id] unknown_parameter"]),
        Case("GET", "/v2/engagements?\(crm)[[[=x", "", 400, ["\(crm)[[[ unknown_parameter"]),
        Case(
            "GET", #"/v2/contacts?\#(crm)=[{"id":"hs-deal-3001","object_type":"deal"}]"#, "", 422,
            ["\(crm) invalid_value"]),
        Case("GET", "/v2/tags?\(crm)=[]", "", 400, ["\(crm) unknown_parameter"]),
        Case("PUT", put, #"{"contact_ids":[]}"#, 200),
        Case("PUT", put, #"{"contact_ids":["cnt_sandbox07","cnt_sandbox07"]}"#, 200),
        Case("PUT", put, #"{"contact_ids":["cnt_\u0073andbox07"]}"#, 200),
        Case("PUT", put, "", 422, ["body invalid_json"]),
        Case("PUT", put, "{", 422, ["body invalid_json"]),
        Case("PUT", put, "\u{FEFF}{}", 422, ["body invalid_json"]),
        Case("PUT", put, "[]", 422, ["body invalid_type"]),
        Case("PUT", put, "{}", 422, ["contact_ids required"]),
        Case("PUT", put, #"{"contact_ids":null}"#, 422, ["contact_ids invalid_type"]),
        Case("PUT", put, #"{"contact_ids":{"0":"cnt_sandbox01"}}"#, 422, ["contact_ids invalid_type"]),
        Case(
            "PUT", put, #"{"contact_ids":["cnt_sandbox01",null,"cnt_sandbox02","cnt_x",["cnt_sandbox01"]]}"#, 422,
            ["contact_ids[1] invalid_type", "contact_ids[3] not_found", "contact_ids[4] invalid_type"]),
        Case("PUT", put, #"{"contact_ids":["\ud800"]}"#, 422, ["body invalid_json"]),
        Case("PUT", put, #"{"contact_ids":["cnt_sandbox01","cnt_sandboxroom1"]}"#, 200),
        Case("PUT", put + "?expand=contacts", #"{"contact_ids":[]}"#, 400, ["expand unknown_parameter"]),
        Case("PUT", "/v2/engagements/ngmt_nobody/contacts", "{", 404),
    ]

    @Test(arguments: cases) func answers(_ test: Case) {
        let call = Calls()
        let answer = call(test.method, test.path, test.body)
        #expect(answer.status == test.status)
        #expect(answer.errors == test.errors)
        if test.status >= 400 {
            #expect(answer.json["status"] as? Int == test.status)
            #expect((answer.json["type"] as? String)?.hasPrefix("https://app.askelephant.ai/errors/") == true)
            #expect((answer.json["request_id"] as? String)?.hasPrefix("rid_sandbox") == true)
            #expect(answer.response.type == .problem)
            #expect((answer.response.allow != nil) == (test.status == 405))
        }
        if test.method == "PUT" { #expect(answer.response.etag == nil) }
        if test.status != 200 {
            let untouched = call("GET", "/v2/engagements/ngmt_sandbox01").response.etag
            #expect(untouched == Calls()("GET", "/v2/engagements/ngmt_sandbox01").response.etag)
        }
    }

    @Test func replacesAllButCalendarResources() throws {
        let call = Calls()
        let read = "/v2/engagements/ngmt_sandbox01?expand=contacts"
        let before = call("GET", read)
        #expect(before.ids == ["cnt_sandbox01", "cnt_sandbox02", "cnt_sandboxroom1"])
        let put = call("PUT", Self.put, #"{"contact_ids":["cnt_sandbox30","cnt_sandbox02"]}"#)
        #expect(put.json["contacts"] == nil)
        #expect(put.json["updated_at"] as? String == "2026-07-01T00:00:01.000Z")
        let after = call("GET", read)
        #expect(after.ids == ["cnt_sandbox30", "cnt_sandbox02", "cnt_sandboxroom1"])
        #expect(after.response.etag != before.response.etag)
        #expect(call("PUT", Self.put, #"{"contact_ids":[]}"#).status == 200)
        #expect(call("GET", read).ids == ["cnt_sandboxroom1"])
        #expect(call("GET", read).json["updated_at"] as? String == "2026-07-01T00:00:02.000Z")
        call.control("reset")
        #expect(call("GET", read).text == before.text)
    }

    @Test func showsExpandedPartsAbsentNullOrThere() {
        let call = Calls()
        let plain = call("GET", "/v2/engagements/ngmt_sandbox07").json
        let all = call("GET", "/v2/engagements/ngmt_sandbox07?expand=\(Expand.names.joined(separator: ","))").json
        #expect(Expand.names.allSatisfy { plain[$0] == nil && all[$0] != nil })
        #expect(all["owner"] is NSNull && all["transcript"] is String)
        let none = call("GET", "/v2/engagements/ngmt_sandbox02?expand=transcript,media_url,contacts").json
        #expect(none["transcript"] is NSNull && none["media_url"] is NSNull)
        #expect((none["contacts"] as? [Any])?.isEmpty == true)
        #expect((all["media_url"] as? String)?.hasPrefix("https://") == true)
    }

    @Test func pagesThroughAList() throws {
        let call = Calls()
        var seen: [String] = []
        var path: String? = "/v2/contacts?limit=7"
        while let next = path {
            let page = call("GET", next)
            #expect(page.json["object"] as? String == "list")
            seen += page.ids
            let cursor = page.json["next_cursor"] as? String
            #expect(page.json["has_more"] as? Bool == (cursor != nil))
            path = cursor.map { "/v2/contacts?limit=7&cursor=" + $0.replacingOccurrences(of: "=", with: "%3D") }
        }
        let named: [String] = (1...40).reversed().map(WorkspaceSeed.contactID)
        let archived: [String] = (1...400).reversed().map { "cnt_archive" + $0.padded(to: 3) }
        #expect(seen == named + archived)
        #expect(call("GET", "/v2/contacts").ids.count == 25)
        #expect(call("GET", "/v2/tags?order_by=updated_at:asc&limit=1").ids == ["tag_sandbox01"])
    }

    static let filterCases: [(String, [Int])] = [
        ("search=ACME", [1]), ("search=caf%C3%A9", [5]), ("search=%F0%9F%90%98", [7]), ("search=zzz", []),
        ("filter[engagement_type][eq]=CALL", [2, 7]), ("filter[engagement_type][in]=CALL,EMAIL", [2, 7, 8]),
        ("filter%5Bprocessing_status%5D%5Beq%5D=FAILED", [10]), ("filter[contact_ids][eq]=cnt_sandbox10", [5]),
        ("filter[company_ids][in]=cmp_sandbox03,cmp_sandbox05", [4, 6, 8, 12]),
        ("filter[company_ids][eq]=cmp_sandbox03&filter[contact_ids][eq]=cnt_sandbox11", [6]),
        ("filter[start_at][lt]=2026-01-11", [1]), ("filter[start_at][lte]=2026-01-10T09:15:00Z", [1]),
        ("filter[start_at][lte]=2026-01-10T10:15:00.000%2B01:00", [1]),
        ("filter[start_at][lt]=2026-01-10T09:15:00Z", []),
        ("filter[updated_at][gt]=2026-03-06T00:00:00Z", [12]),
        ("filter[updated_at][gte]=2026-01-15&filter[updated_at][lt]=2026-01-20T23:00:00Z", [2, 3]),
    ]

    static let crm = "filter[crm_associations][eq]"
    static let associationCases: [(String, [Int])] = [
        ("\(crm)[0][id]=hs-company-2001&\(crm)[0][object_type]=company", [1, 12]),
        (#"\#(crm)=[{"id":"hs-deal-3001","object_type":"deal"}]"#, [1]),
        (#"\#(crm)=[{"id":"hs-contact-1009","object_type":"contact"}]"#, [4]),
        (#"\#(crm)=[{"id":"nobody","object_type":"contact"}]&filter[contact_ids][eq]=cnt_sandbox10"#, [5]),
        (
            #"\#(crm)=[{"id":"hs-company-2001","object_type":"company"}]&filter[company_ids][eq]=cmp_sandbox06"#,
            [1, 10, 12]
        ),
        (
            #"\#(crm)=[{"id":"hs-company-2001","object_type":"company"},{"id":"hs-deal-3001","object_type":"deal"}]"#,
            [1]
        ),
        (#"\#(crm)=[{"id":"nobody","object_type":"deal"}]"#, []),
        ("\(crm)=[]&filter[updated_at][gt]=2026-01-05", Array(1...12)),
    ]

    @Test(arguments: filterCases + associationCases)
    func filters(query: String, numbers: [Int]) {
        let ids = numbers.map { "ngmt_sandbox" + ($0 < 10 ? "0" : "") + "\($0)" }
        let answer = Calls()("GET", "/v2/engagements?limit=100&" + query)
        #expect(answer.status == 200)
        #expect(answer.ids.filter { !$0.hasPrefix("ngmt_archive") } == ids.reversed())
    }

    @Test func searchesPeopleAndCompanies() {
        let call = Calls()
        #expect(call("GET", "/v2/contacts?search=contact40@").ids == ["cnt_sandbox40"])
        #expect(call("GET", "/v2/contacts?search=kilimanjaro").ids == [])
        #expect(call("GET", "/v2/users?search=imani+okafor").ids == ["usr_sandbox01"])
        #expect(call("GET", "/v2/companies?filter[domain][eq]=acme.example").ids == ["cmp_sandbox01"])
        let company = #"\#(Self.crm)=[{"id":"hs-company-2001","object_type":"company"}]"#
        #expect(call("GET", "/v2/companies?" + company).ids == ["cmp_sandbox01"])
        let contact = #"\#(Self.crm)=[{"id":"hs-contact-1018","object_type":"contact"}]"#
        #expect(call("GET", "/v2/contacts?" + contact).ids == ["cnt_sandbox18"])
    }

    @Test(arguments: [
        ("GET", "/v2/engagements/ngmt_sandbox01", "contacts:read", "engagements:read"),
        ("GET", "/v2/engagements", "contacts:read", "engagements:read"),
        ("GET", "/v2/engagements/ngmt_sandbox03", "engagements:read", "engagements:private:read"),
        ("GET", "/v2/engagements/ngmt_sandbox01?expand=contacts", "engagements:read", "contacts:read"),
        ("GET", "/v2/engagements/ngmt_sandbox01?expand=owner", "engagements:read", "users:read"),
        ("GET", "/v2/engagements?expand=companies", "engagements:read", "companies:read"),
        ("PUT", "/v2/engagements/ngmt_sandbox01/contacts", "engagements:read", "engagements:write"),
        ("PUT", "/v2/engagements/ngmt_sandbox03/contacts", "engagements:write", "engagements:private:write"),
        ("GET", "/v2/contacts", "engagements:read", "contacts:read"),
        ("GET", "/v2/tags/tag_sandbox01", "engagements:read", "tags:read"),
        ("GET", "/v2/companies", "engagements:read", "companies:read"), ("GET", "/v2/users", "tags:read", "users:read"),
    ])
    func needsScopes(method: String, path: String, held: String, missing: String) {
        let call = Calls()
        #expect(call.control("scopes", #"{"scopes":["\#(held)"]}"#).text == #"{"scopes":["\#(held)"]}"#)
        let refused = call(method, path, #"{"contact_ids":[]}"#)
        #expect(refused.status == 403)
        #expect((refused.json["detail"] as? String)?.contains(" \(missing),") == true)
        call.control("scopes", #"{"scopes":["\#(held)","\#(missing)"]}"#)
        #expect(call(method, path, #"{"contact_ids":[]}"#).status == 200)
        call.control("scopes", #"{"scopes":["workspace:admin"]}"#)
        #expect(call(method, path, #"{"contact_ids":[]}"#).status == 200)
    }

    /// Nothing of the archive.
    private static let named = "/v2/engagements?filter[updated_at][gt]=2026-01-05"

    @Test func leavesPrivateEngagementsOutOfLists() {
        let call = Calls()
        #expect(call("GET", Self.named).ids.count == 12)
        call.control("scopes", #"{"scopes":["engagements:read"]}"#)
        let ids = call("GET", Self.named).ids
        #expect(ids.count == 10 && !ids.contains("ngmt_sandbox03") && !ids.contains("ngmt_sandbox11"))
        #expect(call.control("scopes", "{}").json["scopes"] as? [String] == Scope.everything.names)
        #expect(call("GET", Self.named).ids.count == 12)
        #expect(call.control("scopes", #"{"scopes":["pets:read"]}"#).errors == ["scopes[0] invalid_value"])
    }

    @Test func keepsCachedBodiesBounded() {
        let call = Calls()
        for mask in UInt8.min...(.max) {
            let names = Expand.names.indices.filter { mask & (1 << $0) != 0 }.map { Expand.names[$0] }
            let query = names.isEmpty ? "" : "?expand=" + names.joined(separator: ",")
            #expect(call("GET", "/v2/engagements/ngmt_sandbox01" + query).json.count > 10)
        }
    }
}
