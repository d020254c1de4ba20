import Foundation
import TestSupport
import Testing

/// `cause`: the low-level reason, in the words of whoever found it; and the sentences that speak of what is there.
@Suite(.ownThread)
struct CauseTests {
    private func call(_ host: HostProcess) throws -> Answer {
        try host.call("engagement.replaceContacts", replacement("ngmt_a"), within: 30)
    }

    private func token(_ more: [String: String] = [:]) -> [String: String] {
        ["ENGAGEMENT_RPC_TOKEN": testToken].merging(more) { $1 }
    }

    @Test func aNameWithoutAddressIsNamed() throws {
        let host = try HostProcess(
            ["--base-url", "https://name.invalid/api"] + limit(milliseconds: 3000), environment: token())
        let answer = try call(host)
        #expect(answer.kind == "network" && answer.string("error", "data", "cause")?.contains("name.invalid") == true)
        #expect(answer.string("error", "data", "applied") == "no", "\(answer)")
        try host.finish()
    }

    @Test func aPortWhereNobodyListensIsNamed() throws {
        let port = try FaultServer.closedPort()
        let host = try HostProcess(
            ["--base-url", "http://127.0.0.1:\(port)", "--max-attempts", "1"], environment: token())
        let cause = try call(host).string("error", "data", "cause") ?? ""
        #expect(cause.contains("127.0.0.1") && cause.contains("\(port)"), "\(cause)")
        try host.finish()
    }

    @Test(
        .enabled(if: TLSServer.isPossible, "needs openssl and python3"),
        arguments: [
            (Certificates.Leaf.expired, "expired"), (.selfSigned, "self-signed"), (.unknownIssuer, "issuer"),
            (.wrongName, "127.0.0.1"),
        ])
    func aCertificatesFaultIsNamed(leaf: Certificates.Leaf, word: String) throws {
        let certificates = try Certificates(leaf)
        let server = try TLSServer(.tls, certificates)
        let host = try HostProcess(
            ["--base-url", "https://127.0.0.1:\(server.port)", "--ca-file", certificates.authority],
            environment: token())
        let answer = try call(host)
        let cause = answer.string("error", "data", "cause") ?? ""
        #expect(answer.kind == "tls" && cause.lowercased().contains(word), "\(answer)")
        #expect(cause.contains("127.0.0.1"))
        try host.finish()
    }

    @Test(arguments: [("<html>", "byte 0"), (#"{"a":1,}"#, "byte 7"), ("{}{}", "byte 2")])
    func whereABodyIsNotJSONIsTold(body: String, place: String) throws {
        let server = try FaultServer(always: .answer(200, body, type: "text/html"))
        let host = try bridge(to: server)
        let answer = try call(host)
        let cause = answer.string("error", "data", "cause") ?? ""
        #expect(answer.kind == "bad_response" && cause.contains(place) && cause.contains("text/html"), "\(answer)")
        try host.finish()
    }

    @Test func theTokenIsInNoCause() throws {
        let server = try FaultServer(always: .answer(422, #"{"detail":"no \#(testToken) here"}"#))
        let host = try bridge(to: server)
        let answer = try call(host)
        #expect(answer.text("error", "message")?.contains("no **********") == true, "\(answer)")
        try host.finish()
    }

    // MARK: Proxies

    @Test(arguments: [407, 403, 502, 503])
    func aProxysRefusalIsTold(status: Int) throws {
        let proxy = try FaultServer(
            always: .raw("HTTP/1.1 \(status) No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"))
        let host = try HostProcess(
            ["--base-url", "https://api.example/api"] + limit(milliseconds: 4000),
            environment: token(["https_proxy": proxy.baseURL.replacing("/api", with: "")]))
        let answer = try call(host)
        let isFinal = status < 500
        #expect(answer.kind == "network" && answer.string("error", "data", "applied") == "no", "\(answer)")
        #expect(answer.bool("error", "data", "retryable") == !isFinal)
        #expect(answer.string("error", "data", "cause")?.contains("\(status)") == true, "\(answer)")
        #expect(answer.text("error", "message")?.contains("(\(status))") == true, "\(answer)")
        #expect(answer.text("error", "message")?.contains("login") == (status == 407))
        #expect(answer.int("error", "data", "attempts") == 0)
        // What never left is no attempt: up to five tries, as far as the call's time goes.
        #expect(isFinal ? proxy.count("CONNECT", "api.example") == 1 : proxy.count("CONNECT", "api.example") > 3)
        try host.finish()
    }

    @Test func aProxysNameWithoutAddressIsNamed() throws {
        let host = try HostProcess(
            ["--base-url", "https://api.example/api", "--max-attempts", "1"],
            environment: token(["https_proxy": "http://user:secret@proxy.invalid:3128"]))
        let answer = try call(host)
        #expect(answer.string("error", "data", "cause")?.contains("proxy.invalid") == true, "\(answer)")
        #expect(answer.text("error")?.contains("secret") == false)
        try host.finish()
    }

    static let malformedProxies = [
        "http://user:geheim/x@127.0.0.1:9", "http://user:x#geheim@127.0.0.1:9", "http://user:x?geheim@127.0.0.1:9",
        "http://user:x@geheim@127.0.0.1:9", "http://user:geheim @127.0.0.1:9", "http://user:geheim@127.0.0.1:port",
        "http://user:geheim@127.0.0.1:99999", "htp://user:geheim@127.0.0.1:9", "http://geheim/x:y@127.0.0.1:9",
        "http:/user:geheim@127.0.0.1:9", "user:geheim@127.0.0.1:port", "http://user:geheim", "http://user:geheim@",
        "http://user:geheim@[::1", "http://user:geheim@127.0.0.1:9",
    ]

    /// However the variable that holds it is malformed.
    @Test(arguments: malformedProxies, ["https_proxy", "ALL_PROXY"])
    func aProxysPasswordIsInNoText(value: String, variable: String) throws {
        let address = ["--base-url", "https://api.example/api", "--log-level", "debug"]
        let host = try HostProcess(
            address + ["--max-attempts", "1"] + limit(milliseconds: 3000), environment: token([variable: value]))
        let answer = try call(host)
        #expect(answer.code != nil && !answer.description.contains("geheim"), "\(answer)")
        try host.finish()
        #expect(!host.errorText.contains("geheim"), "\(host.errorText)")
        let doctor = try Command(["doctor"] + address, environment: token([variable: value]), within: 20)
        #expect(doctor.ending == .exited(1) && doctor.output.contains(variable), "\(doctor)")
        #expect(!doctor.output.contains("geheim") && !doctor.errors.contains("geheim"), "\(doctor)")
    }

    // MARK: Sentences

    /// Characters that are not seen, or that move what is seen, and marks without end: as a terminal, a log and a
    /// question show them.
    @Test(arguments: ["text", "json"])
    func nothingOfTheAPIsWordsIsHidden(format: String) throws {
        let hidden = "\u{2060}\u{AD}\u{180E}\u{E0041}\u{202E}\u{9B}"
        let flood = "e" + String(repeating: "\u{301}", count: 400)
        let body = #"{"title":"Conflict","detail":"There\u001b[2J is\#(hidden) one\#(flood)."}"#
        let server = try FaultServer(always: .answer(409, body, type: "application/problem+json"))
        let host = try bridge(to: server, ["--log-level", "debug", "--log-format", format])
        let answer = try call(host)
        try host.finish()
        #expect(answer.code == 409 && answer.message.contains("one"), "\(answer)")
        for text in [answer.message, host.errorText] {
            let scalars = text.unicodeScalars
            #expect(!scalars.contains { hidden.unicodeScalars.contains($0) || $0 == "\u{1B}" }, "\(answer)")
            #expect(scalars.count { $0 == "\u{301}" } < 20, "\(answer)")
        }
    }

    static let refusals: [(Int, String, String)] = [
        (422, #"{"errors":{"contact_ids":["is invalid"]}}"#, "data.errors"), (422, #"{"errors":["x"]}"#, "data.errors"),
        (422, "<html><body>No</body></html>", "not JSON"), (422, #"{"title":"Unprocessable"}"#, ": Unprocessable."),
        (400, "", "did not say why"), (409, #"{"detail":"There is one."}"#, ": There is one."),
        (413, "<html>", "send less"), (431, "", "token"), (451, "", "legal"), (405, "", "base URL"), (410, "", "gone"),
    ]

    @Test(arguments: refusals)
    func theSentenceHelps(status: Int, body: String, words: String) throws {
        let server = try FaultServer(always: .answer(status, body, type: "text/html"))
        let host = try bridge(to: server)
        let answer = try call(host)
        #expect(answer.code == status && answer.text("error", "message")?.contains(words) == true, "\(answer)")
        let pointsThere = answer.text("error", "message")?.contains("data.errors") == true
        #expect(pointsThere == (answer.text("error", "data", "errors") != nil), "\(answer)")
        try host.finish()
    }

    /// A network of one's own has a loopback interface that is down.
    @Test(.enabled(if: getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/unshare"), "needs root"))
    func aLoopbackThatIsDownIsSaid() throws {
        for arguments in [["--base-url", "http://127.0.0.1:9"], ["--sandbox"]] {
            var setup = Setup(
                ["-n", Setup.binary, "call", "engagement.get", #"["ngmt_a"]"#] + arguments, environment: token())
            (setup.program, setup.checks) = ("/usr/bin/unshare", .text)
            let host = try HostProcess(setup)
            let ending = try host.waitForExit(within: 20)
            #expect(ending == .exited(1))
            #expect(
                (host.outputText + host.errorText).contains("loopback interface"), "\(host.outputText)\(host.errorText)"
            )
        }
    }
}
