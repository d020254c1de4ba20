import Foundation
import TestSupport
import Testing

/// Attendees documents in editors that can't do all that others can, and after a while.
@Suite(.ownThread)
struct AttendeesHabitsTests {
    private static let cantAsk = #""error":{"code":-32601,"message":"Method not found"}"#

    private func with(
        _ arguments: [String] = [], name: String = "test", capabilities: String = AttendeesEditor.capabilities,
        _ body: (AttendeesEditor) throws -> Void
    ) throws {
        try AttendeesEditor.withFolder { folder in
            let editor = try AttendeesEditor(
                ["--sandbox"] + arguments, folder: folder, name: name, capabilities: capabilities)
            try body(editor)
            try editor.client.finish()
        }
    }

    private func add(_ id: String, _ editor: AttendeesEditor) throws {
        let answer = try editor.client.process.call(
            "engagement.addContacts", #"{"engagement_id":"\#(editor.engagement)","contact_ids":["\#(id)"]}"#)
        #expect(answer.code == nil, "\(answer)")
    }

    private func run(_ action: Answer, _ editor: AttendeesEditor) throws {
        let name = try #require(action.string("command", "command")?.split(separator: ".").last.map(String.init))
        let arguments = try action.elements("command", "arguments").map { $0.string() ?? "" }
        let answer = try AttendeesEditor.command(editor.client, name, arguments)
        #expect(answer.text("result") == "null", "\(answer)")
    }

    /// Where nobody can be asked, the title of a code action is the question of an undo, too. It is good once, and for
    /// what it says.
    @Test func anUndoWithoutAQuestion() throws {
        let journal = NSTemporaryDirectory() + "attendees-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: journal) }
        try with(["--journal", journal]) { editor in
            try editor.edit(editor.text.replacing("cnt_sandbox02", with: "cnt_sandbox05"))
            try editor.save()
            try editor.answer(try editor.question(), "Replace")
            _ = try editor.told()
            try editor.takeEdit()
            let title = "Undo now: drop Efua Mensah, add Björn Lindqvist"
            func offered() throws -> Answer {
                _ = try AttendeesEditor.command(editor.client, "undo", [editor.engagement])
                try editor.client.respond(to: try editor.question(), Self.cantAsk)
                #expect(try editor.told().contains(title))
                return try #require(try editor.actions.first { $0.string("title") == title })
            }
            let first = try offered()
            #expect(try editor.writes == 1)
            // Somebody has replaced meanwhile: the yes was to something else, so it is asked anew.
            let other = try editor.client.process.call(
                "engagement.replaceContacts",
                #"{"engagement_id":"\#(editor.engagement)","contact_ids":["cnt_sandbox01","cnt_sandbox07"]}"#)
            #expect(other.code == nil)
            try run(first, editor)
            let anew = try editor.question()
            #expect(anew.string("params", "message")?.contains("Gábor") == true, "\(anew)")
            try editor.answer(anew, "Undo")
            #expect(try editor.told().contains("undone, dropped 1, added 1"))
            #expect(try editor.contacts.sorted() == ["cnt_sandbox01", "cnt_sandbox05"])
            try run(first, editor)
            #expect(try editor.told().contains("good once"))
            #expect(try editor.writes == 3)
        }
    }

    @Test func anUndoByItsTitle() throws {
        let journal = NSTemporaryDirectory() + "attendees-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: journal) }
        try with(["--journal", journal]) { editor in
            try editor.edit(editor.text.replacing("cnt_sandbox02", with: "cnt_sandbox05"))
            try editor.save()
            try editor.answer(try editor.question(), "Replace")
            _ = try editor.told()
            try editor.takeEdit()
            _ = try AttendeesEditor.command(editor.client, "undo", [editor.engagement])
            try editor.client.respond(to: try editor.question(), Self.cantAsk)
            _ = try editor.told()
            let action = try #require(try editor.actions.first { $0.string("title")?.hasPrefix("Undo now") == true })
            try run(action, editor)
            #expect(try editor.told().contains("undone, dropped 1, added 1"))
            #expect(try editor.contacts.sorted() == ["cnt_sandbox01", "cnt_sandbox02"])
            #expect(try editor.writes == 2)
            #expect(try !editor.actions.contains { $0.string("title")?.hasPrefix("Undo now") == true })
        }
    }

    /// A question whether to reload that can't be shown: the person is told, and a code action does it.
    @Test func aReloadWithoutAQuestion() throws {
        try with { editor in
            try add("cnt_sandbox09", editor)
            try editor.edit(editor.text + "cnt_sandbox05\n")
            try editor.save()
            let question = try editor.question()
            #expect(question.string("params", "message")?.hasPrefix("Somebody else") == true)
            try editor.client.respond(to: question, Self.cantAsk)
            #expect(try editor.told().contains("\"Reload: others are listed now\""))
            let action = try #require(
                try editor.actions.first { $0.string("title") == "Reload: others are listed now" })
            try editor.apply(try action.elements("edit", "documentChanges")[0].elements("edits"))
            #expect(try editor.lenses == ["No change"])
            #expect(editor.text.contains("cnt_sandbox09") && !editor.text.contains("cnt_sandbox05"))
            #expect(try editor.writes == 1)
        }
    }

    /// That others are there than when the file was made is said when it is opened, if it was made a while ago.
    @Test(arguments: [true, false]) func anOldFile(_ isChanged: Bool) throws {
        let shared = try SharedSandbox()
        try AttendeesEditor.withFolder { folder in
            let first = try AttendeesEditor(["--sandbox-at", shared.url], folder: folder)
            let text = first.text + "cnt_sandbox05\n"
            try first.edit(text)
            try first.save()
            try first.answer(try first.question(), "Keep as it is")
            if isChanged { try add("cnt_sandbox09", first) }
            try first.client.finish()
            let base = (first.path as NSString).deletingLastPathComponent + "/.ngmt_sandbox01.base"
            let old = try String(contentsOfFile: base, encoding: .utf8)
            try Data(old.replacing(#/"read_at":\d+/#, with: #""read_at":1"#).utf8).write(to: URL(fileURLWithPath: base))
            let client = try AttendeesEditor.session(["--sandbox-at", shared.url], folder: folder)
            try client.open(first.uri, text)
            let message = try client.next("window/showMessage").string("params", "message") ?? ""
            #expect(message.contains("saved here, not sent"))
            guard isChanged else {
                #expect(try !client.comes("window/showMessageRequest", within: 0.5))
                return try client.finish()
            }
            let question = try client.next("window/showMessageRequest")
            #expect(question.string("params", "message")?.hasPrefix("Somebody else changed who is listed") == true)
            try client.respond(to: question, #""result":{"title":"Reload"}"#)
            let request = try client.next("workspace/applyEdit")
            #expect(request.text("params")?.contains("cnt_sandbox09") == true, "\(request)")
            try client.finish()
        }
    }

    /// Edits are for a version only where the client looks at it: it has said so, or is known to.
    @Test(arguments: [("test", false), ("Neovim", true)]) func editsWithoutVersions(_ name: String, _ has: Bool) throws
    {
        let capabilities =
            #"{"workspace":{"applyEdit":true},"textDocument":{"codeAction":{"codeActionLiteralSupport":{}}}}"#
        try with(name: name, capabilities: capabilities) { editor in
            try editor.edit(editor.text.replacing("cnt_sandbox02", with: "contact5@mail.example"))
            try editor.edit(
                editor.text.split(separator: "\n").filter { !$0.hasPrefix("contact5") }.joined(separator: "\n")
                    + "\ncontact5@mail.example\n")
            try editor.save()
            try editor.answer(try editor.question(), "Replace")
            let request = try editor.client.next("workspace/applyEdit")
            #expect((request.text("params", "edit", "documentChanges") != nil) == has, "\(request)")
            #expect((request.text("params", "edit", "changes", editor.uri) != nil) != has, "\(request)")
            #expect(request.text("params", "label") == nil, "some clients show it, and ask for Enter")
            if has {
                try editor.apply(try request.elements("params", "edit", "documentChanges")[0].elements("edits"))
            } else {
                try editor.apply(try request.elements("params", "edit", "changes", editor.uri))
            }
            #expect(editor.text.contains("cnt_sandbox05 Efua Mensah <contact5@mail.example>"), "\(editor.text)")
        }
    }

    /// Who may be meant by an ambiguous address is offered where it stands; the choice mends it.
    @Test func anAmbiguousAddress() throws {
        try with { editor in
            try editor.edit(editor.text + "front-desk@mail.example\n# end\n")
            var fixes: [Answer] = []
            for _ in 0..<100 where fixes.isEmpty {
                fixes = try editor.actions.filter { $0.string("title")?.hasPrefix("Use cnt_") == true }
                if fixes.isEmpty { _ = try editor.client.comes("textDocument/publishDiagnostics", within: 0.1) }
            }
            #expect(fixes.count == 2, "\(fixes)")
            let chosen = try #require(fixes.first { $0.string("title")?.contains("Rosa") == true })
            #expect(chosen.string("kind") == "quickfix")
            try editor.apply(try chosen.elements("edit", "documentChanges")[0].elements("edits"))
            #expect(
                editor.text.contains("\ncnt_sandbox38 Rosa ") && editor.text.hasSuffix("\n# end\n"), "\(editor.text)")
            #expect(try editor.lenses == ["Replace: drops 0, adds 1"])
        }
    }

    /// A fix of one of several on a line leaves the others there.
    @Test func severalOnALine() throws {
        try with { editor in
            let people = editor.text
            try editor.edit(
                people + "cnt_sandbox05, Desk <front-desk@mail.example>\ncnt_sandbox06, cnt_sandbox01\n# end\n")
            var fixes: [Answer] = []
            for _ in 0..<100 where fixes.isEmpty {
                fixes = try editor.actions.filter { $0.string("title")?.hasPrefix("Use cnt_sandbox38") == true }
                if fixes.isEmpty { _ = try editor.client.comes("textDocument/publishDiagnostics", within: 0.1) }
            }
            #expect(try !editor.actions.contains { $0.string("title") == "Take this line out" })
            let fix = try #require(fixes.first)
            try editor.apply(try fix.elements("edit", "documentChanges")[0].elements("edits"))
            #expect(
                editor.text == people
                    + "cnt_sandbox05, Desk <cnt_sandbox38>\ncnt_sandbox06, cnt_sandbox01\n# end\n")
            #expect(try editor.lenses == ["Replace: drops 0, adds 3"])
        }
    }

    /// What is not offered is not declared: by the user's switches, and by the process's settings.
    @Test(
        arguments: [
            (
                [], #"{"definition":false}"#, [], ["definitionProvider"],
                ["workspaceSymbolProvider", "codeLensProvider"]
            ),
            ([], #"{"symbols":false}"#, [], ["workspaceSymbolProvider"], ["definitionProvider", "hoverProvider"]),
            (
                [], #"{"attendees":false}"#, [],
                ["definitionProvider", "workspaceSymbolProvider", "codeLensProvider", "executeCommandProvider"],
                ["hoverProvider", "completionProvider"]
            ),
            (
                ["--read-only"], "{}", ["openAttendees"], ["codeLensProvider"],
                ["definitionProvider", "workspaceSymbolProvider"]
            ),
            (
                ["--methods", "contact.*"], "{}", [],
                ["definitionProvider", "workspaceSymbolProvider", "codeLensProvider", "executeCommandProvider"],
                ["hoverProvider"]
            ),
        ] as [([String], String, [String], [String], [String])])
    func whatIsOff(
        _ arguments: [String], _ options: String, _ commands: [String], _ gone: [String], _ left: [String]
    ) throws {
        try AttendeesEditor.withFolder { folder in
            let client = try EditorClient(
                EditorClient.setup(["--sandbox"] + arguments, environment: ["XDG_RUNTIME_DIR": folder]),
                capabilities: AttendeesEditor.capabilities, options: options)
            let greeting = client.greeting
            for name in gone { #expect(greeting.text("result", "capabilities", name) == nil, "\(name)") }
            for name in left { #expect(greeting.text("result", "capabilities", name) != nil, "\(name)") }
            if !commands.isEmpty {
                let offered = try greeting.elements("result", "capabilities", "executeCommandProvider", "commands")
                #expect(offered.map { $0.string() } == commands.map { "engagementRpc.\($0)" })
            }
            try client.open("file:///n.md", "ngmt_sandbox01")
            let place = EditorClient.place("file:///n.md", line: 0, 3)
            if gone.contains("definitionProvider") {
                #expect(try client.ask("textDocument/definition", place).text("result") == "null")
            }
            if gone.contains("workspaceSymbolProvider") {
                #expect(try client.ask("workspace/symbol", #"{"query":""}"#).text("result") == "[]")
            }
            try client.finish()
        }
    }
}
