import Foundation
import TestSupport
import Testing

/// `call`: how its params are written, how its answer is printed, and what a script learns of a failure.
@Suite(.ownThread, .tags(.commands))
struct CallCommandTests {
    private static let signIn = ["ENGAGEMENT_RPC_TOKEN": testToken]

    /// The last request that `call` with these words made: method, target and body.
    private func sent(_ words: [String], input: String = "") throws -> String {
        let server = try FaultServer(always: .ok(#"{"object":"x"}"#))
        let command = try Command(
            Setup(["call"] + words + ["--base-url", server.baseURL], environment: Self.signIn), input: input)
        #expect(command.ending == .exited(0) && command.errors.isEmpty, "\(words): \(command)")
        let request = try #require(server.requests.last, "\(words)")
        let body = String(decoding: request.body, as: UTF8.self)
        return "\(request.method) \(request.target.replacing("/api/v2", with: ""))\(body.isEmpty ? "" : " " + body)"
    }

    static let written: [(words: [String], request: String)] = [
        (["engagement.get", "ngmt_a"], "GET /engagements/ngmt_a"),
        (["engagement.get", "ngmt_a", "expand=contacts,owner"], "GET /engagements/ngmt_a?expand=contacts,owner"),
        (["engagement.get", #"expand:=["owner"]"#, "engagement_id=ngmt_a"], "GET /engagements/ngmt_a?expand=owner"),
        (["engagement.get", #"["ngmt_a"]"#], "GET /engagements/ngmt_a"),
        (["engagement.get", #" {"engagement_id":"ngmt_a"} "#], "GET /engagements/ngmt_a"),
        (
            ["engagement.replaceContacts", "ngmt_a", "cnt_b", "cnt_c"],
            #"PUT /engagements/ngmt_a/contacts {"contact_ids":["cnt_b","cnt_c"]}"#
        ),
        (
            ["engagement.replaceContacts", "cnt_b", "ngmt_a"],
            #"PUT /engagements/ngmt_a/contacts {"contact_ids":["cnt_b"]}"#
        ),
        (
            ["engagement.replaceContacts", "ngmt_a", "contact_ids=cnt_b,cnt_c", "contact_ids=cnt_d"],
            #"PUT /engagements/ngmt_a/contacts {"contact_ids":["cnt_b","cnt_c","cnt_d"]}"#
        ),
        (
            ["engagement.replaceContacts", "ngmt_a", "contact_ids:=[]"],
            #"PUT /engagements/ngmt_a/contacts {"contact_ids":[]}"#
        ),
        (["contact.list", "limit=5", "search=a=b&c"], "GET /contacts?limit=5&search=a%3db%26c"),
        (["contact.list", "limit:=5", "search=@acme"], "GET /contacts?limit=5&search=%40acme"),
        (["contact.list", "search=5"], "GET /contacts?search=5"),
        (
            ["engagement.list", #"filter={"contact_ids":{"eq":"cnt_a"}}"#],
            "GET /engagements?filter%5bcontact_ids%5d%5beq%5d=cnt_a"
        ),
        (["contact.update", "cnt_a", "first_name=null"], #"PATCH /contacts/cnt_a {"first_name":"null"}"#),
        (["contact.update", "cnt_a", "first_name:=null"], #"PATCH /contacts/cnt_a {"first_name":null}"#),
        (["contact.update", "cnt_a", "cmp_b"], #"PATCH /contacts/cnt_a {"company_id":"cmp_b"}"#),
        (
            ["company.update", "cmp_a", #"name=Tom "T" O'Hara"#],
            #"PATCH /companies/cmp_a {"name":"Tom \"T\" O'Hara"}"#
        ),
        (["tag.update", "tag_a", "auto_tagging_enabled=true"], #"PATCH /tags/tag_a {"auto_tagging_enabled":true}"#),
        (["contact.get", "fields=id", "cnt_a"], "GET /contacts/cnt_a"),
        (["contact.list"], "GET /contacts"), (["contact.list", "null"], "GET /contacts"),
    ]

    @Test(arguments: written)
    func paramsAreWordsOrJSON(row: (words: [String], request: String)) throws {
        let request = try sent(row.words)
        #expect(request == row.request)
    }

    @Test func paramsComeFromAFile() throws {
        let path = "/tmp/engagement-rpc-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { unlink(path) }
        try "\u{FEFF}{\r\n\"engagement_id\": \"ngmt_a\"\r\n}".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try sent(["engagement.get", "@" + path]) == "GET /engagements/ngmt_a")
        #expect(try sent(["engagement.get", "@/dev/stdin"], input: #"["ngmt_a"]"#) == "GET /engagements/ngmt_a")
        #expect(try sent(["engagement.get", "-"], input: #"["ngmt_a"]"#) == "GET /engagements/ngmt_a")
    }

    static let misspelt: [(words: [String], status: Int32, hint: String)] = [
        (["contact.list", "nonsense"], 64, "PARAMS is JSON"), (["contact.list", ""], 64, "PARAMS is JSON"),
        (["contact.list", "{"], 64, "not JSON at byte"), (["contact.list", "limit:=x"], 64, "limit:="),
        (["contact.list", "limit=5", "limit=6"], 64, "limit is given twice"),
        (["contact.list", "limit=5", "{}"], 64, "all of PARAMS"),
        (["contact.list", "-", "limit=5"], 64, "all of PARAMS"),
        (["engagement.get", "@/nonexistent"], 66, "/nonexistent"), (["engagement.get", "@"], 64, "name of a file"),
        (["engagement.get", "@/tmp"], 74, "/tmp"), (["contact.list", "sk-apik_secret.secret"], 64, "PARAMS is JSON"),
        (["service.ping", "ngmt_a"], 64, "more words"),
        (["contact.list", "--raw", "--compact"], 64, "choose one"), (["engagement.get", "cnt_a"], 1, "engagement_id"),
        (["engagement.get", "ngmt_"], 1, "engagement_id"), (["engagement.get", "ngmt_../x"], 1, "engagement_id"),
        (["engagement.get", "ngmt_a", "expnd=owner"], 1, "Did you mean expand?"),
        (["engagement.gte", "ngmt_a"], 1, "Did you mean engagement.get?"),
        (["contact.list", "limit=many"], 1, "limit"),
        // Whatever else the method takes, a second id is not that.
        (["contact.get", "cnt_a", "cnt_b"], 64, "one is cnt_…"),
        (["contact.update", "cnt_a", "cnt_b"], 1, "company_id"),
        (["company.update", "cmp_a", "cnt_b"], 64, "more words"), (["tag.create", "tag_a"], 64, "more words"),
        (["transcriptComment.create", "ngmt_a", "ngmt_b"], 1, "body is missing"),
        (["contact.list", "cnt_a"], 64, "cnt_…"),
        (["engagement.replaceContacts", "ngmt_a", "cnt_b", "usr_c"], 1, "contact_ids[1]"),
        (["engagement.get", "ngmt_a", "ngmt_b"], 64, "ngmt_…"),
        (["engagement.replaceContacts", "ngmt_a", "contact_ids="], 64, "contact_ids:=[]"),
        (["engagement.replaceContacts", "ngmt_a", "contact_ids=,"], 64, "contact_ids:=[]"),
        (["engagement.replaceTags", "ngmt_a", "tag_ids= "], 64, "tag_ids:=[]"),
        (["engagement.findContacts", "names="], 64, "names:=[]"),
    ]

    @Test(arguments: misspelt)
    func whatCanNotBeReadIsSaidInASentence(row: (words: [String], status: Int32, hint: String)) throws {
        let server = try FaultServer(always: .ok())
        let command = try Command(
            ["call"] + row.words + ["--base-url", server.baseURL], environment: Self.signIn)
        #expect(command.ending == .exited(row.status), "\(command)")
        #expect(command.errors.contains(row.hint) && !command.errors.contains("secret.secret"), "\(command.errors)")
        #expect(command.errors.split(separator: "\n").count == 1 && server.requests.isEmpty)
    }

    // MARK: The answer

    /// The message on stderr, the error on stdout.
    @Test(arguments: [[], ["--compact"], ["--raw"]])
    func aFailureIsSaidOnStderr(style: [String]) throws {
        let command = try Command(["call", "engagement.get", #"["ngmt_sandbox99"]"#, "--sandbox"] + style)
        #expect(command.ending == .exited(1))
        let answer = try Answer(Array(command.output.utf8))
        let message = style == ["--raw"] ? answer.string("error", "message") : answer.string("message")
        #expect(try command.errors == "engagement-rpc: \(#require(message))\n")
        #expect(answer.int("code") == (style == ["--raw"] ? nil : 404))
    }

    /// In a log, an editor and a script the message is all there is.
    @Test(arguments: [
        ("engagement.replaceContacts", #"contact_ids[0] "cnt_nobody": not_found"#),
        ("engagement.addContacts", #"contact_ids[2] "cnt_nobody": not_found"#),
    ])
    func aRefusalNamesTheValue(method: String, place: String) throws {
        let command = try Command(["call", method, #"["ngmt_sandbox01",["cnt_nobody"]]"#, "--sandbox"])
        let message = "The API did not accept the values (422): \(place); see data.errors."
        #expect(command.errors == "engagement-rpc: \(message)\n")
        let host = try sandbox()
        let tool = method == "engagement.addContacts" ? "engagement_add_contacts" : "engagement_replace_contacts"
        let arguments = #""arguments":{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_nobody"]}"#
        let answer = try host.call("tools/call", #"{"name":"\#(tool)",\#(arguments),\#(Era.meta)}"#)
        let text = try answer.elements("result", "content").first?.string("text") ?? ""
        #expect(try Answer(Array(text.utf8)).string("message")?.contains(place) == true, "\(answer)")
        try host.finish()
    }

    @Test func compactIsTheResultOnOneLine() throws {
        let command = try Command(["call", "engagement.get", "ngmt_sandbox02", "--sandbox", "--compact"])
        #expect(command.ending == .exited(0) && command.errors.isEmpty)
        #expect(command.output.hasPrefix(#"{"data":{"object":"engagement","id":"ngmt_sandbox02""#), "\(command.output)")
        #expect(command.output.firstIndex(of: "\n") == command.output.indices.last)
        let server = try FaultServer(always: .ok("{ \"a\" : [ 1 , \"b  c\" ] }"))
        let spaced = try Command(
            ["call", "engagement.get", "ngmt_a", "--compact", "--base-url", server.baseURL], environment: Self.signIn)
        #expect(spaced.output.hasPrefix(#"{"data":{"a":[1,"b  c"]},"#), "\(spaced.output)")
        #expect(try Command(["serve", "--compact"]).ending == .exited(64))
    }

    /// The API's text stays as it is, but for what could disturb a terminal.
    @Test func compactChangesNoText() throws {
        let body = "{\"title\":\"cut \\ud83d emoji \u{200F}\u{61C}\u{200E}\u{202E}\"}"
        let server = try FaultServer(always: .ok(body))
        let command = try Command(
            ["call", "engagement.get", "ngmt_a", "--compact", "--base-url", server.baseURL], environment: Self.signIn)
        let shown = #"{"data":{"title":"cut \ud83d emoji \u200f\u061c\u200e\u202e"},"#
        #expect(command.output.hasPrefix(shown), "\(command.output)")
    }

    /// A terminal takes U+009B for the beginning of a command.
    @Test func rawDisturbsNoTerminal() throws {
        let server = try FaultServer(always: .ok("{\"title\":\"a\u{9B}31m\u{202E}\"}"))
        let call = ["call", "engagement.get", "ngmt_a", "--raw", "--base-url", server.baseURL]
        #expect(try Command(call, environment: Self.signIn).output.contains("a\u{9B}31m\u{202E}\""))
        var setup = Setup(call, environment: Self.signIn)
        (setup.output, setup.checks) = (.terminal, .text)
        let shown = try Command(setup).output
        #expect(shown.contains(#""title":"a\u009b31m\u202e""#) && shown.hasSuffix("}\r\n"), "\(shown)")
    }

    /// A list of which something is missing must not pass for the whole of it.
    @Test func aListThatIsCutIsNoSuccess() throws {
        let page = #"{"object":"list","data":[{"id":"cnt_a"}],"has_more":true,"next_cursor":"n"}"#
        let server = try FaultServer { $0.target.contains("cursor=") ? .problem(500) : .ok(page) }
        for style in [[], ["--compact"], ["--raw"]] {
            let command = try Command(
                ["call", "contact.list", #"{"all":true}"#, "--base-url", server.baseURL, "--max-attempts", "1"] + style,
                environment: Self.signIn)
            #expect(command.ending == .exited(1), "\(command)")
            #expect(command.output.contains("cnt_a") && command.output.contains("stopped_by"), "\(command.output)")
            let lines = command.errors.split(separator: "\n")
            #expect(lines.count == 1 && command.errors.contains("cut short"), "\(command.errors)")
            #expect(command.errors.contains("(500)") && command.errors.contains("next_cursor"), "\(command.errors)")
        }
        let limited = try Command(["call", "contact.list", #"{"all":true,"max_items":3}"#, "--sandbox"])
        #expect(limited.ending == .exited(1) && limited.errors.contains("max_items"), "\(limited.errors)")
        let whole = try Command(["call", "tag.list", "all=true", "--sandbox"])
        #expect(whole.ending == .exited(0) && whole.errors.isEmpty)
    }

    /// Progress is no answer.
    @Test func progressIsNotPrinted() throws {
        let params = #"{"all":true,"fields":["id"],"options":{"progress_token":1}}"#
        for style in ["--raw", "--compact"] {
            let command = try Command(["call", "contact.list", params, "--sandbox", style])
            #expect(command.ending == .exited(0) && command.output.split(separator: "\n").count == 1, "\(command)")
        }
    }

    @Test func withoutAStdoutNothingIsDone() throws {
        let server = try FaultServer(always: .ok())
        let call = ["call", "engagement.replaceContacts", "ngmt_a", "cnt_a", "--base-url", server.baseURL]
        for arguments in [call, ["--version"], ["help"], ["schema"], ["doctor", "--base-url", server.baseURL]] {
            var setup = Setup(arguments, environment: Self.signIn)
            setup.output = .closed
            let host = try HostProcess(setup)
            #expect(try host.waitForExit() == .exited(74), "\(arguments)")
            #expect(host.errorText.contains("no stdout"), "\(host.errorText)")
        }
        #expect(server.connections == 0)
    }

    /// A reader that has gone wants no more, and that is no failure.
    @Test func aReaderThatHasGoneIsNoFailure() throws {
        let server = try FaultServer(always: Reaction.ok().after(milliseconds: 500))
        var setup = Setup(["call", "engagement.get", "ngmt_a", "--base-url", server.baseURL], environment: Self.signIn)
        setup.checks = .text
        let host = try HostProcess(setup)
        try host.wait(within: 5, for: "the request") { server.requests.count == 1 }
        host.closeOutputReader()
        #expect(try host.waitForExit(within: 2) == .exited(0))
        #expect(host.errorText.isEmpty)
    }
}
