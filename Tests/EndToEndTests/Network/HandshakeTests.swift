import TestSupport
import Testing

/// What ends inside a TLS handshake, before a request could leave: an end is the network's, an alert that names a fault
/// is TLS's.
@Suite(.ownThread, .enabled(if: TLSServer.isPossible))
struct HandshakeTests {
    static let ends: [Named<Reaction>] = [
        Named("FIN", Reaction([.close])), Named("RST", Reaction([.reset])),
        // The first bytes of a ServerHello, and no more.
        Named("FIN inside a message", Reaction([.send([0x16, 3, 3, 0, 0x7A, 2, 0, 0]), .close])),
    ]

    /// Behind a proxy the client's first bytes come after the proxy's 200.
    private static func tunnel(_ end: Reaction) -> Reaction {
        Reaction(established + [.hear] + end.steps)
    }

    private static let established = Reaction.raw("HTTP/1.1 200 Connection established\r\n\r\n").steps

    private func host(through proxy: FaultServer) throws -> HostProcess {
        let authority = try #require(Certificates.shared).authority
        return try HostProcess(
            ["--base-url", "https://api.test/api", "--ca-file", authority],
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken, "https_proxy": "http://127.0.0.1:\(proxy.port)"])
    }

    /// Nothing was sent: any method is made again, and that is no attempt.
    @Test(arguments: ends, SampleCall.allCases)
    func anEndIsTriedAgain(end: Named<Reaction>, sample: SampleCall) throws {
        let server = try FaultServer(over: .handshake { $0 < 3 ? end.value : nil }) {
            .ok(SampleCall.answer(to: $0))
        }
        let host = try bridge(to: server, attempts: 3)
        let answer = try host.call(sample, "a", within: 20)
        #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        #expect(sample.count(server, "a") == 1 && server.connections == 3)
        try host.finish()
    }

    @Test(arguments: ends, SampleCall.allCases)
    func anEndBehindAProxyIsTriedAgain(end: Named<Reaction>, sample: SampleCall) throws {
        let proxy = try FaultServer(over: .clear) { request in
            guard request.method == "CONNECT" else { return .ok(SampleCall.answer(to: request)) }
            return request.count < 3 ? Self.tunnel(end.value) : Reaction(Self.established + [.startTLS])
        }
        let host = try host(through: proxy)
        let answer = try host.call(sample, "a", within: 20)
        #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        #expect(sample.count(proxy, "a") == 1 && proxy.count("CONNECT", "api.test:443") == 3)
        try host.finish()
    }

    @Test(arguments: ends, [false, true])
    func oneThatStaysIsTheNetworks(end: Named<Reaction>, isBehindProxy: Bool) throws {
        let server = try FaultServer(over: isBehindProxy ? .clear : .handshake { _ in end.value }) { _ in
            Self.tunnel(end.value)
        }
        let host = isBehindProxy ? try host(through: server) : try bridge(to: server, attempts: 3)
        let start = Deadline.now
        for sample in [SampleCall.get, .patch] {
            let before = server.connections
            let answer = try host.call(sample, "a", within: 20)
            #expect(answer.kind == "network" && answer.bool("error", "data", "retryable") == true, "\(answer)")
            #expect(answer.attempts == 0 && answer.applied == (sample == .get ? nil : "no"), "\(answer)")
            #expect(!answer.message.contains("clock"), "nothing is wrong with a certificate: \(answer)")
            #expect((2...5).contains(server.connections - before), "\(server.connections - before) tries")
        }
        #expect(Deadline.now - start < 2 * bound(8.5))
        try host.finish()
    }

    /// Who takes the connection and says nothing of TLS is told as that, and not as one who takes none.
    @Test(arguments: [SampleCall.get, .patch])
    func silenceIsNotToldAsAConnectionThatIsNotTaken(sample: SampleCall) throws {
        let server = try FaultServer(over: .handshake { _ in Reaction([.hang]) }, always: .ok())
        let host = try bridge(to: server)
        let answer = try host.call(sample, "a", within: 20)
        #expect(answer.attempts == 0 && answer.applied == (sample == .get ? nil : "no"), "\(answer)")
        #expect(answer.message.contains("took the connection, but TLS with it did not come about"), "\(answer)")
        try host.finish()
    }

    /// Fatal alerts in clear, as a server sends them in answer to the client's first message.
    static let alerts: [Named<UInt8>] = [
        Named("handshake_failure", 40), Named("bad_certificate", 42), Named("unknown_ca", 48),
        Named("access_denied", 49), Named("protocol_version", 70), Named("insufficient_security", 71),
        Named("unrecognized_name", 112), Named("certificate_required", 116),
    ]

    @Test(arguments: alerts, [false, true])
    func anAlertThatNamesAFaultIsTLSAndToldOnce(alert: Named<UInt8>, isBehindProxy: Bool) throws {
        let reaction = Reaction([.send([0x15, 3, 3, 0, 2, 2, alert.value]), .close])
        let server = try FaultServer(over: isBehindProxy ? .clear : .handshake { _ in reaction }) { _ in
            Self.tunnel(reaction)
        }
        let host = isBehindProxy ? try host(through: server) : try bridge(to: server, attempts: 3)
        for sample in [SampleCall.get, .put, .patch] {
            let before = server.connections
            let answer = try host.call(sample, "a")
            #expect(answer.kind == "tls" && answer.bool("error", "data", "retryable") == false, "\(answer)")
            #expect(answer.attempts == 0 && answer.applied == (sample == .get ? nil : "no"), "\(answer)")
            #expect(server.connections - before == 1, "once")
        }
        try host.finish()
    }

    /// TLS 1.3 tells a client that it lacks a certificate only after the handshake, when the request is on its way.
    @Test(arguments: [SampleCall.get, .put, .create, .patch])
    func aCertificateOfOursThatIsWantedIsTLS(sample: SampleCall) throws {
        let server = try FaultServer(over: .clientTLS, always: .ok())
        let host = try bridge(to: server, attempts: 3)
        let answer = try host.call(sample, "a")
        #expect(answer.kind == "tls" && answer.bool("error", "data", "retryable") == false, "\(answer)")
        #expect(answer.applied == (sample == .get ? nil : "no"), "\(answer)")
        #expect(answer.message.contains("certificate"), "\(answer)")
        #expect(server.connections == 1 && server.requests.isEmpty)
        try host.finish()
    }
}
