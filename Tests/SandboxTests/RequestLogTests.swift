import Bytes
import Foundation
import JSON
import Testing

@testable import Sandbox

/// What the `requests` control path shows.
@Suite struct RequestLogTests {
    @Test func logsWhatCameIn() throws {
        let call = Calls()
        _ = call("PUT", RuleTests.put, "{\"contact_ids\":\r\n[ ]}", atMs: 7)
        _ = call("GET", "/v2/users?search=\"\\", atMs: 9)
        _ = call("GET", "/v2/nothing", "not JSON", atMs: 10)
        let deep = String(repeating: "[", count: 510) + String(repeating: "]", count: 510)
        _ = call("GET", "/v2/nothing", deep, atMs: 11)
        let shown = call.control("requests", #"{"clear":true}"#)
        let requests = try #require(shown.json["requests"] as? [[String: Any]])
        #expect(requests.count == 4)
        #expect(requests[0]["path"] as? String == RuleTests.put)
        #expect(requests[0]["at_ms"] as? Int == 7)
        #expect(requests[0]["token"] as? String == "present")
        #expect(requests[0]["query"] == nil)
        #expect(((requests[0]["body"] as? [String: Any])?["contact_ids"] as? [Any])?.isEmpty == true)
        #expect(requests[1]["query"] as? String == "search=\"\\")
        #expect(requests[1]["body"] == nil)
        #expect(requests[2]["body"] as? String == "not JSON")
        #expect(requests[3]["body"] is String)
        #expect(!shown.text.contains("\n") && !shown.text.contains("\r") && !shown.text.contains("tok\""))
        #expect(call.control("requests").text == #"{"requests":[]}"#)
        #expect(call.control("requests", #"{"clear":1}"#).errors == ["clear invalid_type"])
    }

    @Test func keepsTheNewestTenThousand() throws {
        let call = Calls()
        for number in 0..<25_000 { _ = call("GET", "/v2/tags/x", atMs: number) }
        let requests = try #require(call.control("requests").json["requests"] as? [[String: Any]])
        #expect(requests.count == 10_000)
        #expect(requests.first?["at_ms"] as? Int == 15_000 && requests.last?["at_ms"] as? Int == 24_999)
    }

    @Test func boundsBodiesAndBytes() throws {
        var log = RequestLog(byteLimit: 200_000)
        let body = ByteBuffer(String(repeating: "x", count: 100_000).utf8)
        let request = IncomingRequest(
            method: Bytes("PUT"), path: Bytes("/api/a"), query: nil, host: nil, authorization: nil, body: body.bytes)
        for number in 0..<7 { log.append(request, path: Bytes("/a"), token: .present, atMs: number) }
        let out = ByteBuffer()
        var json = JSONWriter(out)
        log.write(to: &json)
        withExtendedLifetime(body) {}
        let requests = try #require(try JSONSerialization.jsonObject(with: Data(out.bytes)) as? [[String: Any]])
        #expect(requests.map { $0["at_ms"] as? Int } == [4, 5, 6])
        #expect(requests[2]["body_bytes"] as? Int == 100_000 && requests[2]["body_cut"] as? Bool == true)
        #expect((requests[2]["body"] as? String)?.utf8.count == RequestLog.bodyLimit)
    }
}
