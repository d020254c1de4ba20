import TestSupport
import Testing

/// What an editor shows of the API: hover, hints, completion, diagnostics.
@Suite(.ownThread)
struct LSPReadingTests {
    private static let uri = "file:///notes.md"

    private func begin(_ capabilities: String = "{}", _ arguments: [String] = []) throws -> EditorClient {
        try EditorClient(EditorClient.setup(["--sandbox"] + arguments), capabilities: capabilities)
    }

    private func hover(_ editor: EditorClient, _ character: Int, line: Int = 0) throws -> Answer {
        try editor.ask("textDocument/hover", EditorClient.place(Self.uri, line: line, character))
    }

    @Test func hoverSaysWhatAPersonWantsToKnow() throws {
        let editor = try begin(#"{"textDocument":{"hover":{"contentFormat":["markdown","plaintext"]}}}"#)
        try editor.open(Self.uri, "ngmt_sandbox01\ncnt_sandbox01\ncnt_nobody\nword\n")
        let meeting = try hover(editor, 3)
        #expect(meeting.string("result", "contents", "kind") == "markdown")
        let text = meeting.string("result", "contents", "value") ?? ""
        for part in [
            "**Quarterly review with Acme**", "meeting", "2026-01-10 09:15 UTC", "Ana Souza", "contact1@acme.example",
            "(room)", "Room Kilimanjaro", "ngmt_sandbox01",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        let contact = try hover(editor, 0, line: 1).string("result", "contents", "value") ?? ""
        for part in ["**Ana Souza**", "contact1@acme.example", "Acme GmbH"] { #expect(contact.contains(part)) }
        let nobody = try hover(editor, 10, line: 2).string("result", "contents", "value") ?? ""
        #expect(nobody.contains("not found") && nobody.contains("cnt_nobody"))
        #expect(try hover(editor, 2, line: 3).text("result") == "null")
        try editor.finish()
        let plain = try begin()
        try plain.open(Self.uri, "ngmt_sandbox01")
        #expect(try hover(plain, 3).string("result", "contents", "kind") == "plaintext")
        try plain.finish()
    }

    @Test func aFailedLookUpIsTheText() throws {
        let server = try FaultServer(always: .answer(500, #"{"detail":"no"}"#))
        let editor = try EditorClient(
            EditorClient.setup(
                server.arguments + ["--max-attempts", "1"], environment: ["ENGAGEMENT_RPC_TOKEN": testToken]))
        try editor.open(Self.uri, "cnt_a")
        let answer = try hover(editor, 2)
        #expect(answer.string("result", "contents", "value")?.contains("could not be read") == true, "\(answer)")
        try editor.finish()
    }

    @Test func withoutATokenHoverSaysSo() throws {
        let editor = try EditorClient(EditorClient.setup([]))
        try editor.open(Self.uri, "cnt_a")
        let answer = try hover(editor, 2)
        #expect(answer.string("result", "contents", "value")?.contains("token") == true, "\(answer)")
        try editor.finish()
    }

    /// Names from outside in each place where one is shown.
    @Test func hostileNamesAreHarmless() throws {
        let name = #"**[x](http://evil)** <script>`\u202e\u200b\n# y_z_ ![i](www.evil)"#
        let contact =
            #"{"id":"cnt_a","first_name":"\#(name)","last_name":null,"emails":[{"email":"a<b>@c","is_primary":true}]}"#
        let meeting = #"{"id":"ngmt_a","title":"\#(name)","contacts":[\#(contact)]}"#
        let server = try FaultServer { request in
            if request.target.contains("/contacts/") { return .ok(contact) }
            if request.target.contains("/contacts?") { return .ok(#"{"data":[\#(contact)],"has_more":false}"#) }
            return .ok(meeting)
        }
        let documentation = #""documentationFormat":["markdown"],"resolveSupport":{"properties":["documentation"]}"#
        let editor = try EditorClient(
            EditorClient.setup(server.arguments, environment: ["ENGAGEMENT_RPC_TOKEN": testToken]),
            capabilities:
                #"{"textDocument":{"hover":{"contentFormat":["markdown"]},"completion":{"completionItem":{\#(documentation)}}}}"#
        )
        try editor.open(Self.uri, "cnt_a ngmt_a\ncnt_x")
        func check(_ text: String?, isMarkdown: Bool) {
            guard let text else {
                Issue.record("no text")
                return
            }
            #expect(!text.unicodeScalars.contains { $0 == "\u{202e}" || $0 == "\u{200b}" || $0 == "\u{7}" }, "\(text)")
            guard isMarkdown else { return }
            let rest = text.split(separator: #"\<"#, omittingEmptySubsequences: false).joined()
            #expect(!rest.contains("<"), "\(text)")
            for part in ["[x](", "**[", "![", "](http:", "# y\n"] {
                #expect(!text.contains(part), "\(part) in \(text)")
            }
        }
        check(try hover(editor, 2).string("result", "contents", "value"), isMarkdown: true)
        check(try hover(editor, 8).string("result", "contents", "value"), isMarkdown: true)
        let hints = try editor.ask("textDocument/inlayHint", EditorClient.lines(Self.uri, 0..<1))
        #expect(hints.count("result") == 2)
        for index in ["0", "1"] {
            check(hints.string("result", index, "label"), isMarkdown: false)
            #expect(hints.string("result", index, "label")?.contains("\n") == false)
        }
        let list = try editor.ask("textDocument/completion", EditorClient.place(Self.uri, line: 1, 5))
        check(list.string("result", "items", "0", "label"), isMarkdown: false)
        check(list.string("result", "items", "0", "detail"), isMarkdown: false)
        let item = try #require(list.text("result", "items", "0"))
        let resolved = try editor.ask("completionItem/resolve", item)
        check(resolved.string("result", "documentation", "value"), isMarkdown: true)
        try editor.finish()
    }

    @Test func hintsAreNamesBehindIDs() throws {
        let editor = try begin()
        try editor.open(Self.uri, "a cnt_sandbox01, (ngmt_sandbox01)\ncmp_sandbox01\nxcnt_sandbox02 cnt_nobody\n")
        let hints = try editor.ask("textDocument/inlayHint", EditorClient.lines(Self.uri, 0..<9))
        #expect(hints.count("result") == 3)
        let labels = (0..<3).map { hints.string("result", "\($0)", "label") ?? "" }
        #expect(labels == ["Ana Souza", "Quarterly review with Acme", "Acme GmbH"])
        #expect(hints.int("result", "0", "position", "character") == 15)
        let part = try editor.ask("textDocument/inlayHint", EditorClient.lines(Self.uri, 1..<2))
        #expect(part.count("result") == 1 && part.string("result", "0", "label") == "Acme GmbH")
        // The word that is being typed has none.
        try editor.change(Self.uri, version: 2, line: 1, 13..<13, "1")
        try editor.change(Self.uri, version: 3, line: 1, 13..<14, "")
        let typed = try editor.ask("textDocument/inlayHint", EditorClient.lines(Self.uri, 1..<2))
        #expect(typed.text("result") == "[]")
        try editor.change(Self.uri, version: 4, line: 2, 0..<0, "x")
        let moved = try editor.ask("textDocument/inlayHint", EditorClient.lines(Self.uri, 1..<2))
        #expect(moved.count("result") == 1)
        try editor.finish()
    }

    @Test func aClientThatRefreshesIsAnsweredAtOnce() throws {
        let editor = try begin(#"{"workspace":{"inlayHint":{"refreshSupport":true}}}"#)
        try editor.open(Self.uri, "cnt_sandbox01")
        _ = try editor.ask("textDocument/inlayHint", EditorClient.lines(Self.uri, 0..<9))
        let refresh = try editor.next("workspace/inlayHint/refresh")
        try editor.respond(to: refresh, #""result":null"#)
        let hints = try editor.ask("textDocument/inlayHint", EditorClient.lines(Self.uri, 0..<9))
        #expect(hints.string("result", "0", "label") == "Ana Souza")
        #expect(try !editor.comes("workspace/inlayHint/refresh", within: 0.6), "nothing is new")
        try editor.finish()
    }

    @Test func completionSearches() throws {
        let editor = try begin(
            #"{"textDocument":{"completion":{"completionItem":{"labelDetailsSupport":true,"resolveSupport":{"properties":["documentation"]}}}}}"#
        )
        try editor.open(Self.uri, "with cnt_souzab\nngmt_Acme\nxcnt_so\nfoo\ncnt_\n")
        let list = try editor.ask("textDocument/completion", EditorClient.place(Self.uri, line: 0, 14))
        #expect(list.bool("result", "isIncomplete") == true)
        let count = try #require(list.count("result", "items"))
        #expect(count >= 1 && count <= 20)
        #expect(list.string("result", "items", "0", "label")?.contains("Souza") == true)
        #expect(list.string("result", "items", "0", "filterText")?.hasPrefix("cnt_souza") == true)
        #expect(list.string("result", "items", "0", "labelDetails", "description")?.contains("@") == true)
        #expect(list.string("result", "items", "0", "detail")?.contains("@") == true)
        #expect(list.int("result", "items", "0", "textEdit", "range", "start", "character") == 5)
        #expect(list.int("result", "items", "0", "textEdit", "range", "end", "character") == 15, "the whole word")
        #expect(list.string("result", "items", "0", "textEdit", "newText")?.hasPrefix("cnt_") == true)
        let item = try #require(list.text("result", "items", "0"))
        let resolved = try editor.ask("completionItem/resolve", item)
        #expect(resolved.string("result", "documentation", "value")?.contains("Souza") == true)
        #expect(resolved.text("result", "textEdit") == list.text("result", "items", "0", "textEdit"))
        let meetings = try editor.ask("textDocument/completion", EditorClient.place(Self.uri, line: 1, 9))
        #expect(meetings.string("result", "items", "0", "label")?.contains("Acme") == true)
        let newest = try editor.ask("textDocument/completion", EditorClient.place(Self.uri, line: 4, 4))
        #expect(newest.count("result", "items") == 20)
        for (line, character) in [(2, 7), (3, 3)] {
            let none = try editor.ask("textDocument/completion", EditorClient.place(Self.uri, line: line, character))
            #expect(none.text("result") == "null")
        }
        try editor.finish()
    }

    /// What is before the cursor, the rest of the word, and what is found.
    private static let typedNames = [
        ("cnt_bjö", "", "Björn"), ("cnt_bj", "örn", "Björn"), ("cnt_chloé", "", "Chloé"),
        ("ngmt_kün", "digung", "Kündigung"), ("ngmt_北京", "数据", "北京数据"), ("cmp_café", "", "Café"),
    ]

    @Test(arguments: typedNames)
    func completionSearchesInEveryScript(_ typed: String, _ rest: String, _ name: String) throws {
        let editor = try begin()
        try editor.open(Self.uri, "é 😀 \(typed)\(rest), ö")
        let start = "é 😀 ".utf16.count
        let place = EditorClient.place(Self.uri, line: 0, start + typed.utf16.count)
        let list = try editor.ask("textDocument/completion", place)
        #expect(list.string("result", "items", "0", "label")?.contains(name) == true, "\(list)")
        #expect(list.string("result", "items", "0", "filterText")?.hasPrefix(typed + " ") == true, "\(list)")
        let range = ["start", "end"].map { list.int("result", "items", "0", "textEdit", "range", $0, "character") }
        #expect(range == [start, start + (typed + rest).utf16.count], "\(list)")
        try editor.finish()
    }

    @Test func diagnosticsArePulledOrPushed() throws {
        let puller = try begin(#"{"textDocument":{"diagnostic":{},"publishDiagnostics":{}}}"#)
        try puller.open(Self.uri, "cnt_sandbox01 cnt_nobody")
        let report = try puller.ask("textDocument/diagnostic", #"{"textDocument":{"uri":"\#(Self.uri)"}}"#)
        #expect(report.string("result", "kind") == "full" && report.count("result", "items") == 1)
        #expect(report.string("result", "items", "0", "code") == "not_found")
        #expect(report.string("result", "items", "0", "source") == "engagement-rpc")
        #expect(report.int("result", "items", "0", "severity") == 2)
        #expect(report.int("result", "items", "0", "range", "start", "character") == 14)
        #expect(try !puller.comes("textDocument/publishDiagnostics", within: 1))
        try puller.finish()
        let pusher = try begin(#"{"textDocument":{"publishDiagnostics":{"versionSupport":true}}}"#)
        #expect(pusher.greeting.text("result", "capabilities", "diagnosticProvider") == nil)
        try pusher.open(Self.uri, "cnt_sandbox01 cnt_nobody ")
        let pushed = try pusher.next("textDocument/publishDiagnostics")
        #expect(pushed.count("params", "diagnostics") == 1 && pushed.int("params", "version") == 1)
        try pusher.change(Self.uri, version: 2, line: 0, 14..<24, "")
        #expect(try pusher.next("textDocument/publishDiagnostics").count("params", "diagnostics") == 0)
        try pusher.finish()
    }

    @Test func nothingIsOfferedThatWouldBeRefused() throws {
        let editor = try EditorClient(
            EditorClient.setup(["--sandbox", "--methods", "contact.get"]),
            capabilities: #"{"textDocument":{"diagnostic":{}}}"#)
        try editor.open(Self.uri, "ngmt_sandbox01 cnt_sandbox01 cnt_a")
        #expect(try hover(editor, 3).text("result") == "null")
        #expect(try hover(editor, 17).string("result", "contents", "value")?.contains("Ana Souza") == true)
        let list = try editor.ask("textDocument/completion", EditorClient.place(Self.uri, line: 0, 34))
        #expect(list.text("result") == "null")
        let hints = try editor.ask("textDocument/inlayHint", EditorClient.lines(Self.uri, 0..<9))
        #expect(hints.count("result") == 1)
        try editor.finish()
    }
}
