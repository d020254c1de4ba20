import Foundation
import TestSupport
import Testing

/// A proxy that is itself spoken to over TLS, and whom `--ca-file` makes trusted: besides the system's, for both.
@Suite(.ownThread, .enabled(if: TLSServer.isPossible))
struct ProxyTrustTests {
    private static let established = Reaction.raw("HTTP/1.1 200 Connection established\r\n\r\n").steps

    /// A proxy and the API behind it in one.
    private static func proxy(over security: FaultServer.Security) throws -> FaultServer {
        try FaultServer(over: security) { request in
            request.method == "CONNECT"
                ? Reaction(established + [.startTLS]) : .ok(SampleCall.answer(to: request))
        }
    }

    private static func environment(_ proxy: FaultServer) -> [String: String] {
        let url = proxy.baseURL.replacing("/api", with: "")
        return ["ENGAGEMENT_RPC_TOKEN": testToken, "https_proxy": url]
    }

    @Test(arguments: SampleCall.allCases)
    func aProxyOverTLSIsGoneThrough(sample: SampleCall) throws {
        let proxy = try Self.proxy(over: .tls)
        let authority = try #require(Certificates.shared).authority
        let host = try HostProcess(
            ["--base-url", "https://api.test/api", "--ca-file", authority], environment: Self.environment(proxy))
        let answer = try host.call(sample, "a")
        #expect(answer.int("result", "meta", "attempts") == 1, "\(answer)")
        #expect(sample.count(proxy, "a") == 1)
        let asked = try #require(proxy.requests.first)
        #expect(asked.method == "CONNECT" && asked.fields.allSatisfy { !$0.value.contains("e2e.0123") })
        try host.finish()
    }

    /// Whose certificate it was that is not trusted: nobody should look for the fault at the other end.
    @Test func theProxysCertificateIsNamedAsThat() throws {
        let proxy = try Self.proxy(over: .tls)
        let host = try HostProcess(["--base-url", "https://api.test/api"], environment: Self.environment(proxy))
        let answer = try host.call(.put, "a")
        #expect(answer.kind == "tls" && answer.applied == "no" && answer.attempts == 0, "\(answer)")
        #expect(answer.message.contains("proxy") && !answer.message.contains("api.test"), "\(answer)")
        #expect(proxy.connections == 1 && proxy.requests.isEmpty)
        try host.finish()
    }

    @Test(arguments: [false, true])
    func theAPIsCertificateIsNamedAsThat(proxySpeaksTLS: Bool) throws {
        let proxy = try Self.proxy(over: proxySpeaksTLS ? .tls : .clear)
        let authority = try #require(Certificates.shared).authority
        let host = try HostProcess(
            ["--base-url", "https://elsewhere.test/api", "--ca-file", authority],
            environment: Self.environment(proxy))
        let answer = try host.call(.put, "a")
        #expect(answer.kind == "tls" && answer.applied == "no" && answer.attempts == 0, "\(answer)")
        #expect((answer.message + (answer.string("error", "data", "cause") ?? "")).contains("elsewhere.test"))
        #expect(!answer.message.contains("the proxy's certificate"), "\(answer)")
        #expect(proxy.count("CONNECT", "elsewhere.test") == 1)
        try host.finish()
    }

    /// The system's file of certificates holds one authority, and `--ca-file` another.
    @Test(arguments: [false, true])
    func theSystemsTrustStays(isBehindProxy: Bool) throws {
        var probe = Setup(["-m", "mount", "-t", "tmpfs", "none", "/etc/ssl"])
        probe.program = "/usr/bin/unshare"
        guard (try? Command(probe).ending) == .exited(0) else { return print("skipped: mounts are not allowed here") }
        let (system, other) = (try #require(Certificates.shared), try Certificates(.good))
        let server = try Self.proxy(over: .tls)
        let script = """
            mount -t tmpfs none /etc/ssl && mkdir /etc/ssl/certs && cp "$1" /etc/ssl/certs/ca-certificates.crt &&
            shift && exec "$@"
            """
        let base = isBehindProxy ? "https://api.test/api" : server.baseURL
        let command = [Setup.binary, "--base-url", base, "--ca-file"]
        var token = ["ENGAGEMENT_RPC_TOKEN": testToken]
        if isBehindProxy { token = Self.environment(server) }
        // Which of both is the system's must not matter.
        for (trusted, given) in [(system, other), (other, system)] {
            var setup = Setup(
                ["-m", "sh", "-c", script, "sh", trusted.authority] + command + [given.authority], environment: token)
            setup.program = "/usr/bin/unshare"
            let host = try HostProcess(setup)
            let answer = try host.call(.get, "a")
            #expect(answer.text("result", "data") != nil, "\(answer)")
            try host.finish()
        }
    }
}
