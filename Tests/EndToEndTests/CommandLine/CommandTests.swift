import Foundation
import TestSupport
import Testing

/// The commands beside `serve`, and the documents.
@Suite(.ownThread)
struct CommandTests {
    @Test func versionIsOneLine() throws {
        let command = try Command(["--version"])
        #expect(command.ending == .exited(0) && command.errors.isEmpty)
        #expect(command.output.wholeMatch(of: /engagement-rpc \d+\.\d+\.\d+[^\n]*\n/) != nil, "\(command.output)")
    }

    /// Packages take the list of versions over; its first one is this one.
    @Test func theListOfVersionsBeginsWithThisOne() throws {
        let list = String(decoding: try Repository.bytes(Repository.root + "/Sources/CHANGELOG.md"), as: UTF8.self)
        let newest = try #require(list.firstMatch(of: /\n## (\S+)\n/), "no version")
        #expect(try Command(["--version"]).output == "engagement-rpc \(newest.1)\n")
    }

    @Test func theCommittedDocumentIsTheProgramsOwn() throws {
        let command = try Command(["schema", "openrpc"])
        #expect(command.ending == .exited(0) && command.errors.isEmpty)
        let committed = try Repository.bytes(Repository.root + "/schema/openrpc.json")
        let isSame = Array(command.output.utf8) == committed
        #expect(isSame, "write it anew: Tests/update-generated")
        #expect(try Command(["schema"]).output == command.output)
    }

    @Test func theCommittedPageIsTheProgramsOwn() throws {
        let isSame =
            try Array(Command(["schema", "page"]).output.utf8)
            == Repository.bytes(Repository.root + "/schema/methods.md")
        #expect(isSame, "write it anew: Tests/update-generated")
    }

    /// The answers that the documents show are what a fresh sandbox says, but for the time that it took.
    @Test func examplesAreAsExchanged() throws {
        let requests = try Command(["schema", "examples"]).output.split(separator: "\n")
        #expect(requests.count > 30)
        let page = try String(decoding: Repository.bytes(Repository.root + "/schema/methods.md"), as: UTF8.self)
        for line in requests {
            let request = line.drop { $0 != "{" }
            let host = try sandbox()
            try host.send(line: String(request))
            let answer = try host.next()
            let text = String(decoding: answer.bytes, as: UTF8.self)
                .replacing(/"elapsed_ms":[0-9.]+/, with: "\"elapsed_ms\":12.4")
            #expect(answer.code == nil && page.contains("--> \(request)\n<-- \(text)\n"), "\(line)")
            try host.finish()
        }
    }

    @Test(arguments: [
        ("methods", "README.md"), ("settings", "schema/settings.md"), ("errors", "schema/errors.md"),
    ])
    func theTablesOfThePagesAreTheProgramsOwn(part: String, page: String) throws {
        let table = try Command(["schema", part]).output
        let text = String(decoding: try Repository.bytes(Repository.root + "/" + page), as: UTF8.self)
        #expect(table.contains("|---|"))
        #expect(text.contains(" -->\n" + table + "<!-- /\(part) -->"), "write it anew: Tests/update-generated")
    }

    @Test func theCommittedToolListIsTheProgramsOwn() throws {
        let command = try Command(["schema", "mcp"])
        #expect(command.ending == .exited(0) && command.errors.isEmpty)
        let committed = try Repository.bytes(Repository.root + "/schema/mcp-tools.json")
        let isSame = Array(command.output.utf8) == committed
        #expect(isSame, "write it anew: Tests/update-generated")
        let bad = try Command(["schema", "mpc"])
        #expect(bad.ending == .exited(64) && bad.output.isEmpty)
    }

    @Test func discoverIsTheDocument() throws {
        let host = try HostProcess([])
        let answer = try host.call("rpc.discover")
        let document = try Answer(Array(try Command(["schema", "openrpc"]).output.utf8))
        #expect(answer.string("result", "openrpc")?.hasPrefix("1.") == true)
        let result = try #require(answer.text("result"))
        let left = try JSONSerialization.jsonObject(with: Data(result.utf8)) as? NSDictionary
        let right = try JSONSerialization.jsonObject(with: Data(document.bytes)) as? NSDictionary
        #expect(left != nil && left == right)
        let names = try answer.elements("result", "methods").compactMap { $0.string("name") }
        #expect(names.contains("engagement.get") && names.contains("engagement.replaceContacts"))
        #expect(!names.contains { $0.hasPrefix("sandbox.") }, "only in the sandbox")
        let box = try sandbox()
        let more = try box.call("rpc.discover").elements("result", "methods").compactMap { $0.string("name") }
        #expect(more.contains("sandbox.fail"))
        try box.finish()
        try host.finish()
    }

    @Test(.tags(.commands)) func callIsOneCall() throws {
        let good = try Command(["call", "engagement.get", #"{"engagement_id":"ngmt_sandbox01"}"#, "--sandbox"])
        #expect(good.ending == .exited(0), "\(good)")
        #expect(good.output.contains("\"ngmt_sandbox01\"") && good.output.split(separator: "\n").count > 3)
        let bad = try Command(["call", "engagement.get", #"["ngmt_sandbox99"]"#, "--sandbox"])
        #expect(bad.ending == .exited(1), "\(bad)")
        #expect((bad.output + bad.errors).contains("not_found"))
        let none = try Command(["call", "service.ping", "--sandbox"])
        #expect(none.ending == .exited(0))
        let junk = try Command(["call", "service.ping", "{", "--sandbox"])
        #expect([.exited(1), .exited(64)].contains(junk.ending), "\(junk)")
    }

    @Test(.tags(.commands)) func callIsTheSameWhateverTheFraming() throws {
        let command = try Command(["call", "service.ping", "--framing", "headers"])
        #expect(command.ending == .exited(0) && command.output == "{}\n", "\(command)")
    }

    @Test func schemasLeaveOutWhatTheFlagsSwitchOff() throws {
        for document in ["openrpc", "mcp"] {
            let whole = try Command(["schema", document]).output
            let shaped = try Command(["schema", document, "--read-only"]).output
            #expect(whole.contains("replace") && !shaped.contains("\"engagement.replaceContacts\""))
            #expect(!shaped.contains("\"engagement_replace_contacts\"") && shaped.contains("engagement"))
        }
        #expect(try Command(["schema", "--sandbox"]).output.contains("\"sandbox.fail\""))
        #expect(try Command(["schema", "openrpc", "more"]).ending == .exited(64))
    }

    @Test(.tags(.commands)) func flagsMayStandBeforeTheCommand() throws {
        #expect(try Command(["--sandbox", "call", "service.ping"]).ending == .exited(0))
        #expect(try Command(["--timeout-ms", "5000", "serve", "--sandbox"]).ending == .exited(0))
    }

    /// What a descriptor of a watched process is.
    enum End: String { case pipe, socket, terminal, file }

    /// `auto`: a line on a terminal for a batch from a file or into one, none where anybody else may draw there: who
    /// types or reads answers, and the parent of a child on two pipes.
    @Test(
        .tags(.commands),
        arguments: [
            (End.file, End.pipe, "auto", true), (.pipe, .file, "auto", true), (.file, .file, "auto", true),
            (.pipe, .pipe, "auto", false), (.socket, .socket, "auto", false), (.terminal, .pipe, "auto", false),
            (.pipe, .terminal, "auto", false), (.file, .terminal, "auto", false), (.terminal, .file, "auto", false),
            (.file, .pipe, "never", false), (.pipe, .pipe, "always", true), (.pipe, .terminal, "always", true),
        ])
    func progressIsShownToWhoWatches(input: End, output: End, mode: String, isShown: Bool) throws {
        let path = "/tmp/engagement-rpc-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { for name in [path, path + ".out"] { unlink(name) } }
        let line = request("1", "engagement.get", #"["ngmt_sandbox01"]"#)
        try (line + "\n").write(toFile: path, atomically: false, encoding: .utf8)
        func wiring(_ end: End, _ file: String) -> Setup.Wiring {
            switch end {
            case .pipe: .pipe
            case .socket: .socket
            case .terminal: .terminal
            case .file: .file(file)
            }
        }
        var setup = Setup(["--sandbox", "--progress", mode])
        (setup.input, setup.output, setup.checks) = (wiring(input, path), wiring(output, path + ".out"), .text)
        setup.errors = .terminal
        let host = try HostProcess(setup)
        if input != .file { try host.send(line: line) }
        try host.wait(within: 5, for: "the answer") {
            // The child makes the file.
            let written = output == .file ? (try? Repository.bytes(path + ".out")) ?? [] : Array(host.outputText.utf8)
            return String(decoding: written, as: UTF8.self).contains("ngmt_sandbox01\",\"title")
        }
        if input != .file {
            pause(milliseconds: 300)
            try host.expectSilence(for: 0.1)
            host.signal(SIGTERM)
        }
        #expect(try host.waitForExit() == .exited(0))
        #expect(host.errorText.contains("1 answered, 0 errors") == isShown, "\(host.errorText)")
        #expect(host.errorText.contains("Ctrl-D") == (input == .terminal), "\(host.errorText)")
    }

    @Test(.tags(.commands)) func callEscapesWhatCouldDisturbATerminal() throws {
        let title = #"{"title":"\u001b]0;x\u0007 \u202e"}"#
        let odd = "\u{202E}\u{9B}31m\u{2066}"
        let server = try FaultServer(always: .ok("{\"title\":\"\(odd)\",\"\(odd)\":1,\"more\":\(title)}"))
        let command = try Command(
            ["call", "engagement.get", #"["ngmt_a"]"#, "--base-url", server.baseURL],
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        #expect(command.ending == .exited(0), "\(command)")
        let raw: Set<UInt32> = [0x202E, 0x9B, 0x2066, 0x1B, 0x07]
        #expect(!command.output.unicodeScalars.contains { raw.contains($0.value) })
    }

    @Test(.tags(.commands)) func doctorTellsWhatIsWrong() throws {
        let closed = try FaultServer.closedPort()
        let command = try Command(["doctor", "--base-url", "http://127.0.0.1:\(closed)/api"])
        #expect(command.ending == .exited(1), "\(command)")
        #expect(command.output.contains("ENGAGEMENT_RPC_TOKEN"))
        let verdict = "Not ready: token, reach; each FAIL says what to do."
        #expect(command.output.split(separator: "\n").last.map(String.init) == verdict, "\(command.output)")
        let server = try FaultServer(
            always: .answer(200, "{}", ["Date: Sun, 06 Nov 1994 08:49:37 GMT", "X-Api-Version: v"]))
        let good = try Command(
            ["doctor", "--base-url", server.baseURL], environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        #expect(!good.output.contains(testToken) && !good.errors.contains(testToken))
        for line in ["ok    token", "--    TLS", "ok    reach", "ok    access", "ok    API version", "FAIL  clock"] {
            #expect(good.output.contains(line), "\(line) in \(good.output)")
        }
        #expect(good.output.contains("from ENGAGEMENT_RPC_TOKEN") && good.ending == .exited(1))
    }

    /// What is wrong with the token keeps nothing else from being looked at.
    @Test(.tags(.commands)) func doctorGoesOnWithoutAToken() throws {
        let server = try FaultServer(always: .problem(401, ["X-Api-Version: v"]))
        let command = try Command(["doctor", "--base-url", server.baseURL, "--token-file", "/nonexistent"])
        #expect(command.ending == .exited(1))
        for line in ["FAIL  token", "--token-file", "ok    reach", "--    access", "ok    API version", "--    clock"] {
            #expect(command.output.contains(line), "\(line) in \(command.output)")
        }
        #expect(server.requests.count == 1 && server.requests[0]["authorization"] == nil)
        let sandboxed = try Command(["doctor", "--sandbox"])
        #expect(sandboxed.ending == .exited(0) && sandboxed.output.contains("http://127.0.0.1:"), "\(sandboxed)")
        #expect(sandboxed.output.hasSuffix("\nReady to use.\n"))
    }

    /// Without a token nothing is known of one, whatever an address answers to everybody.
    @Test(.tags(.commands)) func doctorClaimsNothingOfATokenThatIsNotThere() throws {
        for reaction in [Reaction.ok(), .problem(401, ["X-Api-Version: v"]), .problem(403, ["X-Api-Version: v"])] {
            let server = try FaultServer(always: reaction)
            let command = try Command(["doctor", "--base-url", server.baseURL])
            for line in ["FAIL  token", "ok    reach", "--    access", "not tried, because there is no usable token"] {
                #expect(command.output.contains(line), "\(line) in \(command.output)")
            }
            #expect(command.output.hasSuffix("\nNot ready: token; each FAIL says what to do.\n"), "\(command.output)")
        }
    }

    @Test(.tags(.commands)) func doctorSaysWhereARefusedTokenCameFrom() throws {
        let server = try FaultServer(always: .problem(401, ["X-Api-Version: v"]))
        let path = "/tmp/engagement-rpc-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try "sk-apik_file.0123\n".write(toFile: path, atomically: false, encoding: .utf8)
        defer { unlink(path) }
        let ignored = ["ENGAGEMENT_RPC_TOKEN": testToken]
        let rows: [(arguments: [String], variables: [String: String], fix: String)] = [
            ([], ["ENGAGEMENT_RPC_TOKEN": testToken], "set ENGAGEMENT_RPC_TOKEN to a valid key"),
            (["--token-file", path], ignored, "put a valid key into the file that --token-file names"),
            (
                [], ["ENGAGEMENT_RPC_TOKEN_FILE": path],
                "put a valid key into the file that ENGAGEMENT_RPC_TOKEN_FILE names"
            ),
            (["--token-command", "echo tok"], ignored, "make the command of --token-command print a valid key"),
            (
                [], ["ENGAGEMENT_RPC_TOKEN_COMMAND": "echo tok"],
                "make the command of ENGAGEMENT_RPC_TOKEN_COMMAND print a valid key"
            ),
            (["--sandbox-at", server.baseURL], [:], "check that the base URL leads to a sandbox"),
        ]
        for row in rows {
            let address = row.arguments.first == "--sandbox-at" ? [] : ["--base-url", server.baseURL]
            let command = try Command(["doctor"] + address + row.arguments, environment: row.variables)
            #expect(command.ending == .exited(1), "\(command)")
            #expect(command.output.contains("the token is not accepted (401): \(row.fix)\n"), "\(command.output)")
        }
        let call = try Command([
            "call", "engagement.get", "ngmt_a", "--base-url", server.baseURL, "--token-command", "echo tok",
        ])
        #expect(call.ending == .exited(1) && call.errors.contains("or --token-command."), "\(call)")
    }

    /// Who gives calls less time learns by the same measure whether the API is in reach.
    @Test(.tags(.commands), arguments: [("300", "300 ms"), ("1000", "1 s")])
    func doctorWaitsNoLongerThanACall(limit: String, told: String) throws {
        let server = try FaultServer(always: Reaction.ok().after(milliseconds: 5000))
        let command = try Command(
            ["doctor", "--base-url", server.baseURL, "--timeout-ms", limit],
            environment: ["ENGAGEMENT_RPC_TOKEN": testToken])
        #expect(command.ending == .exited(1), "\(command)")
        #expect(command.output.contains("no answer within \(told): "), "\(command.output)")
        #expect(command.output.contains("--timeout-ms\n") && !command.output.contains("ok    reach"))
        #expect(command.output.hasSuffix("\nNot ready: reach; each FAIL says what to do.\n"), "\(command.output)")
    }
}
