import Foundation
import TestSupport
import Testing

/// Answers that are not what they look like, over the wire: another's, a firewall's, a page, and what stands in headers
/// and behind the body.
@Suite(.ownThread)
struct AnswerTests {
    private func message(_ answer: Answer) -> String { answer.string("error", "message") ?? "" }

    // MARK: Another's

    @Test func aReadThatBringsAnothersAnswerGoesOutAgain() throws {
        let server = try FaultServer { request in
            .ok(request.count == 1 ? #"{"id":"ngmt_b","n":1}"# : #"{"n":2,"id":"ngmt_a"}"#)
        }
        let host = try bridge(to: server, attempts: 3)
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(answer.text("result", "data") == #"{"n":2,"id":"ngmt_a"}"#, "\(answer)")
        #expect(answer.int("result", "meta", "attempts") == 2)
        #expect(server.requests.map(\.connection) == [1, 2], "not again on the connection that it came on")
        try host.finish()
    }

    @Test func aWriteThatBringsAnothersAnswerIsUnknown() throws {
        let server = try FaultServer(always: .ok(#"{"object":"engagement","id":"ngmt_\u0062"}"#))
        let host = try bridge(to: server, attempts: 3)
        let calls = [
            ("engagement.replaceContacts", replacement("ngmt_a"), 1, "unknown"),
            ("contact.update", #"{"contact_id":"cnt_a","first_name":"A"}"#, 1, "unknown"),
            ("engagement.addContacts", replacement("ngmt_a"), 3, "no"),
        ]
        for (method, params, attempts, applied) in calls {
            let answer = try host.call(method, params)
            #expect(answer.code == 1004 && answer.kind == "bad_response", "\(answer)")
            #expect(answer.string("error", "data", "applied") == applied, "\(answer)")
            #expect(answer.int("error", "data", "attempts") == attempts, "\(answer)")
            #expect(answer.string("error", "data", "cause")?.contains("ngmt_") == true, "\(answer)")
        }
        #expect(server.requests.count == 5 && server.requests.count { $0.method == "PUT" } == 1)
        try host.finish()
    }

    // MARK: Something stands between

    static let interposed: [Named<Reaction>] = [
        Named("challenge", .answer(202, "", ["x-amzn-waf-action: challenge"], type: "text/html; charset=UTF-8")),
        Named("challenge with JSON", .answer(200, "{}", ["X-Amzn-WAF-Action: challenge"])),
        Named("a page with 200", .answer(200, "<!DOCTYPE html><html></html>", type: "text/html")),
        Named("a page with 202 and no type", .answer(202, " <html>", type: nil)),
        Named("a page that says JSON", .answer(200, "<html>")),
        Named("text that says page", .answer(200, "You are now online", type: "text/html")),
    ]

    @Test(arguments: interposed)
    func whatStandsBetweenIsNotTheAPI(reaction: Named<Reaction>) throws {
        let server = try FaultServer(always: reaction.value)
        let host = try bridge(to: server, attempts: 3)
        let read = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(read.kind == "bad_response" && read.int("error", "data", "attempts") == 2, "\(read)")
        let writes = [
            ("engagement.replaceContacts", replacement("ngmt_a")), ("tag.delete", #"{"tag_id":"tag_a"}"#),
            ("tag.create", #"{"name":"x"}"#),
        ]
        for (method, params) in writes {
            let answer = try host.call(method, params)
            #expect(answer.code == 1004 && answer.kind == "bad_response", "\(answer)")
            #expect(answer.string("error", "data", "applied") == "unknown", "\(answer)")
            #expect(answer.int("error", "data", "attempts") == 1, "\(answer)")
            #expect(message(answer).contains("stands between this program and the API"), "\(answer)")
        }
        try host.finish()
    }

    @Test func aPageInAForbiddingIsNotTheScopes() throws {
        let page = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>"
        let server = try FaultServer(always: .answer(403, page, ["CF-RAY: 1"], type: "text/html; charset=UTF-8"))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(answer.code == 403 && answer.kind == "forbidden", "\(answer)")
        #expect(answer.text("error", "data", "required_scopes") == nil, "\(answer)")
        #expect(message(answer).contains("stands between") && !message(answer).contains("engagements:"), "\(answer)")
        #expect(answer.string("error", "data", "applied") == "no")
        try host.finish()
    }

    // MARK: Headers and trailers

    private static func chunked(_ trailers: String) -> Reaction {
        .raw(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: \"head\"\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\n{}\r\n0\r\n\(trailers)\r\n")
    }

    @Test func aTrailerIsNoHeader() throws {
        let plain = Self.chunked("").steps
        let server = try FaultServer { request in
            guard request.count > 1 else {
                return .raw(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
                        + "ETag: \"tail\"\r\nX-Api-Version: tail\r\n\r\n")
            }
            return request.count > 2 ? Reaction(plain) : Self.chunked("ETag: \"tail\"\r\nX-Amzn-Waf-Action: x\r\n")
        }
        let host = try bridge(to: server)
        let first = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(first.text("result", "data") == "{}", "\(first)")
        #expect(first.text("result", "meta", "etag") == nil && first.text("result", "meta", "api_version") == nil)
        for _ in 0..<2 {
            let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
            #expect(answer.string("result", "meta", "etag") == "\"head\"", "\(answer)")
        }
        try host.finish()
    }

    @Test(arguments: ["no colon at all\r\n", "X-Good: 1\r\nnone\r\n"])
    func aTrailerWithoutAColonIsTheAnswersFault(trailer: String) throws {
        let server = try FaultServer(always: Self.chunked(trailer))
        let host = try bridge(to: server)
        let read = try host.call("engagement.get", #"["ngmt_a"]"#)
        let write = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        for answer in [read, write] where answer.text("result") == nil {
            #expect(answer.kind == "bad_response" && message(answer).contains("The API's answer"), "\(answer)")
        }
        if write.text("result") == nil { #expect(write.string("error", "data", "applied") == "yes", "\(write)") }
        try host.finish()
    }

    @Test func aRedirectNamesItsTarget() throws {
        let location = "https://user:pw@new.example:8443/api/v2/engagements/ngmt_a?token=secret#part"
        let server = try FaultServer(always: .answer(301, "", ["Location: \(location)"]))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(message(answer).contains("https://new.example:8443/api/v2/engagements/ngmt_a,"), "\(answer)")
        for secret in ["pw", "secret", "part"] { #expect(answer.text("error")?.contains(secret) == false, "\(answer)") }
        try host.finish()
    }

    @Test func aDeletionThatIsGoneTheSecondTime() throws {
        let server = try FaultServer(["cnt_a": [.closeBeforeAnswer, .problem(404)]])
        let host = try bridge(to: server, attempts: 3)
        let answer = try host.call("contact.delete", #"{"contact_id":"cnt_a"}"#)
        #expect(answer.code == 404 && answer.int("error", "data", "attempts") == 2, "\(answer)")
        #expect(answer.string("error", "data", "applied") == "unknown")
        #expect(message(answer).contains("an earlier attempt of this call may have deleted it"), "\(answer)")
        try host.finish()
    }

    // MARK: Retry-After

    @Test func aMomentInSecondsIsNoSpan() throws {
        let soon = Int(Date().timeIntervalSince1970) + 30
        for lines in [
            ["Retry-After: \(soon)"], ["Retry-After: \(soon)", "Retry-After: \(soon)"], ["Retry-After: 30, 30"],
        ] {
            let server = try FaultServer { $0.count > 1 ? .ok() : .problem(429, lines) }
            let host = try bridge(to: server)
            let told = try host.call("engagement.get", #"["ngmt_a"]"#).int("error", "data", "retry_after_ms") ?? -1
            #expect(20_000...31_000 ~= told, "\(lines): \(told)")
            try host.finish()
        }
        let past = Int(Date().timeIntervalSince1970) - 5
        let server = try FaultServer { $0.count > 1 ? .ok() : .problem(429, ["Retry-After: \(past)"]) }
        let host = try bridge(to: server, attempts: 2)
        #expect(try host.call("engagement.get", #"["ngmt_a"]"#).int("result", "meta", "attempts") == 2)
        try host.finish()
    }

    @Test func aLongPauseIsToldWithinBounds() throws {
        let server = try FaultServer(always: .problem(503, ["Retry-After: 99999999"]))
        let host = try bridge(to: server)
        let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
        #expect(answer.int("error", "data", "retry_after_ms") == 86_400_000, "\(answer)")
        try host.finish()
    }

    // MARK: Certificates and token

    private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "engagement-rpc-answers-\(UUID().uuidString)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o600)
        defer { unlink(path) }
        try body(path)
    }

    @Test(
        arguments: [
            ([0x30, 0x82, 0x01, 0x0A, 0x30, 0x82], "openssl x509 -inform der"), ([], "no certificate in PEM form"),
            (Array("-----BEGIN PRIVATE KEY-----\n".utf8), "no certificate in PEM form"),
            (Array("<html>".utf8), "no certificate in PEM form"),
        ] as [([UInt8], String)])
    func aFileThatIsNoneOfCertificatesEndsTheStart(bytes: [UInt8], words: String) throws {
        try withFile(bytes) { path in
            let command = try Command(["--ca-file", path])
            #expect(command.ending == .exited(64) && command.errors.contains(words), "\(command)")
            #expect(command.errors.contains((path as NSString).lastPathComponent), "\(command)")
            #expect(command.errors.split(separator: "\n").count == 1)
            let sandbox = try Command(["--sandbox"], environment: ["SSL_CERT_FILE": path])
            #expect(sandbox.ending == .exited(0), "what all programs share is looked at when it is needed")
        }
        let folder = try Command([], environment: ["ENGAGEMENT_RPC_CA_FILE": NSTemporaryDirectory()])
        #expect(folder.ending == .exited(64) && folder.errors.contains("directory"), "\(folder)")
    }

    @Test func aVariableThatPointsNowhereIsNamed() throws {
        let port = try FaultServer.closedPort()
        let environment = ["ENGAGEMENT_RPC_TOKEN": testToken, "SSL_CERT_FILE": "/nowhere/ca.pem"]
        let host = try HostProcess(["--base-url", "https://127.0.0.1:\(port)/api"], environment: environment)
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(message(answer).contains("SSL_CERT_FILE") && message(answer).contains("/nowhere/ca.pem"), "\(answer)")
        #expect(answer.string("error", "data", "applied") == "no" && answer.int("error", "data", "attempts") == 0)
        try host.finish()
        let doctor = try Command(["doctor", "--base-url", "https://127.0.0.1:\(port)/api"], environment: environment)
        #expect(doctor.output.contains("FAIL  certificates") && doctor.output.contains("SSL_CERT_FILE"), "\(doctor)")
        // Over http nothing of it is needed.
        let server = try FaultServer(always: .ok())
        let clear = try bridge(to: server, environment: ["SSL_CERT_FILE": "/nowhere/ca.pem"])
        #expect(try clear.call("engagement.get", #"["ngmt_a"]"#).text("result") != nil)
        try clear.finish()
    }

    @Test(arguments: ["", "\n", "\"quoted\"\n"])
    func aTokenFileThatHoldsNoneAtTheSecondLookIsNamed(content: String) throws {
        try withFile(Array("\(testToken)\n".utf8)) { path in
            let server = try FaultServer { _ in
                try? Data(content.utf8).write(to: URL(fileURLWithPath: path))
                return .problem(401)
            }
            let host = try HostProcess(["--base-url", server.baseURL, "--token-file", path])
            let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
            let fault = content.hasPrefix("\"") ? "the token file has quotes" : "the token file is empty"
            #expect(answer.code == 401 && message(answer).contains(fault), "\(answer)")
            #expect(server.requests.count == 1)
            try host.finish()
        }
    }

    // MARK: Lists

    @Test func aWalkSeesWhatIsEditedMeanwhile() throws {
        let host = try sandbox()
        let answer = try host.call("contact.list", #"{"all":true,"fields":["id","updated_at"]}"#, within: 20)
        let items = try answer.elements("result", "data", "data")
        let times = items.compactMap { $0.string("updated_at") }
        #expect(times.count == items.count && times == times.sorted() && Set(times).count > 1)
        #expect(Set(items.compactMap { $0.string("id") }).count == items.count && items.count == 440)
        let asked = try host.sandboxRequests().compactMap { $0.string("query") }
        #expect(asked.allSatisfy { $0.contains("updated_at") && $0.contains("asc") } && asked.count > 3, "\(asked)")
        let named = try host.call(
            "contact.list", #"{"all":true,"order_by":"updated_at:desc","fields":["id"]}"#, within: 20)
        let newest = try named.elements("result", "data", "data").compactMap { $0.string("id") }
        #expect(newest.reversed().elementsEqual(items.compactMap { $0.string("id") }))
        try host.finish()
    }

    private func list(_ items: String, next: String?) -> Reaction {
        let cursor = next.map { "\"\($0)\"" } ?? "null"
        return .ok(#"{"object":"list","data":[\#(items)],"has_more":\#(next != nil),"next_cursor":\#(cursor)}"#)
    }

    @Test func whatComesAgainInAWalkReplacesTheEarlier() throws {
        let server = try FaultServer { request in
            request.target.contains("cursor=p")
                ? self.list(#"{"id":"cnt_c"},{"id":"cnt_a","v":2}"#, next: nil)
                : self.list(#"{"id":"cnt_a","v":1},{"id":"cnt_b"}"#, next: "p")
        }
        let host = try bridge(to: server)
        let answer = try host.call("contact.list", #"{"all":true}"#)
        let whole = #"[{"id":"cnt_b"},{"id":"cnt_c"},{"id":"cnt_a","v":2}]"#
        #expect(answer.text("result", "data", "data") == whole, "\(answer)")
        try host.finish()
    }

    @Test func noMoreIsGivenThanWasAskedFor() throws {
        let items = (0..<5).map { #"{"id":"cnt_\#($0)"}"# }.joined(separator: ",")
        let server = try FaultServer(always: list(items, next: "p"))
        let host = try bridge(to: server)
        let answer = try host.call("contact.list", #"{"all":true,"max_items":3}"#)
        let ids = try answer.elements("result", "data", "data").compactMap { $0.string("id") }
        #expect(ids == ["cnt_0", "cnt_1", "cnt_2"], "\(answer)")
        #expect(answer.text("result")?.contains(#""stopped_by":{"kind":"max_items""#) == true, "\(answer)")
        try host.finish()
    }
}
