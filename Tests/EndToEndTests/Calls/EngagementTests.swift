import TestSupport
import Testing

/// `engagement.get` and `engagement.replaceContacts`: what is sent, and what comes back.
@Suite(.ownThread, .overTLSOnRelease)
struct EngagementTests {
    private let path = "/api/v2/engagements/ngmt_01HQ"

    /// Bodies that a program that decodes and encodes again would change.
    static let bodies = [
        "{}", "[]", "null", "\"text\"", "0", #"{"object":"engagement","id":"ngmt_01HQ"}"#,
        #"{ "z" : 1.0 ,"a":1e400, "big": 12345678901234567890123 , "neg":-0 ,"exp":1E+2 }"#,
        #"{"a":"\u00e9\/\ud83d\ude00 é 😀","\u0061":2,"a":3}"#, #"{"lone":"\ud800 \udc00\ud800"}"#,
        #"{"sep":"\#u{2028}\#u{2029}\#u{85}","del":"\#u{7F}","zero":"\u0000"}"#,
        #"{"deep":\#(String(repeating: "[", count: 400))\#(String(repeating: "]", count: 400))}"#,
        #"{"long":\#(String(repeating: "7", count: 100_000)),"none":[],"empty":{},"t":true,"f":false,"n":null}"#,
    ]

    @Test(arguments: bodies)
    func theBodyComesBackByteForByte(body: String) throws {
        let server = try FaultServer(always: .ok(body))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"{"engagement_id":"ngmt_01HQ"}"#)
        #expect(answer.text("result", "data") == body)
        let write = try host.call("engagement.replaceContacts", replacement("ngmt_01HQ"))
        #expect(write.text("result", "data") == body)
        try host.finish()
    }

    @Test(arguments: ["\n", "\r\n", "\r", "\n\n  \r"])
    func lineBreaksInTheBodyBecomeSpaces(end: String) throws {
        let body = ["{", #""a": ["#, "1,", #""b\n\r""#, "]", "}", ""].joined(separator: end)
        let server = try FaultServer(always: .ok(end + body))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_01HQ"]"#)
        let spaces = String(repeating: " ", count: end.utf8.count)
        let expected = body.utf8.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
        #expect(answer.text("result", "data") == String(decoding: expected.dropLast(spaces.utf8.count), as: UTF8.self))
        try host.finish()
    }

    @Test func theRequestIsWhatTheAPIExpects() throws {
        let server = try FaultServer(always: .ok())
        let host = try bridge(to: server)
        _ = try host.call("engagement.get", #"{"engagement_id":"ngmt_01HQ","expand":["contacts","owner"]}"#)
        _ = try host.call("engagement.replaceContacts", replacement("ngmt_01HQ", ["cnt_b", "cnt_a"]))
        _ = try host.call("engagement.replaceContacts", replacement("ngmt_01HQ", []))
        let seen = server.requests
        #expect(seen.map(\.method) == ["GET", "PUT", "PUT"])
        #expect(["\(path)?expand=contacts,owner", "\(path)?expand=contacts%2Cowner"].contains(seen[0].target))
        #expect(seen[1].target == path + "/contacts")
        #expect(seen[1].body == Array(#"{"contact_ids":["cnt_b","cnt_a"]}"#.utf8))
        #expect(seen[2].body == Array(#"{"contact_ids":[]}"#.utf8))
        #expect(seen[1]["content-type"]?.hasPrefix("application/json") == true)
        for request in seen {
            #expect(request["authorization"] == testToken, "a key goes bare")
            #expect(request["accept"]?.contains("application/json") == true)
            #expect(request["expect"] == nil)
            #expect(request["host"] == "127.0.0.1:\(server.port)")
            #expect(request.fields.count { $0.name == "authorization" } == 1)
        }
        #expect(seen[0]["content-length"] == nil && seen[0].body.isEmpty)
        try host.finish()
    }

    @Test(arguments: [("sk-apik_a.b", "sk-apik_a.b"), ("eyJhbGciOi.x-y_z", "Bearer eyJhbGciOi.x-y_z")])
    func aTokenThatIsNoKeyIsABearerToken(token: String, header: String) throws {
        let server = try FaultServer(always: .ok())
        let host = try bridge(to: server, environment: ["ENGAGEMENT_RPC_TOKEN": token])
        _ = try host.call("engagement.get", #"["ngmt_01HQ"]"#)
        #expect(server.requests.first?["authorization"] == header)
        try host.finish()
    }

    @Test func metaSaysWhatTheAPISent() throws {
        let full = Reaction.answer(200, "{}", ["ETag: W/\"a\\\"b\"", "X-Api-Version: 2026-03-01"])
        let server = try FaultServer([
            "ngmt_full": [full], "ngmt_bare": [.answer(200, "{}")], "ngmt_new": [.answer(201, "{}")],
        ])
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_full"]"#)
        #expect(answer.names("result") == ["data", "meta"])
        #expect(answer.int("result", "meta", "status") == 200)
        #expect(answer.string("result", "meta", "etag") == "W/\"a\\\"b\"")
        #expect(answer.string("result", "meta", "api_version") == "2026-03-01")
        #expect(answer.int("result", "meta", "attempts") == 1)
        #expect((answer.double("result", "meta", "elapsed_ms") ?? -1) > 0)
        let bare = try host.call("engagement.get", #"["ngmt_bare"]"#)
        #expect(Set(bare.names("result", "meta")) == ["status", "attempts", "elapsed_ms"])
        #expect(try host.call("engagement.get", #"["ngmt_new"]"#).int("result", "meta", "status") == 201)
        try host.finish()
    }

    @Test func replacingContactsKeepsCalendarResources() throws {
        let host = try sandbox()
        func contacts(_ id: String) throws -> [String] {
            let answer = try host.call("engagement.get", #"{"engagement_id":"\#(id)","expand":["contacts"]}"#)
            return try answer.elements("result", "data", "contacts").compactMap { $0.string("id") }
        }
        let before = try contacts("ngmt_sandbox01")
        #expect(before.count == 3 && before.contains("cnt_sandboxroom1"))
        #expect(try contacts("ngmt_sandbox02").isEmpty)
        let written = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01", ["cnt_sandbox07"]))
        #expect(written.string("result", "data", "id") == "ngmt_sandbox01", "\(written)")
        #expect(written.int("result", "meta", "status") == 200)
        #expect(try Set(contacts("ngmt_sandbox01")) == ["cnt_sandbox07", "cnt_sandboxroom1"])
        _ = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01", []))
        #expect(try contacts("ngmt_sandbox01") == ["cnt_sandboxroom1"])
        #expect(try host.call("sandbox.reset").int("result", "meta", "status") == 200)
        #expect(try contacts("ngmt_sandbox01") == before)
        try host.finish()
    }

    @Test(arguments: [
        ("sandbox.scopes", #"{"scopes":["engagements:read"]}"#), ("sandbox.requests", "{}"),
        ("sandbox.fail", #"{"match":"* /*","steps":[{"status":500}],"repeat":true}"#),
    ])
    func theSandboxResetsAfterAnything(method: String, params: String) throws {
        let host = try sandbox("--max-attempts", "1")
        for _ in 0..<3 {
            #expect(try host.call(method, params).text("error") == nil)
            _ = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01", ["cnt_sandbox07"]))
            let answer = try host.call("sandbox.reset")
            #expect(answer.int("result", "meta", "status") == 200, "\(answer)")
            let written = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01", ["cnt_sandbox08"]))
            #expect(written.text("error") == nil, "\(written)")
        }
        try host.finish()
    }

    @Test func expandNamesWhatComesAlong() throws {
        let host = try sandbox()
        let all = #"["companies","contacts","owner","action_items","signals","transcript","media_url","tags"]"#
        let bare = try host.call("engagement.get", #"["ngmt_sandbox01"]"#)
        let full = try host.call("engagement.get", #"["ngmt_sandbox01",\#(all)]"#)
        let added = Set(full.names("result", "data")).subtracting(bare.names("result", "data"))
        #expect(try added == Set(Answer(Array(all.utf8)).elements().compactMap { $0.string() }))
        let empty = try host.call("engagement.get", #"{"engagement_id":"ngmt_sandbox01","expand":[]}"#)
        #expect(empty.text("result", "data") == bare.text("result", "data"))
        let long = try host.call("engagement.get", #"["ngmt_sandbox04",["transcript"]]"#)
        #expect((long.string("result", "data", "transcript")?.unicodeScalars.count ?? 0) > 1_000_000)
        try host.finish()
    }

    @Test func theSandboxIsTheSameAtEachStart() throws {
        func session() throws -> [String?] {
            let host = try sandbox()
            defer { host.closeInput() }
            return try (1...12).map { number in
                let id = "ngmt_sandbox" + (number < 10 ? "0" : "") + "\(number)"
                return try host.call("engagement.get", #"["\#(id)",["contacts"]]"#).text("result", "data")
            }
        }
        let first = try session()
        #expect(first.allSatisfy { $0 != nil })
        #expect(try session() == first)
    }

    @Test func scopesAreEnforcedAndNamed() throws {
        let host = try sandbox()
        _ = try host.call("sandbox.scopes", #"{"scopes":["engagements:read"]}"#)
        #expect(try host.call("engagement.get", #"["ngmt_sandbox01"]"#).text("error") == nil)
        let refused = try host.call("engagement.get", #"["ngmt_sandbox01",["contacts","owner","tags"]]"#)
        #expect(refused.code == 403 && refused.kind == "forbidden", "\(refused)")
        let needed = try refused.elements("error", "data", "required_scopes").compactMap { $0.string() }
        #expect(Set(needed) == ["engagements:read", "contacts:read", "users:read"])
        let write = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox02"))
        #expect(write.code == 403 && write.string("error", "data", "applied") == "no")
        #expect(write.text("error", "data", "required_scopes") == #"["engagements:write"]"#)
        try host.finish()
    }

    @Test func anUnknownEngagementIsNotFound() throws {
        let host = try sandbox()
        let answer = try host.call("engagement.get", #"["ngmt_sandbox99"]"#)
        #expect(answer.code == 404 && answer.kind == "not_found", "\(answer)")
        #expect(answer.text("error", "data", "applied") == nil, "reads apply nothing")
        #expect(answer.bool("error", "data", "retryable") == false)
        #expect(answer.int("error", "data", "problem", "status") == 404)
        let unknown = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01", ["cnt_nobody"]))
        #expect([404, 422].contains(unknown.code) && unknown.string("error", "data", "applied") == "no", "\(unknown)")
        try host.finish()
    }

    @Test func positionalParametersFollowTheDocument() throws {
        let host = try sandbox()
        let rows = [
            #"["ngmt_sandbox02",["cnt_sandbox01"]]"#, #"["ngmt_sandbox02",[],{"timeout_ms":5000}]"#,
            #"["ngmt_sandbox02",[],null]"#,
        ]
        for row in rows {
            #expect(try host.call("engagement.replaceContacts", row).text("error") == nil, "\(row)")
        }
        for row in ["[]", #"["ngmt_sandbox02"]"#, #"["ngmt_sandbox02",[],{},1]"#, #"[[],"ngmt_sandbox02"]"#] {
            let refused = try host.call("engagement.replaceContacts", row)
            #expect(refused.code == -32602, "\(row)")
            #expect(refused.string("error", "data", "applied") == "no" && refused.int("error", "data", "attempts") == 0)
        }
        #expect(try host.sandboxRequests().count == rows.count)
        try host.finish()
    }

    /// Made from a transcript, read back in both its forms; and a recording, until it is processed.
    @Test func whatIsCreatedCanBeWaitedForAndRead() throws {
        let host = try sandbox()
        let call = #""type":"MEETING","title":"T","source_system":"s","external_id":"#
        let timeline =
            #"{"speakers":[{"name":"Ada"}],"entries":[{"speaker_index":0,"start_seconds":2,"text":"Hello."}]}"#
        let made = try host.call("engagement.create", #"{\#(call)"1","transcript_timeline":\#(timeline)}"#)
        let id = try #require(made.string("result", "data", "id"))
        let params = #"{"engagement_id":"\#(id)"}"#
        let transcript = try host.call("engagement.getTranscript", params)
        #expect(transcript.string("result", "data", "text") == "[2s] Ada: Hello.\n", "\(transcript)")
        let read = try host.call("engagement.getTimeline", params)
        #expect(read.text("result", "data")?.contains(String(timeline.dropFirst().dropLast())) == true, "\(read)")
        let both = #"{\#(call)"2","media_url":"https://m.example/a","transcript_timeline":\#(timeline)}"#
        #expect(
            try host.call("engagement.create", both).string("error", "data", "errors", "0", "field")
                == "transcript_timeline")
        let recorded = try host.call("engagement.create", #"{\#(call)"3","media_url":"https://m.example/a"}"#)
        let other = try #require(recorded.string("result", "data", "id"))
        let waits = #"{"engagement_id":"\#(other)","wait_for":"COMPLETED","fields":["processing_status"]}"#
        let done = try host.call("engagement.get", waits, within: 20)
        #expect(done.text("result", "data") == #"{"processing_status":"COMPLETED"}"#, "\(done)")
        #expect(done.int("result", "meta", "attempts") == 3)
        try host.finish()
    }

    @Test func whatWasWaitedForIsOneLine() throws {
        let server = try FaultServer(always: .ok("{\n\"processing_status\":\r\n\"FAILED\", \"n\": 1.50}\n"))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"{"engagement_id":"ngmt_01HQ","wait_for":"COMPLETED"}"#)
        #expect(answer.text("result", "data") == #"{ "processing_status":  "FAILED", "n": 1.50}"#, "\(answer)")
        try host.finish()
    }
}
