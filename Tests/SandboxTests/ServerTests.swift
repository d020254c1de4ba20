import Foundation
import Testing

@testable import Sandbox

/// The server over real sockets.
@Suite struct ServerTests {
    let server: SandboxServer

    init() throws { server = try SandboxServer.start() }

    private func client() -> RawClient { RawClient(port: server.port, token: server.token) }

    @Test func servesManyRequestsOnOneConnection() throws {
        let client = client()
        for number in 1...12 {
            let id = "ngmt_sandbox" + (number < 10 ? "0" : "") + "\(number)"
            let answer = try #require(client.call("GET", "/api/v2/engagements/\(id)"))
            #expect(answer.status == 200)
            #expect(answer.json["id"] as? String == id)
            #expect(answer.fields["content-type"] == "application/json")
            #expect(answer.fields["x-api-version"] == "2026-06-01")
            #expect(answer.fields["x-request-id"] == "rid_sandbox\(number)")
            #expect(answer.fields["etag"]?.count == 18)
            #expect(answer.fields["connection"] == nil)
        }
    }

    @Test func sendsALongTranscriptWhole() throws {
        let client = client()
        client.send(client.text("GET", "/api/v2/engagements/ngmt_sandbox04?expand=transcript"))
        usleep(100_000)  // so that the server has to wait for room
        let answer = try #require(client.answer())
        let transcript = try #require(answer.json["transcript"] as? String)
        #expect(transcript.utf8.count > 900_000)
        #expect(transcript.contains("C:\\elephants") && transcript.contains("我们下周再谈价格"))
        #expect(client.call("GET", "/api/v2/users/usr_sandbox01")?.status == 200)
    }

    @Test func answersPipelinedRequestsInOrder() throws {
        let client = client()
        let paths = ["/api/v2/users/usr_sandbox01", "/api/v2/nothing", "/api/v2/tags/tag_sandbox02"]
        client.send(paths.map { client.text("GET", $0) }.joined())
        #expect(client.answer()?.json["id"] as? String == "usr_sandbox01")
        #expect(client.answer()?.status == 404)
        #expect(client.answer()?.json["id"] as? String == "tag_sandbox02")
    }

    @Test func answersPipelinedRequestsBehindADelay() throws {
        let client = client()
        let plan = #"{"match":"GET /v2/users/*","steps":[{"delay_ms":50}]}"#
        #expect(client.call("POST", "/api/sandbox/fail", body: plan)?.status == 200)
        client.send(["usr_sandbox01", "usr_sandbox02"].map { client.text("GET", "/api/v2/users/\($0)") }.joined())
        #expect(client.answer()?.json["id"] as? String == "usr_sandbox01")
        #expect(client.answer()?.json["id"] as? String == "usr_sandbox02")
    }

    @Test func refusesAnotherHost() throws {
        let client = client()
        for host in ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", "", "evil.example:\(server.port)"] {
            client.send(client.text("GET", "/api/v2/users", host: host))
            let answer = try #require(client.answer())
            #expect(answer.status == 403)
            #expect(answer.fields["content-type"] == "application/problem+json")
        }
        client.send(client.text("GET", "/api/v2/users", host: "LocalHost:\(server.port)"))
        #expect(client.answer()?.status == 200)
        #expect(client.call("POST", "/api/sandbox/requests", body: "{}")?.text.contains("evil") == false)
    }

    @Test func refusesAMissingOrWrongToken() throws {
        let client = client()
        let wrong = ["Bearer", "Bearer x", "Bearer \(server.token)0", server.token, "Basic \(server.token)"]
        for authorization in [""] + wrong {
            for path in ["/api/v2/users", "/api/sandbox/reset"] {
                client.send(client.text("GET", path, authorization: authorization))
                let answer = try #require(client.answer())
                #expect(answer.status == 401)
                #expect(answer.fields["www-authenticate"]?.hasPrefix("Bearer ") == true)
            }
        }
        let log = try #require(client.call("POST", "/api/sandbox/requests")?.json["requests"] as? [[String: Any]])
        #expect(log.map { $0["token"] as? String } == ["absent"] + Array(repeating: "wrong", count: 5))
        #expect(server.token.count == 64)
    }

    @Test(arguments: ["before", "headers", "body"], [nil, 503])
    func cutsAnAnswer(cut: String, status: Int?) throws {
        let steps = status.map { #"[{"cut":"\#(cut)","status":\#($0)}]"# } ?? #"[{"cut":"\#(cut)"}]"#
        let plan = #"{"match":"PUT /v2/engagements/*/contacts","steps":\#(steps)}"#
        #expect(client().call("POST", "/api/sandbox/fail", body: plan)?.status == 200)
        let client = client()
        let path = "/api/v2/engagements/ngmt_sandbox01/contacts"
        client.send(client.text("PUT", path, body: #"{"contact_ids":["cnt_sandbox09"]}"#))
        let got = try #require(client.rest())
        switch cut {
        case "before": #expect(got.isEmpty)
        case "headers":
            #expect(got.hasPrefix("HTTP/1.1 \(status ?? 200) "))
            #expect(!got.contains("\r\n\r\n"))
        default:
            let parts = got.components(separatedBy: "\r\n\r\n")
            let length = parts[0].components(separatedBy: "Content-Length: ")[1].prefix { $0.isNumber }
            #expect(parts[1].utf8.count == (Int(length) ?? 0) / 2)
        }
        let read = try #require(self.client().call("GET", "/api/v2/engagements/ngmt_sandbox01?expand=contacts"))
        #expect(read.text.contains("cnt_sandbox09") == (status == nil))
    }

    @Test func keepsDelaysInOrderAndServesOthersMeanwhile() throws {
        let plan = #"{"match":"PUT /v2/*","steps":[{"delay_ms":300},{"delay_ms":60}]}"#
        #expect(client().call("POST", "/api/sandbox/fail", body: plan)?.status == 200)
        let (slow, quick, other) = (client(), client(), client())
        let path = "/api/v2/engagements/ngmt_sandbox02/contacts"
        let start = Date()
        slow.send(slow.text("PUT", path, body: #"{"contact_ids":["cnt_sandbox01"]}"#))
        // The log tells that the first has arrived.
        while other.call("POST", "/api/sandbox/requests")?.text.contains("cnt_sandbox01") != true {}
        quick.send(quick.text("PUT", path, body: #"{"contact_ids":["cnt_sandbox02"]}"#))
        #expect(other.call("GET", "/api/v2/users")?.status == 200)
        #expect(quick.answer()?.status == 200)
        #expect(Date().timeIntervalSince(start) >= 0.06)
        #expect(slow.answer()?.status == 200)
        #expect(Date().timeIntervalSince(start) >= 0.3)
        // The one that came first was carried out last, so it is what stays.
        let read = try #require(other.call("GET", "/api/v2/engagements/ngmt_sandbox02?expand=contacts"))
        #expect(read.text.contains("cnt_sandbox01") && !read.text.contains("cnt_sandbox02"))
    }

    @Test func carriesOutWhatItsClientNoLongerWaitsFor() throws {
        let plan = #"{"match":"PUT /v2/*","steps":[{"delay_ms":50}]}"#
        #expect(client().call("POST", "/api/sandbox/fail", body: plan)?.status == 200)
        let path = "/api/v2/engagements/ngmt_sandbox02/contacts"
        do {
            let leaving = client()
            leaving.send(leaving.text("PUT", path, body: #"{"contact_ids":["cnt_sandbox01"]}"#))
        }
        let client = client()
        let end = Date().addingTimeInterval(10)
        var isDone = false
        while !isDone, Date() < end {
            let read = client.call("GET", "/api/v2/engagements/ngmt_sandbox02?expand=contacts")
            isDone = read?.text.contains("cnt_sandbox01") == true
        }
        #expect(isDone)
    }

    @Test func servesManyClientsAtOnce() throws {
        let clients = (0..<256).map { _ in client() }
        for round in 0..<4 {
            for client in clients { client.send(client.text("GET", "/api/v2/contacts/cnt_sandbox1\(round)")) }
            for client in clients { #expect(client.answer()?.json["id"] as? String == "cnt_sandbox1\(round)") }
        }
    }

    /// Whoever opens many connections and says nothing, or nothing that opens a door, keeps nobody out.
    ///
    /// One after the other: side by side they need more descriptors than a process may have.
    @Test(.serialized, arguments: ["", "G", "GET /api/v2/users HTTP/1.1\r\nHost: x\r\n\r\n"])
    func silentConnectionsMakeRoom(text: String) throws {
        let owner = client()
        #expect(owner.call("GET", "/api/v2/users")?.status == 200)
        let idle = (0..<Self.floodSize).map { _ in client() }
        for client in idle where !text.isEmpty { client.send(text) }
        let start = Date()
        for _ in 0..<20 { #expect(client().call("GET", "/api/v2/users")?.status == 200) }
        #expect(owner.call("GET", "/api/v2/users")?.status == 200, "who has shown the token stays")
        #expect(Date().timeIntervalSince(start) < 5)
        withExtendedLifetime(idle) {}
    }

    /// More than the server takes at once; as many as this process may open, where that is less.
    private static let floodSize: Int = {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        (limit.rlim_cur) = min(limit.rlim_max, 16_384)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return min(1_100, Int(clamping: limit.rlim_cur) / 2 - 100)
    }()

    @Test func answersParallelClients() async throws {
        let (port, token) = (server.port, server.token)
        let answered = await withTaskGroup(of: Int.self) { group in
            for number in 0..<64 {
                group.addTask {
                    let client = RawClient(port: port, token: token)
                    return (0..<20).reduce(0) { sum, turn in
                        let body = #"{"contact_ids":["cnt_sandbox\#(10 + (number + turn) % 30)"]}"#
                        let path = "/api/v2/engagements/ngmt_sandbox0\(1 + number % 9)"
                        let put = client.call("PUT", path + "/contacts", body: body)?.status
                        let get = client.call("GET", path + "?expand=contacts")?.status
                        return sum + (put == 200 && get == 200 ? 1 : 0)
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(answered == 64 * 20)
    }

    @Test func answersExpectContinue() throws {
        let client = client()
        let path = "/api/v2/engagements/ngmt_sandbox01/contacts"
        let text = client.text("PUT", path, body: #"{"contact_ids":[]}"#, extra: "Expect: 100-continue\r\n")
        let head = text.firstRange(of: "\r\n\r\n").map { String(text[..<$0.upperBound]) } ?? ""
        client.send(head)
        #expect(client.answer()?.status == 100)
        client.send(String(text.dropFirst(head.count)))
        #expect(client.answer()?.status == 200)
    }

    @Test func takesChunkedBodies() throws {
        let client = client()
        let head = client.text(
            "PUT", "/api/v2/engagements/ngmt_sandbox01/contacts", extra: "Transfer-Encoding: chunked\r\n")
        client.send(head + "5\r\n{\"con\r\n0000f;x=y\r\ntact_ids\":[17]}\r\n0\r\nTrailer: 1\r\n\r\n")
        let answer = try #require(client.answer())
        #expect(answer.status == 422)
        #expect(answer.text.contains("contact_ids[0]"))
    }

    struct Malformed: CustomTestStringConvertible {
        let text: String
        let status: Int
        var testDescription: String { "\(status): \(text.prefix(80).debugDescription)" }
    }

    static let malformed = [
        ("GET / HTTP/1.0\r\n\r\n", 403), ("GET / HTTP/3.7\r\n\r\n", 505), ("GET /\r\n\r\n", 400), ("\0\0\0\n", 400),
        ("GET / HTTP/1.1\nHost: x\n\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400), ("G@T / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400), ("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 33554433\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n", 417),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{7F}\r\n\r\n", 400),
        ("GET /" + String(repeating: "a", count: 1 << 16) + " HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 300) + "\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "y", count: 1 << 20), 431),
    ].map { Malformed(text: $0, status: $1) }

    @Test(arguments: malformed)
    func refusesMalformedRequests(_ test: Malformed) throws {
        let client = client()
        client.send(test.text)
        let got = try #require(client.rest())
        #expect(got.hasPrefix("HTTP/1.1 \(test.status) "))
        #expect(got.contains("Connection: close\r\n"))
        #expect(self.client().call("GET", "/api/v2/users")?.status == 200)
    }

    @Test func closesWhenAskedTo() throws {
        let client = client()
        client.send(client.text("GET", "/api/v2/tags/tag_sandbox01", extra: "Connection: close\r\n"))
        #expect(try #require(client.rest()).contains("Connection: close\r\n"))
        let old = self.client()
        for _ in 0..<2 {
            let text = old.text("GET", "/api/v2/tags/tag_sandbox01", extra: "Connection: Keep-Alive\r\n")
            old.send(text.replacingOccurrences(of: "HTTP/1.1", with: "HTTP/1.0"))
            #expect(old.answer()?.fields["connection"] == "keep-alive")
        }
    }

    @Test func stopsOnceAndTwice() throws {
        let client = client()
        #expect(client.call("GET", "/api/v2/users")?.status == 200)
        server.stop()
        server.stop()
        #expect(client.rest() == "")
        #expect(self.client().call("GET", "/api/v2/users") == nil)
    }

    @Test func startsTheSameEachTime() throws {
        let other = try SandboxServer.start()
        #expect(other.port != server.port && other.token != server.token)
        let second = RawClient(port: other.port, token: other.token)
        let path = "/api/v2/engagements?limit=100&expand=companies,contacts,owner,action_items,signals,media_url,tags"
        let first = try #require(client().call("GET", path))
        #expect(first.body == second.call("GET", path)?.body)
        #expect((first.json["data"] as? [Any])?.count == 100)
        other.stop()
    }

    @Test func survivesRandomBytes() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let client = client()
            var bytes = Array(client.text("PUT", "/api/v2/engagements/ngmt_sandbox01/contacts", body: "{}").utf8)
            for _ in 0..<3 { bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255) }
            client.send(bytes)
        }
        #expect(client().call("GET", "/api/v2/users")?.status == 200)
    }
}
