import Foundation
import TestSupport
import Testing

/// Where the token comes from, and that it shows nowhere. (Every session also checks stdout and stderr for it.)
@Suite(.ownThread, .overTLSOnRelease)
struct SecretTests {
    static let badTokens: [Named<String>] = [
        Named("CR LF", "sk-apik_secretpart\r\nX-Injected: 1"), Named("LF", "sk-apik_secretpart\nmore"),
        Named("CR", "sk-apik_secretpart\rmore"), Named("space", "sk-apik_secretpart more"),
        Named("no-break space", "sk-apik_secretpart\u{A0}more"), Named("tab", "sk-apik_secretpart\tmore"),
        Named("not ASCII", "sk-apik_secretpart\u{E9}"), Named("DEL", "sk-apik_secretpart\u{7F}"),
        Named("escape", "sk-apik_secretpart\u{1B}[0m"),
        Named("8,193 bytes", "secretpart" + String(repeating: "x", count: 8183)),
    ]

    @Test(arguments: badTokens)
    func aTokenThatIsNoneIsRefusedUnseen(token: Named<String>) throws {
        let server = try FaultServer(always: .ok())
        var setup = Setup(["--base-url", server.baseURL, "--log-level", "debug"])
        setup.environment["ENGAGEMENT_RPC_TOKEN"] = token.value
        let host = try HostProcess(setup)
        let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
        #expect(answer.code == 1005 && answer.kind == "not_configured", "\(answer)")
        #expect(answer.string("error", "data", "applied") == "no")
        try host.finish()
        let said = String(decoding: answer.bytes + host.errorBytes, as: UTF8.self)
        #expect(!said.contains("secretpart"), "\(said)")
        #expect(server.connections == 0)
    }

    @Test func aLongTokenIsTaken() throws {
        let token = "sk-apik_" + String(repeating: "x", count: 8184)
        let server = try FaultServer(always: .ok())
        let host = try bridge(to: server, environment: ["ENGAGEMENT_RPC_TOKEN": token])
        #expect(try host.call("engagement.get", #"["ngmt_a"]"#).text("result") != nil)
        #expect(server.requests.first?["authorization"] == token)
        try host.finish()
    }

    @Test func theTokenIsWipedFromTheProcess() throws {
        let server = try FaultServer(always: .ok())
        let host = try bridge(to: server, environment: ["MARKER": "still-here"])
        _ = try host.call("engagement.get", #"["ngmt_a"]"#)
        // An emulator shows its own, of which the program has a copy.
        let environment = processorIsEmulated ? nil : host.visibleEnvironment
        if let environment, environment.contains("MARKER") {
            #expect(!environment.contains("e2e.0123"), "overwritten in place")
        }
        #expect(host.commandLine?.contains("e2e.0123") == false)
        try host.finish()
    }

    @Test(arguments: ["error", "warning", "info", "debug"], ["text", "json"])
    func logsTellCallsButNoSecrets(level: String, format: String) throws {
        let page = #"{"media_url":"https://media.test/x?Signature=geheim","title":"TITLE\u001b[31m"}"#
        let problem = #"{"title":"bad\u001b[2J\u202e\n","detail":"DETAIL","request_id":"rid_\u001b\n"}"#
        let server = try FaultServer([
            "ngmt_a": [.ok(page)], "ngmt_b": [.answer(422, problem)], "ngmt_c": [.closeBeforeAnswer],
        ])
        let host = try bridge(to: server, ["--log-level", level, "--log-format", format])
        for id in ["a", "b", "c"] { _ = try host.call("engagement.get", #"["ngmt_\#(id)"]"#) }
        try host.send(line: "nonsense\u{1B}[31m")
        _ = try host.next()
        try host.finish()
        let log = String(decoding: host.errorBytes, as: UTF8.self)
        for word in ["geheim", "TITLE", "DETAIL", "Signature"] { #expect(!log.contains(word), "\(log)") }
        #expect(!log.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\n") || $0.value == 0x202E }, "\(log)")
        let lines = log.split(separator: "\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 4096 })
        if format == "json" { for line in lines { _ = try Answer(Array(line.utf8)) } }
        if level == "info" || level == "debug" { #expect(log.contains("engagement.get"), "\(log)") }
        if level == "error" { #expect(!log.contains("debug")) }
    }

    static let echoes: [Named<String>] = [
        Named("request id", #"{"request_id":"\#(testToken)"}"#),
        Named("detail", #"{"detail":"the key \#(testToken) \#(testToken)"}"#),
        Named("field error", #"{"errors":[{"field":"\#(testToken)","code":"x","message":"\#(testToken)!"}]}"#),
        Named("header", "{}"),
        Named("beyond the cut", #"{"request_id":"\#(String(repeating: "x", count: 190))\#(testToken)"}"#),
    ]

    /// What an API says of the token it was sent is starred out of errors and logs. (Every session looks for it.)
    @Test(arguments: echoes, [true, false])
    func aTokenThatTheAPIRepeatsGoesNoFurther(body: Named<String>, isMCP: Bool) throws {
        let server = try FaultServer(always: .answer(422, body.value, ["X-Request-Id: \(testToken)"]))
        let arguments = ["--base-url", server.baseURL, "--log-level", "debug"]
        let setup = Setup(arguments, environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        let answer: Answer
        if isMCP {
            let host = try Era.june2025.begin(setup)
            answer = try host.ask(Era.june2025.toolCall("1", "engagement_get", #"{"engagement_id":"ngmt_a"}"#))
            try host.process.finish()
        } else {
            let host = try HostProcess(setup)
            answer = try host.call("engagement.get", #"["ngmt_a"]"#)
            try host.finish()
        }
        #expect(answer.description.contains("****"), "\(answer)")
    }

    /// Also as JSON may spell it; and nothing of our own that happens to read like the token.
    @Test func onlyTheAPIsTextIsLookedThrough() throws {
        let token = #"abc/"retryable"#
        let server = try FaultServer(always: .answer(422, #"{"detail":"key abc\/\"retryable, abc/\"retryable"}"#))
        let host = try HostProcess(["--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": token])
        try host.send(line: request(#""abc/\"retryable""#, "engagement.get", #"["ngmt_a"]"#))
        let answer = try host.next()
        #expect(answer.string("id") == token && answer.bool("error", "data", "retryable") == false)
        #expect(answer.string("error", "data", "problem", "detail")?.contains("abc") == false, "\(answer)")
        #expect(answer.string("error", "data", "problem", "detail")?.hasPrefix("key ***") == true, "\(answer)")
        host.closeInput()
        #expect(try host.waitForExit() == .exited(0))
    }

    private static let spelledToken = #"sk-apik_a&b"c\d/e='f<0123"#

    /// Each character of the token as escapes may spell it, in turn.
    static let spellings: [Named<@Sendable (String) -> String>] = [
        Named("as JSON must", { $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }),
        Named(
            "as PHP and .NET do",
            { text in text.map { "&\"'<\\/".contains($0) ? $0 == "/" ? "\\/" : Self.escape($0) : "\($0)" }.joined() }),
        Named("all of it", { $0.map { Self.escape($0) }.joined() }),
        Named("all of it, in capitals", { $0.map { "\\u" + Self.escape($0).dropFirst(2).uppercased() }.joined() }),
        Named(
            "inside a text",
            { text in text.map { "&\"'<\\/".contains($0) ? "\\" + Self.escape($0) : "\($0)" }.joined() }),
    ]

    private static func escape(_ letter: Character) -> String {
        let digits = String(letter.asciiValue ?? 0, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// However an answer spells the token that it repeats, in a body, its answer's head, or in what `doctor` says.
    @Test(arguments: spellings)
    func aTokenIsStarredHoweverItIsSpelled(spelling: Named<@Sendable (String) -> String>) throws {
        let token = Self.spelledToken
        let spelled = spelling.value(token)
        let head = ["ETag: \"\(token)\"", "X-Api-Version: v \(token)", "X-Request-Id: \(token)"]
        let body = #"{"detail":"\n\\\#(spelled)\#(spelled)\\n","title":"\#(spelled)"}"#
        let server = try FaultServer { $0.lastPart == "ngmt_a" ? .answer(422, body, head) : .answer(200, "{}", head) }
        let environment = ["ENGAGEMENT_RPC_TOKEN": token]
        let host = try HostProcess(["--base-url", server.baseURL, "--log-level", "debug"], environment: environment)
        let refused = try host.call("engagement.get", #"["ngmt_a"]"#)
        let taken = try host.call("engagement.get", #"["ngmt_b"]"#)
        try host.finish()
        #expect(taken.string("result", "meta", "etag")?.hasPrefix("\"*****") == true, "\(taken)")
        #expect(taken.string("result", "meta", "api_version")?.hasPrefix("v *****") == true, "\(taken)")
        #expect(refused.string("error", "data", "problem", "detail")?.contains("*****") == true, "\(refused)")
        let doctor = try Command(["doctor", "--base-url", server.baseURL], environment: environment)
        for text in [refused.description, taken.description, doctor.output, host.errorText] {
            #expect(!text.contains("0123") && !text.contains(Self.escape("1")), "\(text)")
        }
    }

    /// The fields that a log line is promised to have.
    @Test(arguments: ["text", "json"])
    func logLinesNameTheCall(format: String) throws {
        let ok = Reaction.answer(200, "{}", ["X-Request-Id: rid_one"])
        let server = try FaultServer(["ngmt_a": [.problem(503), ok]])
        let host = try HostProcess(
            ["--base-url", server.baseURL, "--log-level", "debug", "--log-format", format],
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        _ = try host.call("engagement.get", #"["ngmt_a"]"#)
        _ = try host.call("engagement.get", #"["bad"]"#)
        try host.finish()
        let lines = String(decoding: host.errorBytes, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines.count == 3, "\(lines)")
        let words = ["method", "id", "status", "attempts", "elapsed_ms", "request_id"]
        for word in words { #expect(lines.count == 3 && lines[1].contains(word), "\(word) in \(lines)") }
        #expect(lines[0].contains("retry") && lines[0].contains("503") && lines[0].contains("wait_ms"), "\(lines)")
        #expect(lines[1].contains("rid_one") && lines[2].contains("engagement.get"), "\(lines)")
        if format == "json" {
            for line in lines {
                let time = try Answer(Array(line.utf8)).string("time") ?? ""
                #expect(time.wholeMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(line)")
            }
        }
    }

    private func file(_ content: [UInt8], _ body: (String) throws -> Void) throws {
        let path = "/tmp/engagement-rpc-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Data(content).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o600)
        defer { unlink(path) }
        try body(path)
    }

    static let goodFiles: [Named<[UInt8]>] = [
        Named("no line break", Array("sk-apik_file.0123".utf8)), Named("LF", Array("sk-apik_file.0123\n".utf8)),
        Named("CR LF", Array("sk-apik_file.0123\r\n".utf8)),
        Named("more lines", Array("sk-apik_file.0123\nsecond line\n".utf8)),
        Named("byte order mark", [0xEF, 0xBB, 0xBF] + Array("sk-apik_file.0123\r\n".utf8)),
        Named("blanks around", Array(" \tsk-apik_file.0123 \t\n".utf8)),
    ]

    @Test(arguments: goodFiles)
    func aTokenFileIsReadToItsFirstLineBreak(content: Named<[UInt8]>) throws {
        let server = try FaultServer(always: .ok())
        try file(content.value) { path in
            let host = try HostProcess(["--base-url", server.baseURL, "--token-file", path])
            _ = try host.call("engagement.get", #"["ngmt_a"]"#)
            #expect(server.requests.first?["authorization"] == "sk-apik_file.0123")
            try host.finish()
        }
    }

    static let badFiles: [Named<[UInt8]>] = [
        Named("empty", []), Named("blank", [0x0A]),
        Named("UTF-16", Array("\u{FEFF}sk-apik_x.y".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })),
        Named("space", Array("sk-apik_x y\n".utf8)), Named("NUL", Array("sk-apik_x\0y\n".utf8)),
        Named("1 MB", [UInt8](repeating: 0x61, count: 1 << 20)),
    ]

    @Test(arguments: badFiles)
    func aBadTokenFileIsNotConfigured(content: Named<[UInt8]>) throws {
        let server = try FaultServer(always: .ok())
        try file(content.value) { path in
            let host = try HostProcess(["--base-url", server.baseURL, "--token-file", path])
            let answer = try host.call("engagement.get", #"["ngmt_a"]"#)
            #expect(answer.code == 1005, "\(answer)")
            #expect(server.connections == 0)
            try host.finish()
        }
    }

    /// What people leave around a key when they copy it, and what stands in examples, is named; the key is not shown.
    @Test(
        arguments: [
            ("Bearer sk-apik_e2e.0123456789", "Bearer"), ("bearer x", "Bearer"),
            ("\"sk-apik_e2e.0123456789\"", "quotes"),
            ("'abc'", "quotes"), ("“sk-apik_x”", "other than visible ASCII"),
            ("sk-apik_a b", "other than visible ASCII"),
            ("${ASKELEPHANT_TOKEN}", "placeholder"), ("$TOKEN", "placeholder"), ("<your token>", "placeholder"),
            ("YOUR_API_KEY", "placeholder"), ("sk-apik_...", "placeholder"), ("sk-apik_…", "placeholder"),
            ("sk-apik_xxxxxxxx", "placeholder"), ("your-token-here", "placeholder"), ("{{token}}", "placeholder"),
            ("changeme", "placeholder"),
        ])
    func whatIsNoTokenIsNamed(token: String, word: String) throws {
        let server = try FaultServer(always: .ok())
        let call = ["call", "engagement.get", #"["ngmt_a"]"#, "--base-url", server.baseURL]
        for arguments in [call, ["doctor", "--base-url", server.baseURL]] {
            var setup = Setup(arguments, environment: ["ENGAGEMENT_RPC_TOKEN": token])
            setup.checks = .text
            let host = try HostProcess(setup)
            #expect(try host.waitForExit(within: 20) == .exited(1))
            #expect(host.outputText.contains(word) && !host.outputText.contains("0123456789"), "\(host.outputText)")
        }
        #expect(server.requests.allSatisfy { $0["authorization"] == nil || $0["authorization"]?.isEmpty == true })
    }

    @Test(arguments: ["/nonexistent/token", "/tmp", "/dev/zero", "fifo"])
    func aTokenFileThatIsNoFileDoesNotBlock(path: String) throws {
        let fifo = "/tmp/engagement-rpc-\(getpid())-fifo"
        if path == "fifo" { mkfifo(fifo, 0o600) }
        defer { if path == "fifo" { unlink(fifo) } }
        let server = try FaultServer(always: .ok())
        let host = try HostProcess(["--base-url", server.baseURL, "--token-file", path == "fifo" ? fifo : path])
        #expect(try host.call("engagement.get", #"["ngmt_a"]"#, within: 3).code == 1005)
        try host.finish()
    }

    @Test(.tags(.retries)) func aTokenFileIsReadAgainAfter401() throws {
        try file(Array("sk-apik_old.0123\n".utf8)) { path in
            let server = try FaultServer { $0["authorization"] == "sk-apik_new.0123" ? .ok() : .problem(401) }
            let host = try HostProcess(["--base-url", server.baseURL, "--token-file", path])
            let same = try host.call("engagement.get", #"["ngmt_a"]"#)
            #expect(same.code == 401 && same.int("error", "data", "attempts") == 1, "unchanged: not tried again")
            try Data("sk-apik_new.0123\n".utf8).write(to: URL(fileURLWithPath: path))
            let answer = try host.call("engagement.replaceContacts", replacement("ngmt_a"))
            #expect(answer.int("result", "meta", "attempts") == 2, "\(answer)")
            #expect(server.requests.count == 3)
            try host.finish()
        }
    }

    @Test func tlsSecretsAreNotWritten() throws {
        let path = "/tmp/engagement-rpc-\(getpid())-keys"
        let host = try HostProcess(
            ["--sandbox"], environment: ["SSLKEYLOGFILE": path])
        _ = try host.call("engagement.get", #"["ngmt_sandbox01"]"#)
        try host.finish()
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
