import Foundation
import Testing

@testable import Sandbox

/// What can be made, changed and deleted, and what the rest of the workspace shows of it.
@Suite struct WorkspaceTests {
    typealias Case = RuleTests.Case

    static let call = #""type":"CALL","title":"t","source_system":"s","external_id":"e""#
    static let media = #""media_url":"https://media.example/a.mp3""#
    static let contact = "/v2/contacts/cnt_sandbox01"
    static let company = "/v2/companies/cmp_sandbox01"
    static let tag = "/v2/tags/tag_sandbox01"
    static let comment = "/v2/transcript_comments/tano_sandbox01"
    static let comments = "/v2/engagements/ngmt_sandbox01/transcript_comments"
    static let tags = "/v2/engagements/ngmt_sandbox01/tags"
    static let contacts = "/v2/engagements/ngmt_sandbox01/contacts"
    static let typeFilter = "filter[engagement_type]"

    static let people: [Case] = [
        Case("POST", "/v2/contacts", "{}", 201), Case("POST", "/v2/contacts", #"{"first_name":null}"#, 201),
        Case("POST", "/v2/contacts", #"{"nickname":"x"}"#, 422, ["nickname unknown_field"]),
        Case(
            "POST", "/v2/contacts", #"{"first_name":"","last_name":1}"#, 422,
            ["first_name invalid_length", "last_name invalid_type"]),
        Case("POST", "/v2/contacts", #"{"company_id":"cmp_none"}"#, 422, ["company_id not_found"]),
        Case(
            "POST", "/v2/contacts", #"{"emails":[{"email":"x","is_primary":true}]}"#, 422,
            ["emails[0].email invalid_format"]),
        Case("POST", "/v2/contacts", #"{"emails":[{"email":"x@y.example"}]}"#, 422, ["emails[0].is_primary required"]),
        Case("POST", "/v2/contacts", #"{"emails":null}"#, 422, ["emails invalid_type"]),
        Case(
            "POST", "/v2/contacts",
            #"{"emails":[{"email":"a@b.example","is_primary":true},{"email":"A@B.example","is_primary":false}]}"#, 422,
            ["emails[1].email duplicate"]),
        Case(
            "POST", "/v2/contacts", #"{"emails":[{"email":"CONTACT2@cafe-mueller.example","is_primary":true}]}"#, 409,
            ["emails[0].email conflict"]),
        Case("PATCH", contact, #"{"first_name":"Anna","description":null,"time_zone":"Europe/Paris"}"#, 200),
        Case("PATCH", contact, #"{"emails":[{"email":"contact1@acme.example","is_primary":true}]}"#, 200),
        Case(
            "PATCH", contact, #"{"emails":[{"email":"contact2@cafe-mueller.example","is_primary":true}]}"#, 409,
            ["emails[0].email conflict"]),
        Case("PATCH", "/v2/contacts/cnt_none", "{}", 404), Case("DELETE", "/v2/contacts/cnt_none", "", 404),
        Case("DELETE", "/v2/contacts/cnt_sandboxroom1", "", 409),
        Case(
            "PUT", contact + "/crm_association", #"{"object_type":"deal","source":""}"#, 422,
            ["object_type invalid_value", "crm_object_id required", "source invalid_length"]),
        Case("PATCH", "/v2/users/usr_sandbox01", "{}", 405), Case("DELETE", "/v2/users/usr_sandbox01", "", 405),
    ]

    static let things: [Case] = [
        Case("POST", "/v2/companies", "{}", 422, ["domains required"]),
        Case("POST", "/v2/companies", #"{"domains":[]}"#, 422, ["domains required"]),
        Case(
            "POST", "/v2/companies", #"{"domains":[{"domain":"nowhere"}]}"#, 422, ["domains[0].domain invalid_format"]),
        Case("POST", "/v2/companies", #"{"domains":["acme.example"]}"#, 422, ["domains[0] invalid_type"]),
        Case(
            "POST", "/v2/companies", #"{"domains":[{"domain":"https://www.ACME.example/x"}]}"#, 409,
            ["domains[0].domain conflict"]),
        Case("POST", "/v2/companies", #"{"domains":[{"domain":"new.example"}]}"#, 201),
        Case("PATCH", company, #"{"name":null,"description":"d"}"#, 200),
        Case("PATCH", company, #"{"domains":[{"domain":"northwind.example"}]}"#, 409, ["domains[0].domain conflict"]),
        Case("POST", "/v2/tags", "{}", 422, ["name required"]),
        Case("POST", "/v2/tags", #"{"name":null}"#, 422, ["name invalid_type"]),
        Case("POST", "/v2/tags", #"{"name":"PRICING"}"#, 409, ["name conflict"]),
        Case("POST", "/v2/tags", #"{"name":"x","hex_color":"red"}"#, 422, ["hex_color invalid_format"]),
        Case("POST", "/v2/tags", #"{"name":"x","hex_color":null,"auto_tagging_enabled":true}"#, 201),
        Case("PATCH", tag, #"{"name":"Pricing"}"#, 200),
        Case("PATCH", tag, #"{"name":"Renewal"}"#, 409, ["name conflict"]),
        Case("PATCH", tag, #"{"auto_tagging_enabled":"no"}"#, 422, ["auto_tagging_enabled invalid_type"]),
        Case("PUT", tags, #"{"tag_ids":["tag_sandbox02","tag_none"]}"#, 422, ["tag_ids[1] not_found"]),
        Case("PUT", tags, "{}", 422, ["tag_ids required"]),
        Case("PUT", tags, #"{"tag_ids":[],"tags":[]}"#, 422, ["tags unknown_field"]),
        Case("PUT", contacts, #"{"contact_ids":[],"expected":[]}"#, 422, ["expected unknown_field"]),
        Case(
            "GET", "/v2/engagements?filter[engagement_type][eq]=MEETINGS", "", 422, ["\(typeFilter)[eq] invalid_value"]),
        Case(
            "GET", "/v2/engagements?filter[engagement_type][in]=CALL,call", "", 422, ["\(typeFilter)[in] invalid_value"]
        ),
        Case("GET", "/v2/engagements?filter[processing_status][in]=FAILED,PENDING", "", 200),
        Case("GET", "/v2/engagements?filter[company_ids][in]=whatever", "", 200),
        Case("POST", comments, #"{"body":" \n "}"#, 422, ["body blank"]),
        Case(
            "POST", comments, #"{"body":"b","transcript_timeline_id":"tt_sandbox02"}"#, 422,
            ["transcript_timeline_id not_found"]),
        Case("POST", comments, #"{"body":"b","anchor":1}"#, 422, ["anchor invalid_type"]),
        Case("POST", "/v2/engagements/ngmt_none/transcript_comments", #"{"body":"b"}"#, 404),
        Case("PATCH", comment, #"{"status":"GONE"}"#, 422, ["status invalid_value"]),
        Case("GET", "/v2/engagements/ngmt_none/transcript_timeline", "", 404),
        Case("GET", comments, "", 405), Case("GET", "/v2/contacts/cnt_none/engagements", "", 404),
    ]

    static let engagements: [Case] = [
        Case("POST", "/v2/engagements", "{\(call),\(media)}", 201),
        Case("POST", "/v2/engagements", "{\(call)}", 422, ["media_url required"]),
        Case(
            "POST", "/v2/engagements", #"{\#(call),"media_url":"http://media.example/a"}"#, 422,
            ["media_url invalid_value"]),
        Case(
            "POST", "/v2/engagements",
            #"{\#(call),\#(media),"type":"NOTE"}"#.replacingOccurrences(of: #""type":"CALL","#, with: ""), 422,
            ["type invalid_value"]),
        Case(
            "POST", "/v2/engagements", #"{\#(call),\#(media),"participants":[{"name":"x"}]}"#, 422,
            ["participants[0] invalid_value"]),
        Case("POST", "/v2/engagements", #"{\#(call),\#(media),"start_at":"soon"}"#, 422, ["start_at invalid_value"]),
        Case("POST", "/v2/engagements", "[]", 422, ["body invalid_type"]),
    ]

    @Test(arguments: [
        ("https://media.example/a.mp3", true), ("HTTPS://Media.Example:8443/a?b=c", true), ("https://8.8.8.8/a", true),
        ("https://172.32.0.1", true), ("https://100.128.0.1", true), ("https://media.example./a", true),
        ("http://media.example/a", false), ("ftp://media.example/a", false), ("https:///a", false), ("https://", false),
        ("https://localhost/a", false), ("https://media/a", false), ("https://a.localhost", false),
        ("https://nas.local", false), ("https://api.internal:443", false), ("https://192.168.0.1/a", false),
        ("https://10.0.0.1", false), ("https://127.1.2.3", false), ("https://172.16.0.1", false),
        ("https://172.31.9.9", false), ("https://169.254.169.254/latest", false), ("https://100.64.0.1", false),
        ("https://0.0.0.0", false),
        ("https://0177.0.0.1/x", false), ("https://0x7f.0.0.0x1/x", false), ("https://a.0x7f", false),
        ("https://+8.8.8.8", false), ("https://media.example:+80/a", false), ("https://203.0.113.5", false),
        ("https://192.0.2.7", false), ("https://192.0.73.2", true), ("https://x.home.arpa", false),
        ("https://224.0.0.1", false), ("https://[::1]/a", false),
        ("https://[2001:db8::1]:443/a", false), ("https://media.example@10.0.0.1/a", false),
        ("https://user:word@media.example/a", false), ("https://media.example:port/a", false),
        ("https://10.1", false), ("https://2130706433", false), ("https://a..example", false),
        ("https://media.example\\@10.0.0.1", false), ("https://ex ample.example", false),
    ])
    func mediaOnAPublicHost(url: String, isFetched: Bool) {
        let quoted = url.replacingOccurrences(of: "\\", with: "\\\\")
        let answer = Calls()("POST", "/v2/engagements", #"{\#(Self.call),"media_url":"\#(quoted)"}"#)
        #expect(answer.status == (isFetched ? 201 : 422), "\(answer.text)")
        #expect(answer.errors == (isFetched ? [] : ["media_url invalid_value"]))
    }

    /// Everything that others have is named, not only the first.
    @Test func allConflictsAreNamed() {
        let emails = ["free@x.example", "contact1@acme.example", "CONTACT2@cafe-mueller.example"]
        let list = emails.map { #"{"email":"\#($0)","is_primary":false}"# }.joined(separator: ",")
        let contact = Calls()("POST", "/v2/contacts", #"{"emails":[\#(list)]}"#)
        #expect(contact.status == 409 && contact.errors == ["emails[1].email conflict", "emails[2].email conflict"])
        let domains = #"{"domains":[{"domain":"https://Northwind.example/x"},{"domain":"free.example"}]}"#
        let company = Calls()("POST", "/v2/companies", domains)
        #expect(company.status == 409 && company.errors == ["domains[0].domain conflict"], "\(company.text)")
    }

    /// Nothing takes a time that grows with the square of a body.
    @Test func manyAddressesAtOnce() {
        let emails = (0..<20_000).map { #"{"email":"a\#($0)@x.example","is_primary":false}"# }.joined(separator: ",")
        #expect(Calls()("POST", "/v2/contacts", #"{"emails":[\#(emails)]}"#).status == 201)
        let people = (0..<20_000).map { #"{"name":"A \#($0)","email":"a\#($0)@x.example"}"# }.joined(separator: ",")
        let body = #"{\#(Self.call),\#(Self.media),"participants":[\#(people)]}"#
        #expect(Calls()("POST", "/v2/engagements", body).status == 201)
    }

    @Test(arguments: people + things + engagements) func answers(_ test: Case) {
        let call = Calls()
        let answer = call(test.method, test.path, test.body)
        #expect(answer.status == test.status && answer.errors == test.errors, "\(answer.text)")
        #expect((answer.response.allow != nil) == (test.status == 405) && answer.response.etag == nil)
        guard test.status >= 400 else { return }
        for path in ["/v2/contacts", "/v2/companies", "/v2/tags", "/v2/engagements", Self.comment] {
            #expect(call("GET", path).text == Calls()("GET", path).text, "nothing has changed")
        }
    }

    /// How a resource is made, changed, found and deleted.
    struct Life: Sendable, CustomTestStringConvertible {
        let list: String
        let made: String
        let change: String
        let changed: [String]
        let isListed: Bool
        var testDescription: String { list }
    }

    static let lives: [Life] = [
        Life(
            list: "/v2/contacts", made: #"{"first_name":"Mia","company_id":"cmp_sandbox01"}"#,
            change: #"{"first_name":null,"company_id":null,"last_name":"Berg"}"#,
            changed: [#""first_name":null"#, #""last_name":"Berg""#], isListed: true),
        Life(
            list: "/v2/companies", made: #"{"name":"Berg","domains":[{"domain":"berg.example"}]}"#,
            change: #"{"name":null,"domains":[{"domain":"a.example"},{"domain":"b.example","is_primary":true}]}"#,
            changed: [
                #""name":null"#,
                #"[{"domain":"a.example","is_primary":false},{"domain":"b.example","is_primary":true}]"#,
            ],
            isListed: true),
        Life(
            list: "/v2/tags", made: ##"{"name":"n","hex_color":"#1F77B4"}"##, change: #"{"hex_color":null,"name":"m"}"#,
            changed: [#""hex_color":null"#, #""name":"m""#], isListed: true),
        Life(
            list: comments, made: #"{"body":"  b  ","anchor":{"b":1,"a":[1.5,true,null]}}"#,
            change: #"{"status":"RESOLVED"}"#,
            changed: [
                #""body":"b""#, #""status":"RESOLVED""#, #""anchor":{"a":[1.5,true,null],"b":1}"#,
                #""resolved_by":"usr_"#,
            ],
            isListed: false),
    ]

    @Test(arguments: lives) func isMadeChangedAndDeleted(life: Life) throws {
        let call = Calls()
        let made = call("POST", life.list, life.made)
        #expect(made.status == 201)
        let id = try #require(made.json["id"] as? String)
        #expect(id.hasSuffix("new00001"))
        let item = life.isListed ? "\(life.list)/\(id)" : "/v2/transcript_comments/\(id)"
        #expect(call("GET", item).text == made.text)
        let changed = call("PATCH", item, life.change)
        #expect(changed.status == 200 && changed.json["updated_at"] as? String == "2026-07-01T00:00:02.000Z")
        for text in life.changed { #expect(changed.text.contains(text), "\(changed.text)") }
        #expect(call("GET", item).text == changed.text)
        if life.isListed { #expect(call("GET", life.list).ids.first == id, "the newest change is first") }
        let deleted = call("DELETE", item)
        #expect(
            deleted.status == 200 && deleted.json["deleted"] as? Bool == true && deleted.json["id"] as? String == id)
        for method in ["GET", "PATCH", "DELETE"] { #expect(call(method, item, "{}").status == 404) }
        if life.isListed { #expect(call("GET", life.list).text == Calls()("GET", life.list).text) }
        #expect(call("POST", life.list, life.made).status == 201, "what is deleted conflicts with nothing")
        call.control("reset")
        #expect(call("POST", life.list, life.made).text == made.text, "the same after each start")
    }

    @Test func creatingByExternalIDIsRepeatable() {
        let call = Calls()
        let people =
            #""participants":[{"name":"Ana Souza","email":"contact1@acme.example"},{"name":"Eve New","email":"eve@new.example"},{"name":"I","email":"user3@askelephant.example","is_owner":true}]"#
        let first = call("POST", "/v2/engagements", "{\(Self.call),\(Self.media),\(people)}")
        let again = call(
            "POST", "/v2/engagements",
            "{\(Self.call),\(Self.media)}".replacingOccurrences(of: "\"t\"", with: "\"other\""))
        #expect(first.status == 201 && again.status == 200 && again.text == first.text)
        #expect(call("POST", "/v2/engagements", "{\(Self.call)}").status == 422, "what is wrong is said first")
        #expect(first.json["owner_user_id"] as? String == "usr_sandbox03")
        let read = call("GET", "/v2/engagements/ngmt_new00001?expand=contacts,owner")
        #expect(read.ids == ["cnt_sandbox01", "cnt_new00001"])
        #expect(call("GET", "/v2/contacts?search=eve@new").ids == ["cnt_new00001"])
        #expect(call("GET", "/v2/engagements?limit=1").ids == ["ngmt_new00001"])
    }

    @Test func theRestShowsWhatHasChanged() {
        let call = Calls()
        let read = "/v2/engagements/ngmt_sandbox01?expand=contacts,companies,tags"
        _ = call("GET", read)
        _ = call("PATCH", Self.contact, #"{"first_name":"Anna"}"#)
        _ = call("PATCH", Self.company, #"{"name":"Acme SE"}"#)
        _ = call("PATCH", Self.tag, #"{"name":"Price"}"#)
        let text = call("GET", read).text
        for word in ["Anna", "Acme SE", "Price"] { #expect(text.contains("\"\(word)\""), "\(text)") }
        for path in [Self.contact, Self.company, Self.tag] { #expect(call("DELETE", path).status == 200) }
        let rest = call("GET", read)
        #expect(rest.ids == ["cnt_sandbox02", "cnt_sandboxroom1"])
        #expect((rest.json["companies"] as? [Any])?.isEmpty == true && (rest.json["tags"] as? [Any])?.count == 1)
        #expect(call("GET", "/v2/contacts/cnt_sandbox07").json["company"] == nil, "its company is deleted")
        let put = call("PUT", "/v2/engagements/ngmt_sandbox01/contacts", #"{"contact_ids":["cnt_sandbox01"]}"#)
        #expect(put.errors == ["contact_ids[0] not_found"])
    }

    @Test func tagsAreReplaced() {
        let call = Calls()
        let put = call("PUT", Self.tags, #"{"tag_ids":["tag_sandbox06","tag_sandbox02","tag_sandbox06"]}"#)
        #expect(put.status == 200 && put.json["tags"] == nil)
        let tags = call("GET", "/v2/engagements/ngmt_sandbox01?expand=tags").json["tags"] as? [[String: Any]]
        #expect(tags?.map { $0["id"] as? String } == ["tag_sandbox06", "tag_sandbox02"])
    }

    @Test func associationsAreSetFoundAndCleared() {
        let call = Calls()
        let path = "/v2/contacts/cnt_sandbox02/crm_association"
        let set = call("PUT", path, #"{"object_type":"contact","crm_object_id":"hs-x","source":"salesforce"}"#)
        #expect(set.status == 200 && set.text.contains(#""crm_object_id":"hs-x","source":"salesforce""#))
        let filter = #"\#(RuleTests.crm)=[{"id":"hs-x","object_type":"contact"}]"#
        #expect(call("GET", "/v2/contacts?" + filter).ids == ["cnt_sandbox02"])
        #expect(call("GET", "/v2/engagements?" + filter).ids == ["ngmt_sandbox01"])
        let clear = call("DELETE", path)
        #expect(
            clear.status == 200 && clear.json["object"] as? String == "contact" && clear.json["crm_association"] == nil)
        #expect(call("GET", "/v2/contacts?" + filter).ids == [])
    }

    @Test(arguments: [
        ("/v2/contacts/cnt_sandbox21/engagements", ["ngmt_sandbox12"]),
        ("/v2/companies/cmp_sandbox06/engagements?filter[updated_at][gt]=2026-01-05", ["ngmt_sandbox10"]),
        ("/v2/contacts/cnt_sandbox03/engagements", ["ngmt_sandbox03"]),
        ("/v2/contacts/cnt_sandbox01/engagements?search=nothing", []),
    ])
    func engagementsOfOne(path: String, ids: [String]) {
        let call = Calls()
        #expect(call("GET", path).ids == ids)
        call.control("scopes", #"{"scopes":["engagements:read"]}"#)
        #expect(call("GET", path).ids == ids.filter { $0 != "ngmt_sandbox03" }, "private ones are left out")
    }

    /// Where a page of one list ended says nothing in another.
    @Test func aCursorIsOfOneList() {
        let call = Calls()
        let cursor = (call("GET", "/v2/contacts?limit=1").json["next_cursor"] as? String ?? "")
            .replacingOccurrences(of: "=", with: "%3D")
        #expect(call("GET", "/v2/contacts?limit=1&cursor=" + cursor).status == 200)
        #expect(call("GET", "/v2/users?cursor=" + cursor).errors == ["cursor invalid_cursor"])
    }

    /// It is listed among the newest, whenever the call itself was.
    @Test func aNewEngagementIsMadeNow() throws {
        let call = Calls()
        let made = call("POST", "/v2/engagements", #"{\#(Self.call),\#(Self.media),"start_at":"2001-02-03T04:05:06Z"}"#)
        #expect(made.json["start_at"] as? String == "2001-02-03T04:05:06.000Z", "\(made.text)")
        #expect(made.json["created_at"] as? String == made.json["updated_at"] as? String)
        #expect((made.json["created_at"] as? String)?.hasPrefix("2001") == false, "\(made.text)")
        #expect(call("GET", "/v2/engagements?limit=1").ids == [made.json["id"] as? String])
    }

    @Test func allEngagementsArePaged() {
        let call = Calls()
        var (ids, cursor): ([String], String?) = ([], nil)
        repeat {
            let more = cursor.map { "&cursor=" + $0.replacingOccurrences(of: "=", with: "%3D") } ?? ""
            let page = call("GET", "/v2/engagements?limit=50" + more)
            ids += page.ids
            cursor = page.json["next_cursor"] as? String
        } while cursor != nil
        #expect(ids.count == 252 && Set(ids).count == 252)
    }

    private static let recorded = "{\(call),\(media)}"

    @Test(arguments: [
        ("GET", "/v2/engagements/ngmt_sandbox01/transcript_timeline", "", ["transcript_timelines:read"]),
        (
            "GET", "/v2/engagements/ngmt_sandbox03/transcript_timeline", "",
            ["transcript_timelines:read", "engagements:read", "engagements:private:read"]
        ),
        ("PUT", tags, #"{"tag_ids":[]}"#, ["engagements:write"]),
        (
            "PUT", "/v2/engagements/ngmt_sandbox03/tags", #"{"tag_ids":[]}"#,
            ["engagements:write", "engagements:private:write"]
        ),
        ("POST", "/v2/engagements", recorded, ["engagements:write"]),
        ("POST", comments, #"{"body":"b"}"#, ["engagements:read", "transcript_comments:write"]),
        ("GET", comment, "", ["engagements:read", "transcript_comments:read"]),
        (
            "GET", "/v2/transcript_comments/tano_sandbox02", "",
            ["engagements:read", "engagements:private:read", "transcript_comments:read"]
        ),
        ("PATCH", comment, #"{"body":"b"}"#, ["engagements:read", "transcript_comments:write"]),
        ("DELETE", comment, "", ["engagements:read", "transcript_comments:write"]),
        ("POST", "/v2/contacts", "{}", ["contacts:write"]), ("PATCH", contact, "{}", ["contacts:write"]),
        ("DELETE", contact, "", ["contacts:write"]), ("DELETE", contact + "/crm_association", "", ["contacts:write"]),
        ("GET", contact + "/engagements", "", ["engagements:read"]),
        ("POST", "/v2/companies", #"{"domains":[{"domain":"x.example"}]}"#, ["companies:write"]),
        ("PATCH", company, "{}", ["companies:write"]), ("DELETE", company, "", ["companies:write"]),
        ("GET", company, "", ["companies:read"]), ("GET", company + "/engagements", "", ["engagements:read"]),
        (
            "PUT", company + "/crm_association", #"{"object_type":"company","crm_object_id":"x","source":"y"}"#,
            ["companies:write"]
        ),
        ("POST", "/v2/tags", #"{"name":"x"}"#, ["tags:write"]), ("PATCH", tag, "{}", ["tags:write"]),
        ("DELETE", tag, "", ["tags:write"]), ("GET", "/v2/users/usr_sandbox01", "", ["users:read"]),
    ])
    func needsScopes(method: String, path: String, body: String, scopes: [String]) {
        for missing in scopes {
            let call = Calls()
            let held = scopes.filter { $0 != missing }.map { "\"\($0)\"" }.joined(separator: ",")
            call.control("scopes", "{\"scopes\":[\(held)]}")
            let refused = call(method, path, body)
            #expect(refused.status == 403 && refused.text.contains(" \(missing),"), "\(refused.text)")
        }
        let call = Calls()
        call.control("scopes", "{\"scopes\":[\(scopes.map { "\"\($0)\"" }.joined(separator: ","))]}")
        #expect(200...201 ~= call(method, path, body).status)
    }
}
