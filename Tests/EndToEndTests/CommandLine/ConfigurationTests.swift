import Foundation
import TestSupport
import Testing

/// Flags and environment: what is refused at the start, what wins, what is switched off.
@Suite(.ownThread)
struct ConfigurationTests {
    private static func expectUsageError(_ command: Command, naming word: String? = nil) {
        #expect(command.ending == .exited(64), "\(command)")
        #expect(command.output.isEmpty)
        let lines = command.errors.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 2 && lines.last == "" && lines.first != "", "one line: \(command.errors)")
        if let word { #expect(command.errors.contains(word), "\(command.errors)") }
    }

    static let badArguments: [[String]] = [
        ["--nope"], ["-x"], ["frobnicate"], ["serve", "more"], ["--timeout-ms"], ["--timeout-ms", ""],
        ["--timeout-ms", "abc"], ["--timeout-ms", "0"], ["--timeout-ms", "-1"], ["--timeout-ms", "1.5"],
        ["--timeout-ms", "NaN"], ["--timeout-ms", "99999999999999999999"], ["--timeout-ms", " 5"],
        ["--timeout-ms", "0x10"],
        ["--max-attempts", "0"], ["--max-attempts", "x"], ["--max-in-flight", "0"], ["--max-in-flight", "-5"],
        ["--max-connections", "0"], ["--max-connections", "1e3"], ["--framing", "yaml"], ["--framing"],
        ["--log-level", "loud"], ["--log-format", "xml"], ["--progress", "maybe"], ["--sandbox=yes please"],
        ["--token", "sk-apik_secret.secret"],
        ["--token=sk-apik_secret.secret"], ["sk-apik_secret.secret"], ["--sandbox", "--sandbox"],
        ["--read-only", "--nope"], ["schema", "yaml"], ["call"], [""],
        ["--token-file"], ["--ca-file"], ["--base-url"], ["--token-file", "--read-only"], ["--framing", "x\ny"],
        ["--log-level", "\u{1B}[31mred"], ["--timeout-ms", "sk-apik_secret.secret"],
        ["--framing=sk-apik_secret.secret"],
        ["--sandbox", "--base-url", "nonsense"],
    ]

    @Test(arguments: badArguments)
    func aBadArgumentEndsTheStart(arguments: [String]) throws {
        let command = try Command(arguments)
        Self.expectUsageError(command)
        #expect(!command.errors.contains("secret.secret"), "what looks like a key is not repeated")
        #expect(!command.errors.contains("\u{1B}"))
    }

    static let badBaseURLs = [
        "", "not a url", "app.askelephant.ai/api", "ftp://localhost/api", "file:///etc/passwd", "https://",
        "https://user:pw@example.com/api", "https://user@example.com/", "http://user:pw@127.0.0.1/",
        "http://example.com#@127.0.0.1/", "http://127.0.0.1@example.com/", "https://example.com:65536/",
        "https://example.com:-1/", "https://example.com:x/", "https://exa mple.com/", "https://example.com/a\nb",
        "https://example.com/\u{1}", "https://example.com/api?x=1", "https://example.com/api#f", "javascript:alert(1)",
    ]

    @Test(arguments: badBaseURLs)
    func aBadBaseURLEndsTheStart(url: String) throws {
        let command = try Command(["--base-url", url])
        Self.expectUsageError(command)
        #expect(!command.errors.contains("pw"), "no password on stderr: \(command.errors)")
        // An empty variable may count as none.
        if !url.isEmpty { Self.expectUsageError(try Command([], environment: ["ENGAGEMENT_RPC_BASE_URL": url])) }
    }

    @Test(arguments: [
        "http://example.com/api", "http://10.0.0.1/api", "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://128.0.0.1/", "http://[::2]/", "http://0x7f.1.example.com/",
    ])
    func clearTextIsForLoopbackOnly(url: String) throws {
        let host = try HostProcess(["--base-url", url], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let id = try host.begin("engagement.replaceContacts", replacement("ngmt_a"))
        host.closeInput()
        // Either the start is refused or the call.
        let ending = try host.waitForExit()
        if ending == .exited(0) {
            let answer = try host.answer(to: id)
            #expect(answer.code == 1005 && answer.kind == "not_configured", "\(answer)")
            #expect(answer.string("error", "data", "applied") == "no")
        } else {
            #expect(ending == .exited(64) && !host.errorBytes.isEmpty)
        }
    }

    @Test(arguments: [
        "https://example.com", "https://example.com/api/", "https://example.com:8443/api", "http://127.0.0.1:9/api",
        "http://127.9.9.9/", "http://localhost:9/api", "http://[::1]:9/api", "HTTPS://EXAMPLE.COM/api",
    ])
    func aGoodBaseURLStarts(url: String) throws {
        let host = try HostProcess(["--base-url", url])
        try host.expectAlive()
        try host.finish()
    }

    static let twoAddresses: [(arguments: [String], variables: [String: String], words: String)] = [
        (["--sandbox"], [:], "--sandbox and --base-url"),
        ([], ["ENGAGEMENT_RPC_SANDBOX": "1"], "ENGAGEMENT_RPC_SANDBOX and --base-url"),
    ]

    /// Who names an API means to reach it; a success from a throwaway workspace would be a false one.
    @Test(arguments: twoAddresses)
    func noSandboxOverrulesABaseURL(row: (arguments: [String], variables: [String: String], words: String)) throws {
        let server = try FaultServer(always: .ok())
        for command in [["call", "contact.delete", "cnt_sandbox09", "--compact"], ["serve"], ["doctor"]] {
            let refused = try Command(
                command + row.arguments + ["--base-url", server.baseURL],
                environment: row.variables.merging(["ENGAGEMENT_RPC_TOKEN": testToken]) { $1 })
            Self.expectUsageError(refused, naming: row.words)
        }
        #expect(server.connections == 0)
    }

    @Test func aSandboxThatIsOffOrAnAddressForAllIsNoContradiction() throws {
        let server = try FaultServer(always: .ok())
        let off = try Command(
            ["call", "engagement.get", "ngmt_a", "--base-url", server.baseURL],
            environment: ["ENGAGEMENT_RPC_SANDBOX": "0", "ENGAGEMENT_RPC_TOKEN": testToken])
        #expect(off.ending == .exited(0) && server.requests.count == 1, "\(off)")
        let call = ["call", "engagement.get", "ngmt_sandbox01", "--sandbox"]
        let on = try Command(call, environment: ["ENGAGEMENT_RPC_BASE_URL": server.baseURL])
        #expect(on.ending == .exited(0) && server.requests.count == 1, "\(on)")
        Self.expectUsageError(try Command(call, environment: ["ENGAGEMENT_RPC_BASE_URL": "nonsense"]))
    }

    static let badVariables = [
        ("ENGAGEMENT_RPC_TIMEOUT_MS", "abc"), ("ENGAGEMENT_RPC_MAX_ATTEMPTS", "0"),
        ("ENGAGEMENT_RPC_MAX_IN_FLIGHT", "-1"), ("ENGAGEMENT_RPC_MAX_CONNECTIONS", "many"),
        ("ENGAGEMENT_RPC_LOG_LEVEL", "loud"), ("ENGAGEMENT_RPC_LOG_FORMAT", "xml"),
        ("ENGAGEMENT_RPC_READ_ONLY", "perhaps"), ("ENGAGEMENT_RPC_SANDBOX", "perhaps"),
    ]

    @Test(arguments: badVariables)
    func aBadVariableEndsTheStartAndIsNamed(name: String, value: String) throws {
        Self.expectUsageError(try Command([], environment: [name: value]), naming: name)
    }

    @Test(arguments: [
        ("1", true), ("true", true), ("True", true), ("YES", true), ("on", true), ("0", false), ("False", false),
        ("no", false), ("OFF", false), ("", false),
    ])
    func aSwitchIsSetInTheUsualWords(word: String, isOn: Bool) throws {
        let host = try HostProcess(["--sandbox"], environment: ["ENGAGEMENT_RPC_READ_ONLY": word])
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01"))
        #expect(answer.code == (isOn ? 1007 : nil), "\(answer)")
        try host.finish()
    }

    /// Nobody sets a variable of this name in order that nothing happens.
    @Test func aMisspeltVariableIsTold() throws {
        let strange = [
            "ENGAGEMENT_RPC_READONLY": "sk-apik_value", "ENGAGEMENT_RPC_QQQQQQQQQQQQ": "1", "ENGAGEMENT_RPC_NONE": "",
            "ENGAGEMENT_RPC_sk-apik_secret": "1", "ENGAGEMENT_RPC_TOKEN": testToken, "ENGAGEMENT_RPC_HTTP2": "0",
        ]
        for command in [["serve", "--sandbox"], ["call", "service.ping"], ["doctor", "--sandbox"]] {
            let told = try Command(command, environment: strange)
            #expect(told.ending == .exited(0), "\(told)")
            let lines = told.errors.split(separator: "\n")
            #expect(lines.count == 3 && lines.allSatisfy { $0.contains("warning") }, "\(told.errors)")
            #expect(told.errors.contains("ENGAGEMENT_RPC_READONLY is no setting"), "\(told.errors)")
            #expect(told.errors.contains("did you mean ENGAGEMENT_RPC_READ_ONLY?"), "\(told.errors)")
            #expect(told.errors.contains("ENGAGEMENT_RPC_QQQQQQQQQQQQ is"), "\(told.errors)")
            #expect(!told.errors.contains("apik") && !told.errors.contains("NONE"), "\(told.errors)")
            #expect(try Command(command + ["--log-level", "error"], environment: strange).errors.isEmpty)
            let json = try Command(command + ["--log-format", "JSON"], environment: strange).errors
            #expect(
                try json.split(separator: "\n").allSatisfy { try Answer(Array($0.utf8)).string("level") == "warning" })
        }
    }

    @Test(arguments: ["\n", "\r\n", " \t", "\u{A0}", "\u{FEFF}"])
    func blanksAroundATokenAreTakenOff(blank: String) throws {
        let server = try FaultServer(always: .ok())
        let command = try Command(
            ["call", "engagement.get", "ngmt_a", "--base-url", server.baseURL],
            environment: ["ENGAGEMENT_RPC_TOKEN": blank + testToken + blank])
        #expect(command.ending == .exited(0), "\(command)")
        #expect(server.requests.first?["authorization"] == testToken)
        let inside = try Command(
            ["call", "engagement.get", "ngmt_a", "--base-url", server.baseURL],
            environment: ["ENGAGEMENT_RPC_TOKEN": "sk-apik_half.\(blank)other"])
        #expect(inside.ending == .exited(1) && inside.output.contains("not_configured"), "\(inside)")
        #expect(!(inside.output + inside.errors).contains("half") && server.requests.count == 1)
    }

    @Test func aTokenOfBlanksIsNone() throws {
        let command = try Command(["call", "engagement.get", "ngmt_a"], environment: ["ENGAGEMENT_RPC_TOKEN": " \n"])
        #expect(command.errors.contains("There is no token"), "\(command.errors)")
    }

    @Test func aMissingCAFileIsNoReasonToTrust() throws {
        let server = try FaultServer(always: .ok())
        let base = server.baseURL.replacing("http:", with: "https:")
        let host = try HostProcess(
            ["--base-url", base, "--ca-file", "/nonexistent/ca.pem"], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let id = try host.begin("engagement.replaceContacts", replacement("ngmt_a"))
        host.closeInput()
        // Either the start is refused or the call; with the file's name, and never without the check.
        let ending = try host.waitForExit()
        if ending == .exited(0) {
            let answer = try host.answer(to: id)
            #expect([1003, 1005].contains(answer.code), "\(answer)")
            #expect(answer.string("error", "message")?.contains("/nonexistent/ca.pem") == true, "\(answer)")
            #expect(answer.string("error", "data", "applied") == "no")
        } else {
            #expect(ending == .exited(64) && host.errorText.contains("/nonexistent/ca.pem"), "\(host.errorText)")
        }
    }

    @Test func aFlagWinsOverTheEnvironment() throws {
        let (flag, variable) = (try FaultServer(always: .ok()), try FaultServer(always: .ok()))
        let host = try bridge(
            to: flag, ["--timeout-ms", "20000"],
            environment: ["ENGAGEMENT_RPC_BASE_URL": variable.baseURL, "ENGAGEMENT_RPC_TIMEOUT_MS": "1"])
        #expect(try host.call("engagement.get", #"["ngmt_a"]"#).text("result") != nil)
        #expect(flag.requests.count == 1 && variable.requests.isEmpty)
        try host.finish()
    }

    @Test func theEnvironmentSetsWhatNoFlagSets() throws {
        let server = try FaultServer(always: .neverAnswer)
        let host = try HostProcess(
            [],
            environment: [
                "ENGAGEMENT_RPC_BASE_URL": server.baseURL + "/",
                "ENGAGEMENT_RPC_TIMEOUT_MS": "\(slowed(milliseconds: 400))",
                "ENGAGEMENT_RPC_MAX_ATTEMPTS": "1", "ENGAGEMENT_RPC_TOKEN": testToken,
            ])
        #expect(try host.call("engagement.get", #"["ngmt_a"]"#, within: 2).code == 1002)
        #expect(server.requests.first?.target == "/api/v2/engagements/ngmt_a", "one slash")
        let box = try HostProcess([], environment: ["ENGAGEMENT_RPC_SANDBOX": "1"])
        #expect(try box.call("engagement.get", #"["ngmt_sandbox01"]"#).text("result") != nil)
        try box.finish()
        try host.finish()
    }

    @Test(arguments: [true, false])
    func readOnlyRefusesWrites(byFlag: Bool) throws {
        let host = try HostProcess(
            ["--sandbox"] + (byFlag ? ["--read-only"] : []),
            environment: byFlag ? [:] : ["ENGAGEMENT_RPC_READ_ONLY": "1"])
        for params in [replacement("ngmt_sandbox01"), #"{"engagement_id":"bad"}"#, "[]"] {
            let answer = try host.call("engagement.replaceContacts", params)
            #expect(answer.code == 1007 && answer.kind == "not_allowed", "\(answer)")
            #expect(answer.bool("error", "data", "retryable") == false)
            #expect([nil, "no"].contains(answer.string("error", "data", "applied")))
        }
        #expect(try host.call("engagement.get", #"["ngmt_sandbox01"]"#).text("result") != nil)
        for list in [try host.call("rpc.discover"), try host.call("service.info")] {
            #expect(!String(decoding: list.bytes, as: UTF8.self).contains("replaceContacts"))
        }
        #expect(try host.sandboxRequests().map { $0.string("method") } == ["GET"])
        try host.finish()
    }

    static let filters: [(list: String, get: Bool, replace: Bool)] = [
        ("engagement.*", true, true), ("engagement.get", true, false), ("*", true, true),
        ("engagement.g*", true, false),
        ("service.*", false, false), ("service.ping,engagement.replaceContacts", false, true),
    ]

    @Test(arguments: filters)
    func aMethodFilterIsAnUpperBound(row: (list: String, get: Bool, replace: Bool)) throws {
        let host = try sandbox("--methods", row.list)
        let read = try host.call("engagement.get", #"["ngmt_sandbox01"]"#)
        let write = try host.call("engagement.replaceContacts", replacement("ngmt_sandbox01"))
        #expect(read.code == (row.get ? nil : 1007), "\(read)")
        #expect(write.code == (row.replace ? nil : 1007), "\(write)")
        let document = String(decoding: try host.call("rpc.discover").bytes, as: UTF8.self)
        #expect(document.contains("\"engagement.get\"") == row.get)
        #expect(document.contains("\"engagement.replaceContacts\"") == row.replace)
        try host.expectAlive()
        try host.finish()
    }

    @Test func aFilterMayNameMethodsThatThisVersionDoesNotKnow() throws {
        let host = try sandbox("--methods", "engagement.*,other.resource")
        #expect(try host.call("engagement.get", #"["ngmt_sandbox01"]"#).text("error") == nil)
        #expect(try host.call("other.resource").code == -32601)
        try host.finish()
    }

    static let strangePatterns: [(pattern: String, hint: String)] = [
        ("contact.gt", "did you mean contact.get?"), ("Contact.get", "did you mean contact.get?"),
        ("contact.g", "did you mean contact.get?"), ("contacts.*", "did you mean contact.*?"),
        ("contact", "did you mean contact.*?"), ("engagement.gett*", "did you mean engagement.get?"),
        ("qqqqqqqqqqqq", "help methods lists them."),
    ]

    /// One list may serve several versions, but nobody writes a pattern in order that it matches nothing.
    @Test(arguments: strangePatterns)
    func aPatternThatMatchesNoMethodIsTold(pattern: String, hint: String) throws {
        let told = "has \(pattern), which matches no method of this version; \(hint)"
        for command in [["serve", "--sandbox"], ["call", "service.ping"], ["doctor", "--sandbox"]] {
            let list = "engagement.*,\(pattern),service.*"
            let byFlag = try Command(command + ["--methods", list])
            let byVariable = try Command(command, environment: ["ENGAGEMENT_RPC_METHODS": list])
            for (run, source) in [(byFlag, "--methods"), (byVariable, "ENGAGEMENT_RPC_METHODS")] {
                #expect(run.ending == .exited(0), "\(run)")
                #expect(run.errors.split(separator: "\n").count == 1 && run.errors.contains("warning"), "\(run)")
                #expect(run.errors.contains("\(source) \(told)"), "\(run)")
                #expect(run.output.contains("\(source) \(told)") == (command[0] == "doctor"), "\(run)")
            }
            let quiet = try Command(command + ["--methods", list, "--log-level", "error"])
            #expect(quiet.ending == .exited(0) && quiet.errors.isEmpty, "\(quiet)")
        }
    }

    @Test func aPatternOfThisVersionIsNotTold() throws {
        for list in ["*", "engagement.*,contact.get", "contact.de*", "service.*,sandbox.fail"] {
            let command = try Command(["doctor", "--sandbox", "--methods", list])
            #expect(command.ending == .exited(0) && command.errors.isEmpty, "\(command)")
            #expect(!command.output.contains("no method"), "\(command)")
        }
    }

    @Test func withoutATokenEachCallSaysSo() throws {
        let server = try FaultServer(always: .ok())
        let host = try HostProcess(["--base-url", server.baseURL])
        for call in [("engagement.get", #"["ngmt_a"]"#), ("engagement.replaceContacts", replacement("ngmt_a"))] {
            let answer = try host.call(call.0, call.1)
            #expect(answer.code == 1005 && answer.kind == "not_configured", "\(answer)")
            #expect(answer.string("error", "message")?.contains("ENGAGEMENT_RPC_TOKEN") == true, "\(answer)")
            #expect(answer.bool("error", "data", "retryable") == false)
            #expect(answer.string("error", "data", "applied") == (call.0 == "engagement.get" ? nil : "no"))
        }
        // Bad params are bad with or without a token.
        #expect(try host.call("engagement.get", #"["bad"]"#).code == -32602)
        try host.expectAlive()
        #expect(server.connections == 0)
        try host.finish()
    }

    @Test func anEmptyTokenIsNone() throws {
        let server = try FaultServer(always: .ok())
        let path = "/tmp/engagement-rpc-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try "sk-apik_file.0123".write(toFile: path, atomically: false, encoding: .utf8)
        defer { unlink(path) }
        let host = try HostProcess(
            ["--base-url", server.baseURL],
            environment: ["ENGAGEMENT_RPC_TOKEN": "", "ENGAGEMENT_RPC_TOKEN_FILE": path])
        #expect(try host.call("engagement.get", #"["ngmt_a"]"#).text("result") != nil)
        #expect(server.requests.first?["authorization"] == "sk-apik_file.0123")
        try host.finish()
    }

    @Test func nothingIsTouchedAtTheStart() throws {
        let server = try FaultServer(always: .ok())
        let host = try bridge(to: server, ["--token-file", "/nonexistent/token"])
        try host.expectAlive()
        _ = try host.call("rpc.discover")
        #expect(server.connections == 0)
        try host.finish()
    }

    @Test func theSandboxNeedsNoTokenNoNetworkAndNoHome() throws {
        var setup = Setup(["--sandbox"])
        setup.environment = [
            "SWIFT_BACKTRACE": "enable=no", "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9",
            "ALL_PROXY": "socks5://127.0.0.1:9", "LANG": "C",
        ]
        let host = try HostProcess(setup)
        #expect(try host.call("engagement.get", #"["ngmt_sandbox01"]"#).text("result") != nil)
        try host.finish()
    }

    @Test func serviceInfoTellsWhatRuns() throws {
        let host = try sandbox()
        _ = try host.call("engagement.get", #"["ngmt_sandbox01"]"#)
        _ = try host.call("engagement.get", #"["ngmt_sandbox99"]"#)
        let info = try host.call("service.info")
        let text = String(decoding: info.bytes, as: UTF8.self)
        #expect(info.bool("result", "sandbox") == true, "\(info)")
        #expect(info.string("result", "version")?.isEmpty == false)
        for name in ["engagement.get", "base_url", "limits", "counters", "methods"] { #expect(text.contains(name)) }
        try host.finish()
        let shared = try sandbox("--http2", "--max-connections", "4")
        #expect(try shared.call("service.info").int("result", "limits", "max_connections") == 4)
        try shared.finish()
    }
}
