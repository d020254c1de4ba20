import TestSupport
import Testing

/// What libcurl does by itself when it is let: send again, wait for "100 Continue", go through proxies.
@Suite(.ownThread, .overTLSOnRelease)
struct CurlHabitTests {
    static let endings: [Named<Reaction>] = [
        Named("closed", .closeBeforeAnswer), Named("reset", .resetBeforeAnswer),
    ]

    /// Every connection brings one answer; the next request on it is read, and the connection ends. libcurl sends such
    /// a request up to six times, and what it found dead stays in its pool of connections for nobody else.
    @Test(arguments: endings, [1, 2, 3])
    func everyRequestOnTheWireIsAnAttempt(ending: Named<Reaction>, attempts: Int) throws {
        let server = try FaultServer { request in
            request.target.contains("ngmt_warm") ? Reaction.ok().after(milliseconds: 50) : ending.value
        }
        let host = try bridge(to: server, attempts: attempts)
        let warm = try (0..<8).map { try host.begin("engagement.get", #"["ngmt_warm\#($0)"]"#) }
        for id in warm { #expect(try host.answer(to: id).text("result") != nil) }
        #expect(server.connections == 8)
        for round in 0..<4 {
            let id = "ngmt_\(round)"
            let answer = try host.call("engagement.replaceContacts", replacement(id))
            #expect(answer.code == 1001 && answer.string("error", "data", "applied") == "unknown", "\(answer)")
            #expect(server.count("PUT", id) == attempts, "as often as is allowed and not once more")
            #expect(answer.int("error", "data", "attempts") == attempts, "\(answer)")
        }
        try host.finish()
    }

    /// Sixteen pooled connections are closed by the server; the sixteen calls after that find sixteen dead ones.
    @Test(arguments: ["GET", "PUT"])
    func aPoolThatDiedCostsNothing(method: String) throws {
        let server = try FaultServer { request in
            guard request.target.contains("ngmt_warm") else { return .ok() }
            return Reaction.ok().after(milliseconds: 100).then(.wait(milliseconds: 300)).then(.close)
        }
        let host = try bridge(to: server, attempts: 3)
        for round in 0..<3 {
            let warm = try (0..<16).map { try host.begin("engagement.get", #"["ngmt_warm\#(round)x\#($0)"]"#) }
            for id in warm { #expect(try host.answer(to: id).text("result") != nil) }
            try host.wait(within: 5, for: "the end of the connections") { server.openConnections == 0 }
            let names = (0..<16).map { "ngmt_\(round)y\($0)y" }
            let ids = try names.map {
                method == "GET"
                    ? try host.begin("engagement.get", #"["\#($0)"]"#)
                    : try host.begin("engagement.replaceContacts", replacement($0))
            }
            for (name, id) in zip(names, ids) {
                let answer = try host.answer(to: id)
                let attempts = try #require(answer.int("result", "meta", "attempts"), "\(answer)")
                #expect(server.count(method, name) == 1 && attempts <= 2, "\(answer)")
            }
        }
        try host.finish()
    }

    /// Sixteen pooled connections that end with their next request. The second attempt must not find another of them,
    /// neither where fifteen idle ones are left nor under a burst.
    @Test(arguments: ["GET", "PUT"])
    func aPoolThatDiesUnderItsCallsCostsOneAttempt(method: String) throws {
        let server = try FaultServer { request in
            request.countOnConnection > 1 ? .closeBeforeAnswer : Reaction.ok().after(milliseconds: 100)
        }
        let host = try bridge(to: server, attempts: 2)
        let warm = try (0..<16).map { try host.begin("engagement.get", #"["ngmt_warm\#($0)"]"#) }
        for id in warm { #expect(try host.answer(to: id).text("result") != nil) }
        #expect(server.connections == 16)
        func begin(_ name: String) throws -> String {
            method == "GET"
                ? try host.begin("engagement.get", #"["\#(name)"]"#)
                : try host.begin("engagement.replaceContacts", replacement(name))
        }
        func check(_ name: String, _ id: String) throws {
            let answer = try host.answer(to: id)
            #expect(answer.int("result", "meta", "attempts") == server.count(method, name), "\(answer)")
        }
        for name in (0..<4).map({ "ngmt_a\($0)a" }) { try check(name, begin(name)) }
        let names = (0..<16).map { "ngmt_b\($0)b" }
        for (name, id) in zip(names, try names.map(begin)) { try check(name, id) }
        try host.finish()
    }

    @Test func noRequestWaitsForContinue() throws {
        let server = try FaultServer(always: .ok())
        let host = try bridge(to: server)
        let contacts = (0..<60_000).map { "cnt_01HQY3JMS2\($0 + 100_000)" }
        for list in [["cnt_1"], contacts, contacts] {
            #expect(try host.call("engagement.replaceContacts", replacement("ngmt_a", list)).text("result") != nil)
        }
        #expect(server.requests.allSatisfy { $0["expect"] == nil })
        #expect(server.requests.map(\.body.count).max() ?? 0 > 1 << 20)
        try host.finish()
    }

    private static let proxyVariables = [
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "HTTP_PROXY",
    ]

    @Test(arguments: ["http://127.0.0.1:1", "socks5h://127.0.0.1:1", "http://nobody.invalid:8080", "%%:%%", "\u{1}"])
    func proxiesAreNotForLoopback(rubbish: String) throws {
        let environment = Dictionary(uniqueKeysWithValues: Self.proxyVariables.map { ($0, rubbish) })
        let server = try FaultServer(always: .ok())
        for base in [server.baseURL, server.baseURL.replacing("127.0.0.1", with: "localhost")] {
            let host = try HostProcess(
                ["--base-url", base, "--max-attempts", "1"],
                environment: environment.merging(["ENGAGEMENT_RPC_TOKEN": testToken]) { $1 })
            let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
            #expect(answer.text("result", "data") != nil, "\(answer)")
            try host.finish()
        }
        let sandbox = try HostProcess(["--sandbox"], environment: environment)
        #expect(try sandbox.call("engagement.get", #"["ngmt_sandbox01"]"#).text("result", "data") != nil)
        try sandbox.finish()
    }

    /// Refused by the proxy, not by the API; and the proxy saw the host's name and nothing of the request.
    @Test(arguments: [302, 401, 403, 407, 422, 429, 502, 503])
    func aProxysRefusalIsNotTheAPIs(status: Int) throws {
        let proxy = try FaultServer(over: .clear, always: .problem(status, ["Retry-After: 7"]))
        let host = try HostProcess(
            ["--base-url", "https://api.test/api", "--max-attempts", "1"],
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken, "https_proxy": "http://127.0.0.1:\(proxy.port)"])
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(answer.code == 1001 && answer.kind == "network", "\(answer)")
        #expect(answer.string("error", "message")?.contains("proxy") == true, "\(answer)")
        #expect(answer.string("error", "data", "applied") == "no" && answer.int("error", "data", "attempts") == 0)
        #expect(answer.text("error", "data", "status") == nil && answer.text("error", "data", "retry_after_ms") == nil)
        let asked = try #require(proxy.requests.first)
        #expect(asked.method == "CONNECT" && asked.target == "api.test:443")
        #expect(asked.fields.allSatisfy { !$0.value.contains("e2e.0123") && $0.name != "authorization" })
        try host.finish()
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func anotherHostNeverSeesTheToken(status: Int) throws {
        let elsewhere = try FaultServer(always: .ok())
        let target = "http://localhost:\(elsewhere.port)/api/v2/engagements/ngmt_a"
        let server = try FaultServer(always: .answer(status, "{}", ["Location: \(target)"]))
        let host = try bridge(to: server, attempts: 3)
        for call in [("engagement.get", #"["ngmt_a"]"#), ("engagement.replaceContacts", replacement("ngmt_a"))] {
            let answer = try host.call(call.0, call.1)
            #expect(answer.code == status && answer.kind == "unexpected_status", "\(answer)")
        }
        #expect(server.requests.count == 2 && elsewhere.connections == 0)
        try host.finish()
    }
}
