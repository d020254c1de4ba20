import Foundation
import Glibc
import TestSupport
import Testing

/// `engagement-rpc sandbox` and `--sandbox-at`: one workspace for several processes.
@Suite(.ownThread)
struct SharedSandboxTests {
    private static let get = #"{"engagement_id":"ngmt_sandbox02","expand":["contacts"],"fields":["contacts.id"]}"#

    private func contacts(_ host: HostProcess) throws -> String? {
        try host.call("engagement.get", Self.get).text("result", "data", "contacts")
    }

    @Test func itPrintsOneLine() throws {
        let shared = try SharedSandbox()
        #expect(shared.url.wholeMatch(of: /http:\/\/127\.0\.0\.1:\d+\/api/) != nil, "\(shared.url)")
        shared.host.closeInput()
        #expect(try shared.host.waitForExit() == .exited(0))
        #expect(shared.host.outputText == shared.url + "\n" && shared.host.errorBytes.isEmpty)
    }

    @Test func twoProcessesSeeEachOthersWrites() throws {
        let shared = try SharedSandbox()
        let (one, other) = (try shared.client(), try shared.client())
        #expect(try contacts(one) == "[]" && contacts(other) == "[]")
        let written = try one.call(
            "engagement.replaceContacts", replacement("ngmt_sandbox02", ["cnt_sandbox01", "cnt_sandbox07"]))
        #expect(written.code == nil, "\(written)")
        #expect(try contacts(other) == #"[{"id":"cnt_sandbox01"},{"id":"cnt_sandbox07"}]"#)
        try one.finish()
        // A write whose process is killed in the middle of it is carried out all the same.
        #expect(try other.call("sandbox.fail", #"{"match":"PUT *","steps":[{"delay_ms":300}]}"#).code == nil)
        let killed = try shared.client()
        _ = try killed.begin("engagement.replaceContacts", replacement("ngmt_sandbox02", ["cnt_sandbox09"]))
        try other.wait(within: 10, for: "the write") {
            try other.call("sandbox.requests").text("result", "data")?.contains("cnt_sandbox09") == true
        }
        killed.signal(SIGKILL)
        #expect(try killed.waitForExit() == .killed(SIGKILL))
        try other.wait(within: 10, for: "its end") { try contacts(other) == #"[{"id":"cnt_sandbox09"}]"# }
        #expect(try shared.call("engagement.get", Self.get).output.contains("cnt_sandbox09"))
        try other.finish()
        #expect(try shared.client().call("service.info").bool("result", "sandbox") == true)
    }

    /// What the methods do that steer it, they do for every process.
    @Test func allSteerTheSameSandbox() throws {
        let shared = try SharedSandbox()
        let (one, other) = (try shared.client("--max-attempts", "1"), try shared.client("--max-attempts", "1"))
        let plan = #"{"match":"GET /v2/engagements/*","steps":[{"status":503},{"cut":"before"}]}"#
        #expect(try one.call("sandbox.fail", plan).code == nil)
        #expect(try other.call("engagement.get", Self.get).code == 503)
        #expect(try other.call("engagement.get", Self.get).code == 1001)
        #expect(try contacts(other) == "[]")
        #expect(try one.call("sandbox.scopes", #"{"scopes":["tags:read"]}"#).code == nil)
        let refused = try other.call("engagement.get", Self.get)
        #expect(refused.code == 403, "\(refused)")
        let seen = try one.call("sandbox.requests", #"{"clear":true}"#).text("result", "data") ?? ""
        #expect(seen.split(separator: #""token":"present""#).count == 5, "\(seen)")
        #expect(try other.call("sandbox.requests").text("result", "data", "requests") == "[]")
        #expect(try other.call("sandbox.reset").code == nil)
        #expect(try contacts(one) == "[]")
        for host in [one, other] { try host.finish() }
    }

    /// As the API is used: with a token, and without the methods that steer.
    @Test func itsURLIsABaseURL() throws {
        let shared = try SharedSandbox()
        for token in [testToken, "eyJ0.any.token"] {
            let host = try HostProcess(["--base-url", shared.url], environment: ["ENGAGEMENT_RPC_TOKEN": token])
            #expect(try contacts(host) == "[]")
            #expect(try host.call("sandbox.reset").code == -32601)
            try host.finish()
        }
        let none = try Command(["call", "engagement.get", "ngmt_sandbox02", "--base-url", shared.url])
        #expect(none.ending == .exited(1) && none.errors.contains("token"), "\(none)")
    }

    /// A token that is there for the API goes nowhere else, and a source of tokens is not asked.
    @Test func itNeedsNoToken() throws {
        let server = try FaultServer(always: .ok())
        let url = server.baseURL.replacing("https:", with: "http:")
        let host = try HostProcess(
            ["--sandbox-at", url, "--token-command", "exit 3"],
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken, "ENGAGEMENT_RPC_SANDBOX_AT": ""])
        _ = try host.call("engagement.get", Self.get)
        try host.finish()
        if url == server.baseURL { #expect(!server.requests.isEmpty) }
        #expect(server.requests.allSatisfy { $0["authorization"]?.contains("apik") == false })
        let shared = try SharedSandbox()
        let told = try Command(
            ["call", "engagement.get", "ngmt_sandbox02"], environment: ["ENGAGEMENT_RPC_SANDBOX_AT": shared.url])
        #expect(told.ending == .exited(0), "\(told)")
        let doctor = try Command(["doctor", "--sandbox-at", shared.url])
        #expect(doctor.ending == .exited(0) && doctor.output.contains(shared.url), "\(doctor)")
    }

    // MARK: The end

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func aSignalEndsIt(signal: Int32) throws {
        let shared = try SharedSandbox()
        let client = try shared.client()
        #expect(try contacts(client) == "[]")
        shared.host.signal(signal)
        #expect(try shared.host.waitForExit() == .exited(0))
        #expect(try client.call("engagement.get", Self.get).code == 1001)
    }

    @Test(arguments: [Setup.Wiring.pipe, .socket, .terminal]) func endOfInputEndsIt(input: Setup.Wiring) throws {
        let shared = try SharedSandbox(input: input)
        // What is written to it has no meaning.
        try shared.host.send(line: String(repeating: "x", count: 100))
        #expect(try shared.call("engagement.get", "ngmt_sandbox01").ending == .exited(0))
        shared.host.closeInput()
        #expect(try shared.host.waitForExit() == .exited(0))
        #expect(shared.host.errorText.contains("--sandbox-at") == (input == .terminal))
    }

    /// Whoever gives it no stdin learns why it has gone.
    @Test(arguments: [Setup.Wiring.file("/dev/null"), .closed]) func withoutInputItEndsAtOnce(input: Setup.Wiring)
        throws
    {
        let shared = try SharedSandbox(input: input)
        #expect(try shared.host.waitForExit() == .exited(0))
        #expect(shared.host.errorText.contains("as long as stdin"), "\(shared.host.errorText)")
    }

    @Test func descriptorsThatCannotBeUsed() throws {
        for (input, output) in [(Setup.Wiring.pipe, Setup.Wiring.closed), (.pipe, .file("/dev/full"))] {
            var setup = Setup(["sandbox"])
            (setup.input, setup.output, setup.checks) = (input, output, .text)
            let command = try Command(setup)
            #expect(command.ending == .exited(74) && command.errors.contains("stdout"), "\(command)")
        }
        let shared = try SharedSandbox(input: .file("/"))
        #expect(try shared.host.waitForExit() == .exited(74))
    }

    // MARK: Settings

    static let refused: [(arguments: [String], variables: [String: String], words: [String])] = [
        (["--sandbox-at", "http://127.0.0.1:9/api", "--sandbox"], [:], ["--sandbox-at and --sandbox"]),
        (
            ["--sandbox-at", "http://127.0.0.1:9/api", "--base-url", "http://127.0.0.1:9/api"], [:],
            ["--sandbox-at and --base-url"]
        ),
        (
            ["--sandbox-at", "http://127.0.0.1:9/api"], ["ENGAGEMENT_RPC_SANDBOX": "1"],
            ["--sandbox-at and ENGAGEMENT_RPC_SANDBOX"]
        ),
        (
            ["--sandbox"], ["ENGAGEMENT_RPC_SANDBOX_AT": "http://127.0.0.1:9/api"],
            ["ENGAGEMENT_RPC_SANDBOX_AT and --sandbox"]
        ),
        (["--sandbox-at", "http://example.com/api"], [:], ["--sandbox-at", "127.0.0.1"]),
        (["--sandbox-at", "https://127.0.0.1:9/api"], [:], ["--sandbox-at"]),
        (["--sandbox-at", "http://127.0.0.1.example.com/api"], [:], ["--sandbox-at"]),
        (["--sandbox-at", "http://user@127.0.0.1:9/api"], [:], ["--sandbox-at"]),
        (["--sandbox-at", "http://127.0.0.1:9/"], [:], ["--sandbox-at"]),
        (["--sandbox-at", "127.0.0.1:9/api"], [:], ["--sandbox-at"]), (["--sandbox-at"], [:], ["needs a value"]),
        (["--port", "8080"], [:], ["--port belongs to sandbox"]),
        (["sandbox", "--port", "65536"], [:], ["0 to 65535"]), (["sandbox", "--port", "-1"], [:], ["0 to 65535"]),
        (["sandbox", "more"], [:], ["sandbox takes flags only"]),
        (["sandbox", "--compact"], [:], ["--compact belongs to call"]),
        (["sandbox", "--sandbox-at", "http://127.0.0.1:9/api"], [:], ["--sandbox-at"]),
        (["--clock", "2026-01-01T00:00:00Z"], [:], ["--clock belongs to --sandbox and to sandbox"]),
        (
            ["--clock", "2026-01-01T00:00:00Z", "--sandbox-at", "http://127.0.0.1:9/api"], [:],
            ["--clock belongs to the process that runs the sandbox"]
        ),
        (["sandbox", "--clock", "2026-01-01"], [:], ["RFC 3339"]),
        (["sandbox", "--clock", "2026-02-30T00:00:00Z"], [:], ["RFC 3339"]),
        (["sandbox", "--clock", "1969-12-31T23:59:59Z"], [:], ["RFC 3339"]),
        (["sandbox", "--clock", "now"], [:], ["RFC 3339"]),
        (["sandbox", "--clock", "9999-12-31T23:59:59Z"], [:], ["RFC 3339", "to 9998"]),
        (["sandbox", "--clock", "9998-12-31T23:59:59-23:59"], [:], ["RFC 3339"]),
        (["sandbox", "--journal", "/tmp/none/journal"], [:], ["--journal means nothing to sandbox"]),
        (["sandbox", "--read-only"], [:], ["--read-only means nothing to sandbox"]),
        (["--token-file", "/tmp/none/token", "sandbox"], [:], ["--token-file means nothing to sandbox"]),
    ]

    @Test(arguments: refused)
    func whatDoesNotGoTogether(row: (arguments: [String], variables: [String: String], words: [String])) throws {
        let command = try Command(row.arguments, environment: row.variables)
        #expect(command.ending == .exited(64) && command.output.isEmpty, "\(command)")
        #expect(command.errors.split(separator: "\n").count == 1, "\(command.errors)")
        for word in row.words { #expect(command.errors.contains(word), "\(command.errors)") }
    }

    /// A variable for the others does not keep anyone from running a sandbox.
    @Test func theVariableIsForThoseThatUseIt() throws {
        let command = try Command(["sandbox"], environment: ["ENGAGEMENT_RPC_SANDBOX_AT": "http://127.0.0.1:9/api"])
        #expect(command.ending == .exited(0) && command.output.hasSuffix("/api\n"), "\(command)")
    }

    @Test func variablesForTheOthersMeanNothing() throws {
        let command = try Command(
            ["sandbox"], environment: ["ENGAGEMENT_RPC_JOURNAL": "/tmp/none/journal", "ENGAGEMENT_RPC_READ_ONLY": "1"])
        #expect(command.ending == .exited(0) && command.output.hasSuffix("/api\n"), "\(command)")
    }

    @Test func itsHelpHasAllOfItsFlags() throws {
        let help = try Command(["help", "sandbox"]).output
        for flag in ["--port N", "--seed PATH", "--clock TIME"] { #expect(help.contains("\n  \(flag) "), "\(help)") }
        #expect(!help.contains("\n  --sandbox"), "\(help)")
    }

    @Test func aPortThatAnotherHas() throws {
        let shared = try SharedSandbox()
        let port = try #require(shared.url.split(separator: ":").last?.prefix { $0 != "/" })
        let second = try Command(["sandbox", "--port", String(port)])
        #expect(second.ending == .exited(64) && second.output.isEmpty, "\(second)")
        #expect(second.errors.split(separator: "\n").count == 1 && second.errors.contains("Port \(port) "))
    }

    /// The port that the system chose is there for the next sandbox, though connections of the first linger on it.
    @Test func aPortOfAnEarlierSandbox() throws {
        let first = try SharedSandbox()
        let port = try #require(first.url.split(separator: ":").last?.prefix { $0 != "/" })
        let client = try first.client()
        #expect(try contacts(client) == "[]")
        first.host.signal(SIGKILL)
        #expect(try first.host.waitForExit() == .killed(SIGKILL))
        let second = try SharedSandbox(["--port", String(port)])
        #expect(second.url == first.url)
        #expect(try contacts(client) == "[]")
        try client.finish()
    }

    // MARK: Ids and times

    /// What two writes make, by ids and times.
    private func made(_ host: HostProcess) throws -> [String?] {
        let created = try host.call("contact.create", #"{"first_name":"A"}"#)
        let read = try host.call("contact.get", #"["cnt_sandbox01"]"#)
        let again = try host.call("tag.create", #"{"name":"t"}"#)
        try host.finish()
        return [created, again].flatMap { answer in
            ["id", "created_at", "updated_at"].map { answer.string("result", "data", $0) }
        } + [read.string("result", "data", "updated_at")]
    }

    @Test(arguments: [
        ([], "2026-07-01T00:00:01.000Z", "2026-07-01T00:00:02.000Z"),
        (["--clock", "2031-12-31T23:59:58+01:00"], "2031-12-31T22:59:59.000Z", "2031-12-31T23:00:00.000Z"),
        (["--clock", "1999-12-31t23:59:59.25z"], "2000-01-01T00:00:00.250Z", "2000-01-01T00:00:01.250Z"),
    ])
    func idsAndTimesAreTheSameEachStart(arguments: [String], first: String, second: String) throws {
        let wanted = ["cnt_new00001", first, first, "tag_new00001", second, second, "2026-01-06T09:00:00.000Z"]
        for _ in 0..<2 {
            let shared = try SharedSandbox(arguments)
            #expect(try made(try shared.client()) == wanted)
            #expect(try shared.call("sandbox.reset").ending == .exited(0))
            #expect(try made(try shared.client()) == wanted)
            #expect(try made(try HostProcess(["--sandbox"] + arguments)) == wanted)
        }
    }
}
