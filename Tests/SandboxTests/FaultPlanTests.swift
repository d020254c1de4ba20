import Bytes
import Testing

@testable import Sandbox

/// Fault plans: which requests they are about, in which order, and what they do.
@Suite struct FaultPlanTests {
    @Test(arguments: [
        ("PUT /v2/engagements/*/contacts", "PUT", "/v2/engagements/ngmt_x/contacts", true),
        ("PUT /v2/engagements/*/contacts", "GET", "/v2/engagements/ngmt_x/contacts", false),
        ("PUT /v2/engagements/*/contacts", "PUT", "/v2/engagements/ngmt_x/contacts/", false),
        ("PUT /v2/engagements/*/contacts", "PUT", "/v2/engagements/a/b/contacts", true),
        ("* /v2/*", "PATCH", "/v2/", true), ("* *", "X", "/", true), ("GET *", "GET", "/v2/tags", true),
        ("GET /a*b*c", "GET", "/abbcc", true), ("GET /a*b*c", "GET", "/abbccd", false), ("GET /a**", "GET", "/a", true),
        ("GET /a", "GET", "/a", true), ("GET /a", "GET", "/ab", false), ("GET /a", "GETS", "/a", false),
        ("GET /" + String(repeating: "*a", count: 400), "GET", "/" + String(repeating: "a", count: 400), true),
        ("GET /" + String(repeating: "*a", count: 400) + "b", "GET", "/" + String(repeating: "a", count: 999), false),
    ])
    func matches(match: String, method: String, path: String, expected: Bool) throws {
        let plan = try #require(FaultPlan(match: match, steps: []))
        let buffers = [ByteBuffer(method.utf8), ByteBuffer(path.utf8)]
        #expect(plan.matches(method: buffers[0].bytes, path: buffers[1].bytes) == expected)
        withExtendedLifetime(buffers) {}
    }

    /// What a run of `GET /v2/tags` answers under a plan.
    @Test(arguments: [
        (#"[{"status":503},{"status":429}]"#, "", [503, 429, 200, 200]),
        (#"[{"status":503},{}]"#, #","repeat":2"#, [503, 200, 503, 200, 200]),
        (#"[{"status":500}]"#, #","repeat":true"#, [500, 500, 500, 500, 500, 500]),
        (#"[{"status":500}]"#, #","repeat":false"#, [500, 200]),
        (#"[{"status":500}]"#, #","repeat":1"#, [500, 200]), (#"[{"status":500}]"#, #","repeat":null"#, [500, 200]),
        (#"[]"#, "", [200]), (#"[]"#, #","repeat":true"#, [200]), (#"[{}]"#, "", [200, 200]),
        (#"[{"status":200},{"status":204},{"status":404},{"body":1}]"#, "", [200, 204, 404, 200]),
    ])
    func takesStepsInOrder(steps: String, more: String, statuses: [Int]) {
        let call = Calls()
        #expect(call.control("fail", #"{"match":"GET /v2/tags","steps":\#(steps)\#(more)}"#).text == "{}")
        #expect(statuses.map { _ in call("GET", "/v2/tags").status } == statuses)
        #expect(call("GET", "/v2/users").status == 200)
        call.control("reset")
        #expect(call("GET", "/v2/tags").status == 200)
    }

    @Test func firstMatchingPlanWinsAndANewOneReplaces() {
        let call = Calls()
        call.control("fail", #"{"match":"GET /v2/*","steps":[{"status":500},{"status":501}]}"#)
        call.control("fail", #"{"match":"GET /v2/tags","steps":[{"status":502}]}"#)
        #expect(call("GET", "/v2/tags").status == 500)
        call.control("fail", #"{"match":"GET /v2/*","steps":[{"status":503}]}"#)
        #expect(call("GET", "/v2/tags").status == 503)
        #expect(call("GET", "/v2/tags").status == 502)
        call.control("fail", #"{"match":"GET /v2/tags","steps":[{"status":502}]}"#)
        call.control("fail", #"{"match":"GET /v2/tags","steps":[]}"#)
        #expect(call("GET", "/v2/tags").status == 200)
    }

    @Test func answersInPlaceOfTheUsual() {
        let call = Calls()
        let steps = #"""
            [{"status":429,"retry_after":7},{"status":503,"retry_after":"Tue, 24 Nov 2026 10:00:00 GMT"},
             {"status":502,"body":"<h1>no\u0000</h1>"},{"status":409,"body":{"a": 1}},{"status":200},
             {"body":null},{"body":"half {"},{"retry_after":1},{"cut":"body"}]
            """#
        #expect(call.control("fail", #"{"match":"GET /v2/*","steps":\#(steps)}"#).text == "{}")
        func next() -> Calls.Answer { call("GET", "/v2/users/usr_sandbox01") }
        let throttled = next()
        #expect(throttled.response.retryAfter == "7" && throttled.response.type == .problem)
        #expect(throttled.json["type"] as? String == "https://app.askelephant.ai/errors/rate_limited")
        #expect(next().response.retryAfter == "Tue, 24 Nov 2026 10:00:00 GMT")
        let page = next()
        #expect(page.status == 502 && page.text == "<h1>no\0</h1>" && page.response.type == .text)
        let conflict = next()
        #expect(conflict.text == #"{"a": 1}"# && conflict.response.type == .problem)
        let fine = next()
        #expect(fine.text == "{}" && fine.response.type == .json)
        let null = next()
        #expect(null.status == 200 && null.text == "null" && null.response.etag == nil)
        let half = next()
        #expect(half.status == 200 && half.text == "half {" && half.response.type == .text)
        let hinted = next()
        #expect(hinted.status == 200 && hinted.response.retryAfter == "1" && hinted.response.etag != nil)
        #expect(next().response.cut == .body)
    }

    /// Only a step without a status carries the request out.
    @Test(arguments: [
        (#"{"status":500}"#, false), (#"{"status":200}"#, false), (#"{"status":200,"body":{}}"#, false),
        (#"{"cut":"before","status":200}"#, false), (#"{"cut":"before"}"#, true), (#"{"body":{}}"#, true),
        (#"{"delay_ms":600000}"#, true), ("{}", true),
    ])
    func carriesOut(step: String, expected: Bool) {
        let call = Calls()
        call.control("fail", #"{"match":"PUT *","steps":[\#(step)]}"#)
        _ = call("PUT", "/v2/engagements/ngmt_sandbox01/contacts", #"{"contact_ids":[]}"#)
        let ids = call("GET", "/v2/engagements/ngmt_sandbox01?expand=contacts").ids
        #expect((ids == ["cnt_sandboxroom1"]) == expected)
    }

    @Test(arguments: [
        ("", ["match required", "steps required"]), ("{}", ["match required", "steps required"]),
        ("{", ["body invalid_json"]), ("[]", ["body invalid_type"]),
        (#"{"match":"GET /a"}"#, ["steps required"]), (#"{"steps":[]}"#, ["match required"]),
        (#"{"match":"GET /a","steps":{}}"#, ["steps invalid_type"]),
        (#"{"match":1,"steps":[]}"#, ["match invalid_match"]),
        (#"{"match":"get /a","steps":[]}"#, ["match invalid_match"]),
        (#"{"match":"GET","steps":[]}"#, ["match invalid_match"]),
        (#"{"match":"GET  /","steps":[]}"#, ["match invalid_match"]),
        (#"{"match":"GET a","steps":[]}"#, ["match invalid_match"]),
        (#"{"match":" /a","steps":[]}"#, ["match invalid_match"]),
        (#"{"match":"GET /api/v2/tags","steps":[]}"#, ["match invalid_match"]),
        (#"{"match":"GET /a","steps":[],"times":1}"#, ["times unknown"]),
        (#"{"match":"GET /a","steps":[],"repeat":0}"#, ["repeat invalid_value"]),
        (#"{"match":"GET /a","steps":[],"repeat":"1"}"#, ["repeat invalid_value"]),
        (
            #"{"match":"GET /a","steps":[1,{"status":100},{"status":"500"},{"delay_ms":600001},{"delay_ms":-1},"#
                + #"{"cut":"middle"},{"retry_after":"a\nb"},{"retry_after":1.5},{"body":"\ud800"},{"code":1}]}"#,
            [
                "steps[0] invalid_type", "steps[1].status invalid_range", "steps[2].status invalid_range",
                "steps[3].delay_ms invalid_range", "steps[4].delay_ms invalid_range", "steps[5].cut invalid_value",
                "steps[6].retry_after invalid_value", "steps[7].retry_after invalid_value",
                "steps[8].body invalid_value", "steps[9].code unknown",
            ]
        ),
    ])
    func refusesBadPlans(body: String, errors: [String]) {
        let call = Calls()
        let answer = call.control("fail", body)
        #expect(answer.status == 422)
        #expect(answer.errors == errors)
        #expect(call("GET", "/a").status == 404)
    }

    /// Whoever plans a failure learns that nothing has met it.
    @Test func plansThatNoRequestHasMetAreTold() {
        let call = Calls()
        func unmatched() -> String {
            let text = call.control("requests").text
            return String(text[(text.range(of: #""unmatched":"#)?.upperBound ?? text.endIndex)...].dropLast())
        }
        #expect(unmatched() == "[]")
        let misspelt = #"{"match":"PUT /v2/engagement/*/contacts","steps":[{"status":503},{}],"repeat":2}"#
        call.control("fail", misspelt)
        call.control("fail", "{\"match\":\"GET /v2/*\",\n\"steps\":[{},{}]}")
        call.control("fail", #"{"match":"GET /v2/tags","steps":[{}]}"#)
        #expect(
            unmatched()
                == #"[\#(misspelt),{"match":"GET /v2/*", "steps":[{},{}]},{"match":"GET /v2/tags","steps":[{}]}]"#)
        // The first one takes the request, and the last never sees it.
        _ = call("GET", "/v2/tags")
        #expect(unmatched() == #"[\#(misspelt),{"match":"GET /v2/tags","steps":[{}]}]"#)
        call.control("requests", #"{"clear":true}"#)
        #expect(unmatched().hasPrefix("[{"), "emptying the list of requests forgets no plan")
        for _ in 0..<2 { _ = call("GET", "/v2/tags") }
        #expect(unmatched() == "[\(misspelt)]", "a plan that is used up was met")
        call.control("fail", #"{"match":"PUT /v2/engagement/*/contacts","steps":[]}"#)
        #expect(unmatched() == "[]")
        call.control("fail", misspelt)
        call.control("reset")
        #expect(unmatched() == "[]")
    }

    @Test func boundsPlansAndSteps() {
        let call = Calls()
        let steps = Array(repeating: "{}", count: FaultPlanReader.stepLimit).joined(separator: ",")
        #expect(call.control("fail", #"{"match":"GET /a","steps":[\#(steps)]}"#).status == 200)
        #expect(call.control("fail", #"{"match":"GET /a","steps":[\#(steps),{}]}"#).errors == ["steps too_long"])
        for number in 1..<FaultPlans.limit {
            #expect(call.control("fail", #"{"match":"GET /\#(number)","steps":[{}]}"#).status == 200)
        }
        #expect(call.control("fail", #"{"match":"GET /b","steps":[{}]}"#).errors == ["match too_many"])
        #expect(call.control("fail", #"{"match":"GET /a","steps":[{}]}"#).status == 200)
    }
}
