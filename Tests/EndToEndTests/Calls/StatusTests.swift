import TestSupport
import Testing

/// What the API refuses, and how it is told: status by status, through the sandbox's planned failures.
@Suite(.ownThread, .overTLSOnRelease)
struct StatusTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let status: Int
        let kind: String
        let retryable: Bool
        /// For a write.
        let applied: String
        var testDescription: String { "\(status)" }

        init(_ status: Int, _ kind: String, retryable: Bool = false, applied: String = "no") {
            (self.status, self.kind, self.retryable, self.applied) = (status, kind, retryable, applied)
        }
    }

    static let rows = [
        Row(400, "bad_request"), Row(401, "unauthorized"), Row(403, "forbidden"), Row(404, "not_found"),
        Row(405, "unexpected_status"), Row(408, "unexpected_status", retryable: true, applied: "unknown"),
        Row(409, "conflict"), Row(410, "unexpected_status"), Row(412, "precondition_failed"),
        Row(413, "unexpected_status"), Row(415, "unexpected_status"), Row(418, "unexpected_status"),
        Row(422, "unprocessable"), Row(428, "unexpected_status"), Row(429, "rate_limited", retryable: true),
        Row(431, "unexpected_status"), Row(500, "server_error", retryable: true, applied: "unknown"),
        Row(502, "server_error", retryable: true, applied: "unknown"),
        Row(503, "server_error", retryable: true, applied: "unknown"),
        Row(504, "server_error", retryable: true, applied: "unknown"),
        Row(501, "server_error", applied: "unknown"), Row(505, "server_error", applied: "unknown"),
    ]

    private static let problem =
        #"{"type":"https://x.test/e","title":"Title","status":1,"detail":"Detail.","#
        + #""request_id":"rid_01","more":1.0,"#
        + #""errors":[{"field":"contact_ids","code":"invalid_range","message":"Bad."}]}"#

    @Test(arguments: rows)
    func aRefusalIsToldInFull(row: Row) throws {
        let host = try sandbox("--max-attempts", "1")
        let step = #"{"status":\#(row.status),"body":\#(Self.problem)}"#
        try host.fail("GET /v2/engagements/*", step)
        try host.fail("PUT /v2/engagements/*", step)
        let read = try host.call("engagement.get", #"["ngmt_sandbox01"]"#)
        let write = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01"))
        for answer in [read, write] {
            #expect(answer.code == row.status && answer.kind == row.kind, "\(answer)")
            #expect(answer.int("error", "data", "status") == row.status)
            #expect(answer.bool("error", "data", "retryable") == row.retryable)
            #expect(answer.int("error", "data", "attempts") == 1)
            #expect(answer.string("error", "data", "request_id") == "rid_01")
            #expect(answer.string("error", "data", "api_version") != nil)
            #expect(answer.text("error", "data", "problem") == Self.problem, "\(answer)")
            #expect(answer.string("error", "data", "errors", "0", "field") == "contact_ids")
            #expect(answer.string("error", "data", "errors", "0", "code") == "invalid_range")
            #expect(answer.string("error", "data", "errors", "0", "message") == "Bad.")
            #expect((answer.text("error", "data", "required_scopes") != nil) == (row.status == 403))
            #expect(answer.text("error", "data", "retry_after_ms") == nil)
        }
        #expect(read.text("error", "data", "applied") == nil)
        #expect(write.string("error", "data", "applied") == row.applied)
        #expect(try host.sandboxRequests().count == 2)
        try host.finish()
    }

    @Test(arguments: [429, 503], [1, 3, 60])
    func retryAfterIsPassedOn(status: Int, seconds: Int) throws {
        let host = try sandbox("--max-attempts", "1")
        try host.fail("PUT /v2/*", #"{"status":\#(status),"retry_after":\#(seconds)}"#)
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01"))
        #expect(answer.code == status)
        #expect(answer.int("error", "data", "retry_after_ms") == seconds * 1000, "\(answer)")
        #expect(answer.bool("error", "data", "retryable") == true)
        try host.finish()
    }

    @Test(arguments: ["-1", "1.", "1, 2", "soon", "12345678901", "", "0x10", "+5", "1e3"])
    func anUnreadableRetryAfterIsAsIfAbsent(value: String) throws {
        let server = try FaultServer(always: .problem(429, ["Retry-After: \(value)"]))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(answer.code == 429)
        #expect(answer.text("error", "data", "retry_after_ms") == nil, "\(answer)")
        try host.finish()
    }

    @Test func twoRetryAftersAreNone() throws {
        let server = try FaultServer(always: .problem(429, ["Retry-After: 1", "Retry-After: 9"]))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(answer.text("error", "data", "retry_after_ms") == nil, "\(answer)")
        try host.finish()
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func retryAfterMayBeADate(date: String) throws {
        let server = try FaultServer(
            always: .problem(429, ["Date: Sun, 06 Nov 1994 08:49:30 GMT", "Retry-After: \(date)"]))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(answer.int("error", "data", "retry_after_ms") == 7000, "\(answer)")
        try host.finish()
    }

    @Test(arguments: [301, 302, 303, 307, 308, 300])
    func redirectsAreNotFollowed(status: Int) throws {
        let elsewhere = try FaultServer(always: .ok())
        let port = elsewhere.port
        let locations = [
            "http://127.0.0.1:\(port)/api/v2/engagements/ngmt_a", "file:///etc/passwd", "/api/v2/engagements/ngmt_b",
            "https://user:pw@localhost:\(port)/",
        ]
        let server = try FaultServer { request in
            .answer(status, "{}", ["Location: " + locations[(request.count - 1) % locations.count]])
        }
        let host = try bridge(to: server)
        for _ in locations {
            for call in [("engagement.get", #"["ngmt_a"]"#), ("engagement.replaceContacts", replacement("ngmt_a"))] {
                let answer = try host.call(call.0, call.1)
                #expect(answer.code == status && answer.kind == "unexpected_status", "\(answer)")
                #expect(answer.bool("error", "data", "retryable") == false)
            }
        }
        #expect(server.requests.count == 2 * locations.count)
        #expect(elsewhere.requests.isEmpty)
        try host.finish()
    }

    /// Error bodies that are not what the API promises. The HTTP status counts, and the answer stays whole.
    static let oddProblems: [Named<String>] = [
        Named("wrong types", #"{"type":1,"title":[],"status":"x","detail":{},"request_id":7,"errors":"none"}"#),
        Named("other status", #"{"status":200,"title":"OK","detail":"fine"}"#),
        Named("errors of wrong types", #"{"errors":[1,null,{},{"field":1,"code":null,"message":[]},"x"]}"#),
        Named("errors is an object", #"{"errors":{"contact_ids":["bad"]}}"#), Named("empty object", "{}"),
        Named("array", "[]"), Named("string", "\"no\""), Named("null", "null"), Named("number", "1e400"),
        Named("HTML in detail", #"{"title":"<b>","detail":"<script>alert(1)</script>"}"#),
        Named("relative type", #"{"type":"/errors/x","instance":"../y"}"#),
        Named("duplicate members", #"{"title":"a","title":"b","errors":[],"errors":[]}"#),
        Named("controls in detail", #"{"detail":"\u001b]0;x\u0007 \u202e \n\r \u0000 \ud800"}"#),
    ]

    @Test(arguments: oddProblems, [400, 422, 500])
    func anOddProblemIsPassedOnWhole(body: Named<String>, status: Int) throws {
        let server = try FaultServer(always: .answer(status, body.value, type: "application/problem+json"))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(answer.code == status && answer.int("error", "data", "status") == status, "\(answer)")
        #expect(answer.text("error", "data", "problem") == body.value, "\(answer)")
        for entry in try answer.elements("error", "data", "errors") {
            #expect(entry.names().allSatisfy { entry.string($0) != nil }, "wrong types are absent: \(answer)")
        }
        #expect(answer.string("error", "message")?.unicodeScalars.contains { $0.value < 0x20 } == false)
        try host.finish()
    }

    @Test(arguments: ["", "<html>no</html>", "{", "{}{}", "{\"a\":1,}"])
    func anErrorBodyThatIsNotJSONIsLeftOut(body: String) throws {
        let server = try FaultServer(always: .answer(502, body, type: "text/html"))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(answer.code == 502 && answer.kind == "server_error", "\(answer)")
        #expect(answer.text("error", "data", "problem") == nil)
        try host.finish()
    }

    @Test func aHugeDetailIsCutInTheMessage() throws {
        let detail = String(repeating: "x", count: 5 << 20)
        let server = try FaultServer(always: .answer(422, #"{"title":"T","detail":"\#(detail)"}"#))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#, within: 20)
        #expect(answer.code == 422)
        #expect((answer.string("error", "message")?.utf8.count ?? 0) < 2000)
        #expect(answer.text("error", "data", "problem", "detail")?.utf8.count == detail.utf8.count + 2)
        try host.finish()
    }
}
