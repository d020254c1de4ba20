import Foundation
import TestSupport
import Testing

/// TLS: what is trusted, what is refused, and that a refusal sends nothing, falls back to nothing and is not tried
/// again.
@Suite(.ownThread, .enabled(if: TLSServer.isPossible))
struct TLSTests {
    private func host(
        _ server: TLSServer, _ authority: String?, _ arguments: [String] = [], environment: [String: String] = [:]
    ) throws -> HostProcess {
        let trust = authority.map { ["--ca-file", $0] } ?? []
        return try HostProcess(
            ["--base-url", "https://127.0.0.1:\(server.port)/api"] + trust + arguments,
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken].merging(environment) { $1 })
    }

    @Test(arguments: [["ENGAGEMENT_RPC_CA_FILE"], ["SSL_CERT_FILE"], []])
    func aCertificateOfAGivenAuthorityIsTaken(variable: [String]) throws {
        let certificates = try Certificates(.good)
        let server = try TLSServer(.tls, certificates)
        let environment = Dictionary(uniqueKeysWithValues: variable.map { ($0, certificates.authority) })
        let host = try host(server, variable.isEmpty ? certificates.authority : nil, environment: environment)
        #expect(try host.call("engagement.get", #"["ngmt_a"]"#).text("result", "data") == "{}")
        let write = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(write.int("result", "meta", "attempts") == 1, "\(write)")
        try host.finish()
        #expect(try server.count("request") == 2)
        #expect(try server.count("connection") == 1, "the connection is used again")
    }

    @Test(arguments: [true, false])
    func doctorTellsWhetherTheCertificateIsTrusted(isTrusted: Bool) throws {
        let certificates = try Certificates(.good)
        let server = try TLSServer(.tls, certificates)
        let trust = isTrusted ? ["--ca-file", certificates.authority] : []
        let command = try Command(
            ["doctor", "--base-url", "https://127.0.0.1:\(server.port)/api"] + trust,
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        #expect(command.output.contains("ok    TLS") == isTrusted, "\(command.output)")
        #expect(command.output.contains("FAIL  TLS") == !isTrusted, "\(command.output)")
        #expect(try server.count("request") == (isTrusted ? 1 : 0))
    }

    /// The file that libcurl was built for is not there, and another distribution's is.
    @Test(arguments: ["ca-bundle.pem", "cert.pem", "elsewhere.pem"])
    func theUsualPlacesOfOtherDistributionsAreTried(name: String) throws {
        var probe = Setup(["-m", "mount", "-t", "tmpfs", "none", "/etc/ssl"])
        probe.program = "/usr/bin/unshare"
        guard (try? Command(probe).ending) == .exited(0) else { return print("skipped: mounts are not allowed here") }
        let certificates = try Certificates(.good)
        let server = try TLSServer(.tls, certificates)
        let script = #"mount -t tmpfs none /etc/ssl && cp "$1" "/etc/ssl/$2" && shift 2 && exec "$@""#
        var setup = Setup(
            ["-m", "sh", "-c", script, "sh", certificates.authority, name, Setup.binary, "doctor", "--base-url"]
                + ["https://127.0.0.1:\(server.port)/api"], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        setup.program = "/usr/bin/unshare"
        let command = try Command(setup)
        if name != "elsewhere.pem" {
            #expect(
                command.output.contains("ok    TLS") && command.output.contains("by /etc/ssl/\(name)"), "\(command)")
        } else {
            #expect(command.output.contains("FAIL  TLS") && command.output.contains("no file of"), "\(command)")
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let mode: TLSServer.Mode
        let leaf: Certificates.Leaf
        var givesAuthority = true
        var testDescription: String { name }
    }

    static let refused = [
        Row(name: "unknown issuer", mode: .tls, leaf: .unknownIssuer),
        Row(name: "issuer not given", mode: .tls, leaf: .good, givesAuthority: false),
        Row(name: "self-signed", mode: .tls, leaf: .selfSigned),
        Row(name: "intermediate missing", mode: .tls, leaf: .missingIntermediate),
        Row(name: "wrong name", mode: .tls, leaf: .wrongName), Row(name: "expired", mode: .tls, leaf: .expired),
        Row(name: "TLS 1.1 only", mode: .tls1_1, leaf: .good), Row(name: "plain HTTP", mode: .plain, leaf: .good),
    ]

    @Test(arguments: refused)
    func aRefusalIsToldAtOnceAndSendsNothing(row: Row) throws {
        let certificates = try Certificates(row.leaf)
        let server = try TLSServer(row.mode, certificates)
        let host = try host(server, row.givesAuthority ? certificates.authority : nil, ["--max-attempts", "3"])
        let calls = [("engagement.get", #"["ngmt_a"]"#), ("engagement.replaceContacts", replacement("ngmt_a"))]
        for (method, params) in calls {
            let answer = try host.call(method, params)
            #expect(answer.code == 1003 && answer.kind == "tls", "\(answer)")
            #expect(answer.bool("error", "data", "retryable") == false, "\(answer)")
            #expect(answer.int("error", "data", "attempts") == 0, "\(answer)")
            #expect(answer.string("error", "data", "applied") == (method == "engagement.get" ? nil : "no"), "\(answer)")
        }
        try host.finish()
        #expect(try server.count("connection") == calls.count, "one connection a call: nothing is tried again")
        #expect(try server.count("request") == 0)
    }

    @Test func aServerThatNeverShakesHandsIsGivenUp() throws {
        let certificates = try Certificates(.good)
        let server = try TLSServer(.silent, certificates)
        let host = try host(server, certificates.authority, ["--max-attempts", "1"] + limit(milliseconds: 1000))
        let start = Deadline.now
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(
            answer.code == 1002 && answer.kind == "timeout" && answer.bool("error", "data", "retryable") == true,
            "\(answer)")
        #expect(answer.string("error", "data", "applied") == "no" && answer.int("error", "data", "attempts") == 0)
        #expect((0.9...bound(1.3)).contains(Deadline.now - start))
        try host.finish()
    }

    /// libcurl would write what decrypts the connection into the file that this variable names.
    @Test func noSecretsOfTLSAreWritten() throws {
        let certificates = try Certificates(.good)
        let server = try TLSServer(.tls, certificates)
        let keys = certificates.folder + "/keys"
        let host = try host(server, certificates.authority, environment: ["SSLKEYLOGFILE": keys])
        #expect(try host.call("engagement.get", #"["ngmt_a"]"#).text("result", "data") == "{}")
        try host.finish()
        #expect(!FileManager.default.fileExists(atPath: keys))
    }

    private func host(through proxy: TLSServer, _ certificates: Certificates, attempts: Int) throws -> HostProcess {
        try HostProcess(
            [
                "--base-url", "https://elsewhere.test/api", "--ca-file", certificates.authority, "--max-attempts",
                "\(attempts)",
            ], environment: ["ENGAGEMENT_RPC_TOKEN": testToken, "https_proxy": "http://127.0.0.1:\(proxy.port)"])
    }

    @Test func aProxyIsGoneThroughAndSeesNothing() throws {
        let certificates = try Certificates(.wrongName)
        let proxy = try TLSServer(.tunnel, certificates)
        let host = try host(through: proxy, certificates, attempts: 1)
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(
            answer.int("result", "meta", "attempts") == 1 && answer.text("result", "meta", "etag") == nil, "\(answer)")
        let shown = try proxy.lines().filter { $0.hasPrefix("proxy") }
        #expect(shown.first == "proxy CONNECT elsewhere.test:443 HTTP/1.1")
        #expect(shown.allSatisfy { !$0.contains("e2e.0123") && !$0.lowercased().contains("authorization") })
        try host.finish()
    }

    /// The proxy's own 200 is not the API's.
    @Test(arguments: [1, 2])
    func whatAProxySaysIsNotTheAnswer(attempts: Int) throws {
        let certificates = try Certificates(.wrongName)
        let proxy = try TLSServer(.tunnelCut, certificates)
        let host = try host(through: proxy, certificates, attempts: attempts)
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(answer.kind == "network" && answer.text("error", "data", "status") == nil, "\(answer)")
        #expect(answer.string("error", "data", "applied") == "unknown", "\(answer)")
        #expect(answer.int("error", "data", "attempts") == attempts, "\(answer)")
        try host.finish()
        #expect(try proxy.count("request") == attempts)
    }
}
