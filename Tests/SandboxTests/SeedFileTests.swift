import Bytes
import Foundation
import Testing

@testable import Sandbox

/// Workspaces from files: what may be in them, what of it is answered, and what is refused.
@Suite struct SeedFileTests {
    private static let clock = Timestamp(milliseconds: 1_767_225_600_000)

    private func file(_ text: String) throws -> SeedFile {
        let text = ByteBuffer(text.utf8)
        defer { withExtendedLifetime(text) {} }
        return try SeedFile(text.bytes)
    }

    /// Why `text` is refused; nil when it is not.
    private func refusal(_ text: String) throws -> SeedFaults? {
        do {
            _ = try file(text)
            return nil
        } catch let faults as SeedFaults {
            return faults
        }
    }

    private func calls(_ text: String) throws -> Calls {
        var settings = SandboxSettings()
        (settings.seed, settings.clock) = (try file(text), Self.clock)
        return Calls(settings)
    }

    @Test(arguments: [
        (
            "/v2/engagements/ngmt_1?expand=contacts,companies,owner,action_items,signals,transcript,media_url,tags",
            "ngmt_1"
        ),
        ("/v2/contacts/cnt_1", "cnt_1"), ("/v2/companies/cmp_1", "cmp_1"), ("/v2/users/usr_1", "usr_1"),
        ("/v2/tags/tag_1", "tag_1"),
    ])
    func anIDIsEnough(path: String, id: String) throws {
        let call = try calls(
            #"{"engagements":[{"id":"ngmt_1"}],"contacts":[{"id":"cnt_1"}],"companies":[{"id":"cmp_1"}],"#
                + #""tags":[{"id":"tag_1"}],"users":[{"id":"usr_1"}]}"#)
        let answer = call("GET", path)
        #expect(answer.status == 200 && answer.json["id"] as? String == id, "\(answer.text)")
        for time in ["created_at", "updated_at"] { #expect(answer.json[time] as? String == Self.clock.text) }
        let list = path.split(separator: "/").prefix(2).joined(separator: "/")
        #expect(call("GET", "/" + list).ids == [id], "nothing of the built-in workspace, nor of its archive")
        #expect(call("GET", "/v2/engagements/ngmt_sandbox01").status == 404)
    }

    static let whole = #"""
        {"engagements": [
           {"object": "engagement", "id": "ngmt_b", "title": "Größe \"B\"", "engagement_type": "CALL",
            "processing_status": "PROCESSING", "is_private": true, "is_internal": true,
            "created_at": "2025-02-01T10:00:00Z", "updated_at": "2025-02-02T10:00:00.5+01:00",
            "start_at": "2025-02-01T11:00:00Z", "description": null, "duration_seconds": 1.50,
            "crm_association": {"object_type": "deal", "crm_object_id": "d-1", "source": "hubspot", "url": "u"},
            "owner_user_id": "usr_1", "host_user_id": "usr_2", "x_new": {"a": [1, "é\u00e9"]},
            "contacts": [{"object": "engagement_contact", "id": "cnt_r", "is_calendar_resource": true},
                         {"id": "cnt_1", "emails": []}],
            "companies": [{"id": "cmp_1"}], "tags": [{"id": "tag_1"}],
            "action_items": [{"title": "t", "n": 1e2}], "signals": [{"type": "s"}], "transcript": "A: b",
            "media_url": "https://m.example/a"},
           {"id": "ngmt_a", "contact_ids": ["cnt_2", "cnt_1"], "company_ids": [], "tag_ids": ["tag_1"],
            "owner": {"id": "usr_2"}}],
         "contacts": [
           {"id": "cnt_1", "first_name": "Ana", "last_name": null, "company": {"id": "cmp_1", "object": "company"},
            "emails": [{"email": "a@x.example"}, {"email": "both@x.example", "is_primary": true, "kind": "work"}],
            "phone_numbers": [{"phone_number": "+1", "is_primary": true}], "score": 0.10},
           {"id": "cnt_2", "emails": [{"email": "both@x.example"}], "company_id": "cmp_1"},
           {"id": "cnt_r", "first_name": "Room"}],
         "companies": [{"id": "cmp_1", "name": "X", "domains": [{"domain": "x.example"}], "website": "w", "industry": null}],
         "tags": [{"id": "tag_1", "name": "t", "hex_color": "#1F77B4"}],
         "users": [{"id": "usr_1", "first_name": "U", "emails": [{"email": "u@x.example"}], "role": "ADMIN", "job_title": "j"},
                   {"id": "usr_2", "role": "INACTIVE"}]}
        """#

    /// What the API would answer is answered: names, values, spellings and unknown members.
    @Test(arguments: [
        (
            "/v2/engagements/ngmt_b?expand=contacts,companies,owner,action_items,signals,transcript,media_url,tags",
            [
                #""title":"Größe \"B\"","engagement_type":"CALL","processing_status":"PROCESSING","is_private":true"#,
                #""created_at":"2025-02-01T10:00:00Z","updated_at":"2025-02-02T10:00:00.5+01:00""#,
                #""start_at":"2025-02-01T11:00:00Z""#, #""description":null"#, #""duration_seconds":1.50"#,
                #""crm_object_id":"d-1","source":"hubspot","url":"u"}"#, #""x_new":{"a": [1, "é\u00e9"]}"#,
                #""owner":{"object":"user","id":"usr_1","first_name":"U""#, #""host_user_id":"usr_2""#,
                #""contacts":[{"object":"engagement_contact","id":"cnt_r","first_name":"Room""#,
                #""is_calendar_resource":true},{"object":"engagement_contact","id":"cnt_1","first_name":"Ana""#,
                #""companies":[{"object":"engagement_company","id":"cmp_1","name":"X""#,
                #""action_items":[{"title": "t", "n": 1e2}],"signals":[{"type": "s"}],"transcript":"A: b""#,
                #""media_url":"https://m.example/a","tags":[{"object":"tag","id":"tag_1","name":"t""#,
            ]
        ),
        (
            "/v2/engagements/ngmt_a?expand=contacts,owner",
            [#""title":"ngmt_a""#, #""id":"cnt_2","first_name":null"#, #""owner":{"object":"user","id":"usr_2""#]
        ),
        (
            "/v2/contacts/cnt_1",
            [
                #""first_name":"Ana","last_name":null"#, #""company":{"id":"cmp_1","object":"company"}"#,
                #"{"email":"a@x.example","is_primary":false},{"email":"both@x.example","is_primary":true,"kind":"work"}"#,
                #""score":0.10"#,
            ]
        ),
        (
            "/v2/contacts/cnt_2",
            [#""emails":[{"email":"both@x.example","is_primary":true}]"#, #""company":{"id":"cmp_1""#]
        ),
        ("/v2/companies/cmp_1", [#""name":"X""#, #""website":"w","industry":null"#]),
        ("/v2/users/usr_1", [#""role":"ADMIN""#, #""job_title":"j""#]), ("/v2/users/usr_2", [#""role":"INACTIVE""#]),
    ])
    func isAnsweredAsGiven(path: String, parts: [String]) throws {
        let answer = try calls(Self.whole)("GET", path)
        #expect(answer.status == 200)
        for part in parts { #expect(answer.text.contains(part), "\(part) is not in \(answer.text)") }
        #expect(JSONInput(answer.response.body.bytes) != nil)
    }

    /// The rules are those of the built-in workspace.
    @Test func isUsedAsAnyWorkspace() throws {
        let call = try calls("\u{FEFF}" + Self.whole)
        #expect(call("GET", "/v2/contacts?search=both").ids.sorted() == ["cnt_1", "cnt_2"])
        #expect(Set(call("GET", "/v2/contacts").ids) == ["cnt_1", "cnt_2"], "no room")
        #expect(call("GET", "/v2/contacts/cnt_1/engagements").ids.sorted() == ["ngmt_a", "ngmt_b"])
        let put = call("PUT", "/v2/engagements/ngmt_b/contacts", #"{"contact_ids":["cnt_2"]}"#)
        #expect(put.json["updated_at"] as? String == "2026-01-01T00:00:01.000Z" && put.text.contains(#""x_new":{"#))
        #expect(call("GET", "/v2/engagements/ngmt_b?expand=contacts").ids == ["cnt_2", "cnt_r"])
        #expect(call("PATCH", "/v2/contacts/cnt_2", #"{"first_name":"B"}"#).status == 200, "its address stays")
        call.control("scopes", #"{"scopes":["engagements:read"]}"#)
        #expect(call("GET", "/v2/engagements/ngmt_b").status == 403)
        call.control("reset")
        #expect(call("GET", "/v2/engagements/ngmt_b?expand=contacts").ids == ["cnt_r", "cnt_1"])
        let made = call(
            "POST", "/v2/engagements",
            #"{"type":"CALL","title":"t","source_system":"s","external_id":"e","media_url":"https://m.example/a"}"#)
        #expect(made.status == 201 && made.json["id"] as? String == "ngmt_new00001", "\(made.text)")
        #expect(made.json["owner_user_id"] as? String == "usr_1", "the first user is the token's")
    }

    @Test func anIDThatIsTakenIsNotMadeAgain() throws {
        let call = try calls(#"{"tags":[{"id":"tag_new00001","name":"a"},{"id":"tag_new00003","name":"b"}]}"#)
        let ids = ["c", "d"].map { call("POST", "/v2/tags", #"{"name":"\#($0)"}"#).json["id"] as? String }
        #expect(ids == ["tag_new00002", "tag_new00004"])
    }

    private static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

    static let faults: [(text: String, sentences: [String])] = [
        ("", ["byte 0: is not JSON"]), (#"{"tags":[],}"#, ["byte 11: is not JSON"]),
        ("[]", ["the file: is not an object"]),
        (#"{"contcats":[]}"#, ["contcats: is none of"]), (#"{"tags":[],"tags":[]}"#, ["tags: stands twice."]),
        (#"{"tags":{}}"#, ["tags: is not a list."]), (#"{"tags":[1]}"#, ["tags[0]: is not an object."]),
        (
            #"{"engagements":[{"id":"ngmt_1"},{"title":"t"},{"id":7},{"id":"cnt_1"},{"id":"ngmt_"},{"id":"ngmt_ä"}]}"#,
            [
                "engagements[1].id: is missing.", "engagements[2].id: is not a string.",
                #"engagements[3].id: "cnt_1" is not an id such as ngmt_1"#,
                #"engagements[4].id: "ngmt_" is not an id"#, #"engagements[5].id: "ngmt_ä" is not an id"#,
            ]
        ),
        // No method takes a longer id.
        (
            #"{"tags":[{"id":"tag_\#(letters(124))"},{"id":"tag_\#(letters(125))"}]}"#,
            [#"tags[1].id: "tag_aaa"#]
        ),
        (
            #"{"contacts":[{"id":"cnt_1"},{"id":"cnt_1"}]}"#,
            [#"contacts[1].id: "cnt_1" stands at contacts[0] already."#]
        ),
        (#"{"contacts":[{"id":"cnt_1","id":"cnt_2"}]}"#, ["contacts[0].id: stands twice."]),
        (#"{"contacts":[{"id":"cnt_1","object":"company"}]}"#, [#"contacts[0].object: "company" is not contact."#]),
        (
            #"{"engagements":[{"id":"ngmt_1","title":1,"is_private":"yes","start_at":"soon","contacts":{},"signals":1,"#
                + #""crm_association":{"object_type":"deal"},"owner":"usr_1"}]}"#,
            [
                "engagements[0].title: is not a string.", "engagements[0].is_private: is not true or false.",
                #"engagements[0].start_at: "soon" is not a time"#,
                "engagements[0].crm_association.crm_object_id: is missing.",
                "engagements[0].owner: is not an object.", "engagements[0].contacts: is not a list.",
                "engagements[0].signals: is not a list.",
            ]
        ),
        (
            #"{"contacts":[{"id":"cnt_1","emails":[{"email":"a"},{},{"email":1},"b"],"company":{"id":"cmp_1"}}]}"#,
            [
                "contacts[0].emails[1].email: is missing.", "contacts[0].emails[2].email: is not a string.",
                "contacts[0].emails[3]: is not an object.", #"contacts[0].company.id: "cmp_1" is no company"#,
            ]
        ),
        (
            #"{"engagements":[{"id":"ngmt_1","contacts":[{"id":"cnt_1"},{"id":"usr_1"},{},{"id":"cnt_1"}],"#
                + #""company_ids":["cmp_1",2],"tags":[{"id":"tag_9"}],"owner_user_id":"usr_2"}],"#
                + #""contacts":[{"id":"cnt_1"}],"users":[{"id":"usr_1"}]}"#,
            [
                "engagements[0].contacts[2].id: is missing.",
                #"engagements[0].contacts[3].id: "cnt_1" stands at engagements[0].contacts[0].id already."#,
                "engagements[0].company_ids[1]: is not a string.",
                #"engagements[0].owner_user_id: "usr_2" is no user of this file."#,
                #"engagements[0].contacts[1].id: "usr_1" is no contact of this file."#,
                #"engagements[0].company_ids[0]: "cmp_1" is no company of this file."#,
                #"engagements[0].tags[0].id: "tag_9" is no tag of this file."#,
            ]
        ),
    ]

    /// All of it in one go, each with its place.
    @Test(arguments: faults) func isRefusedWithItsPlaces(text: String, sentences: [String]) {
        do {
            _ = try file(text)
            Issue.record("\(text) was taken")
        } catch let faults as SeedFaults {
            #expect(faults.sentences.count == sentences.count, "\(faults.sentences)")
            for sentence in sentences {
                #expect(faults.sentences.contains { $0.hasPrefix(sentence) }, "\(sentence): \(faults.sentences)")
            }
        } catch {
            Issue.record(error)
        }
    }

    @Test func whatIsToldHasABound() throws {
        let list = Array(repeating: "{}", count: 5_000).joined(separator: ",")
        let faults = try refusal(#"{"tags":[\#(list)]}"#)
        #expect(faults?.sentences.count == SeedFaults.limit && faults?.further == 5_000 - SeedFaults.limit)
        let long = String(repeating: "é", count: 10_000)
        let one = try refusal(#"{"tags":[{"id":"\#(long)"}]}"#)
        #expect(one?.sentences.allSatisfy { $0.utf8.count < 300 } == true)
    }
}
