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
        #expect(call.control("requests").text == #"{"requests":[],"unmatched":[]}"#)
        #expect(call.control("requests", #"{"clear":1}"#).errors == ["clear invalid_type"])
    }

    private func times(limit: Int = 10_000, byteLimit: Int = 16 << 20, body: ByteBuffer, count: Int) throws -> [Int] {
        var log = RequestLog(limit: limit, byteLimit: byteLimit)
        let request = IncomingRequest(
            method: Bytes("PUT"), path: Bytes("/api/a"), query: nil, host: nil, authorization: nil, body: body.bytes)
        for number in 0..<count { log.append(request, path: Bytes("/a"), token: .present, atMs: number) }
        let out = ByteBuffer()
        var json = JSONWriter(out)
        log.write(to: &json)
        let shown = try JSONSerialization.jsonObject(with: Data(out.bytes)) as? [[String: Any]] ?? []
        #expect(shown.count == log.count)
        #expect(shown.allSatisfy { ($0["body_cut"] as? Bool == true) == (body.count > RequestLog.bodyLimit) })
        if body.count > RequestLog.bodyLimit {
            #expect(shown.allSatisfy { $0["body_bytes"] as? Int == body.count })
            #expect(shown.allSatisfy { ($0["body"] as? String)?.utf8.count == RequestLog.bodyLimit })
        }
        return shown.compactMap { $0["at_ms"] as? Int }
    }

    @Test func keepsTheNewest() throws {
        for count in [0, 1, 99, 100, 101, 5_000] {
            let expected = Array(max(0, count - 100)..<count)
            #expect(try times(limit: 100, body: ByteBuffer(), count: count) == expected)
        }
    }

    @Test func boundsBodiesAndBytes() throws {
        let large = ByteBuffer(String(repeating: "x", count: 100_000).utf8)
        #expect(try times(byteLimit: 310_000, body: large, count: 7) == [4, 5, 6])
        #expect(try times(byteLimit: 10, body: large, count: 3) == [2])
        let cut = ByteBuffer(String(repeating: "x", count: RequestLog.bodyLimit + 1).utf8)
        #expect(try times(byteLimit: 10, body: cut, count: 2) == [1])
    }
}
