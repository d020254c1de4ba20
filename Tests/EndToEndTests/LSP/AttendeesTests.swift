import Foundation
import TestSupport
import Testing

/// The attendees of an engagement as a document: its file, what it says, and what is done with it.
@Suite(.ownThread)
struct AttendeesTests {
    private func mode(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
    }

    private func with(_ arguments: [String] = [], _ body: (AttendeesEditor) throws -> Void) throws {
        try AttendeesEditor.withFolder { folder in
            let editor = try AttendeesEditor(["--sandbox"] + arguments, folder: folder)
            try body(editor)
            try editor.client.finish()
        }
    }

    /// By each of the ways that lead to it, the file is there before its address is told, and nobody else's to read.
    @Test func theFileIsThereAndPrivate() throws {
        try AttendeesEditor.withFolder { folder in
            let client = try AttendeesEditor.session(["--sandbox"], folder: folder)
            try client.open("file:///notes.md", "See ngmt_sandbox01.")
            let place = EditorClient.place("file:///notes.md", line: 0, 8)
            let definition = try client.ask("textDocument/definition", place)
            let uri = try #require(definition.string("result", "uri"))
            let path = AttendeesEditor.path(uri)
            #expect(path.hasPrefix(folder + "/") && path.hasSuffix("/ngmt_sandbox01.attendees"))
            #expect(try mode(path) == 0o600)
            #expect(try mode(String(path.dropLast("/ngmt_sandbox01.attendees".count))) == 0o700)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(
                text.hasPrefix("# Quarterly review with Acme (ngmt_sandbox01)\n#")
                    && text.contains("\ncnt_sandbox01 Ana Souza <contact1@acme.example>\n")
                    && text.contains("\n# Room: Room Kilimanjaro (cnt_sandboxroom1)\n"), "\(text)")
            let symbols = try client.ask("workspace/symbol", #"{"query":""}"#).elements("result")
            #expect(symbols.count == 20)
            for symbol in symbols {
                let file = AttendeesEditor.path(symbol.string("location", "uri") ?? "")
                #expect(try mode(file) == 0o600)
                #expect(symbol.int("location", "range", "start", "line") == 0)
            }
            let lines = EditorClient.lines("file:///notes.md", 0..<1)
            let at = lines.replacing(#""start":{"line":0,"character":0}"#, with: #""start":{"line":0,"character":6}"#)
            let actions = try client.ask("textDocument/codeAction", at).elements("result")
            #expect(actions.count == 1 && actions[0].string("title")?.hasPrefix("Edit attendees of ") == true)
            let command = try AttendeesEditor.command(client, "openAttendees", ["ngmt_sandbox01"])
            #expect(command.string("result", "uri") == uri)
            #expect(try client.next("window/showDocument").string("params", "uri") == uri)
            let nobody = try AttendeesEditor.command(client, "openAttendees", ["ngmt_nobody"])
            #expect(nobody.text("result") == "null")
            #expect(try client.next("window/showMessage").string("params", "message")?.contains("ngmt_nobody") == true)
            try client.finish()
        }
    }

    @Test func savingAsksAndReplaceDoesIt() throws {
        try with { editor in
            #expect(try editor.lenses == ["No change"])
            try editor.edit(
                editor.text.replacing("cnt_sandbox02", with: "contact3@beijing-data.example\ncnt_sandbox05 #"))
            try editor.edit(
                editor.text.split(separator: "\n").filter { !$0.hasPrefix("cnt_sandbox05") }.joined(separator: "\n")
                    + "\ncnt_sandbox05\n")
            #expect(try editor.lenses == ["Replace: drops 1, adds 2"])
            #expect(try editor.actions.map { $0.string("title") } == ["Replace: drops 1, adds 2"])
            try editor.save()
            let question = try editor.question()
            let message = try #require(question.string("params", "message"))
            #expect(message.contains("Dropped (1):\n  \"Björn Lindqvist\" (cnt_sandbox02)"), "\(message)")
            #expect(message.contains("Added (2):") && message.contains("(cnt_sandbox05)"), "\(message)")
            let titles = try question.elements("params", "actions").map { $0.string("title") }
            #expect(titles == ["Keep as it is", "Replace"])
            #expect(try editor.writes == 0, "nothing before the answer")
            try editor.answer(question, "Replace")
            #expect(try editor.told().hasSuffix("dropped 1, added 2."))
            #expect(try editor.contacts.sorted() == ["cnt_sandbox01", "cnt_sandbox03", "cnt_sandbox05"])
            // What was typed becomes what is there, and the save of that asks nothing.
            try editor.takeEdit()
            #expect(editor.text.contains("cnt_sandbox05 Efua Mensah <"), "\(editor.text)")
            #expect(try editor.lenses == ["No change"])
            try editor.save()
            #expect(try !editor.isAsked())
            #expect(try editor.writes == 1)
        }
    }

    /// Whatever else comes back, nothing is written, and the same content is not asked about again by a save.
    @Test(arguments: [
        #""result":null"#, #""result":{}"#, #""result":{"title":"Keep as it is"}"#, #""result":{"title":"replace"}"#,
        #""result":"Replace""#, #""error":{"code":-32603,"message":"no"}"#,
        #""result":{"title":"Replace"},"error":{"code":1,"message":"both"}"#, "",
    ])
    func onlyReplaceReplaces(_ response: String) throws {
        try with { editor in
            try editor.edit(editor.text + "cnt_sandbox05\n")
            try editor.save()
            let question = try editor.question()
            try editor.save()
            try editor.press()
            #expect(try !editor.isAsked(), "one question at a time")
            if !response.isEmpty { try editor.client.respond(to: question, response) }
            try editor.save()
            #expect(try !editor.isAsked(), "the same is asked about once")
            #expect(try editor.writes == 0)
            #expect(try editor.contacts == ["cnt_sandbox01", "cnt_sandbox02"])
            // Somebody who presses wants to be asked; so does somebody who saves something else.
            guard !response.isEmpty else { return }
            try editor.press()
            try editor.answer(try editor.question(), "Keep as it is")
            try editor.edit(editor.text + "cnt_sandbox06\n")
            try editor.save()
            try editor.answer(try editor.question(), "Replace")
            #expect(try editor.told().hasSuffix("dropped 0, added 2."))
            #expect(try editor.writes == 1)
        }
    }

    @Test func aClientThatCantAskHasACodeAction() throws {
        try with { editor in
            try editor.edit(editor.text.replacing("cnt_sandbox02", with: "cnt_sandbox05"))
            try editor.save()
            try editor.client.respond(
                to: try editor.question(), #""error":{"code":-32601,"message":"Method not found"}"#)
            let title = "Replace now: drop Björn Lindqvist, add Efua Mensah"
            #expect(try editor.told().contains(title))
            let action = try #require(try editor.actions.first { $0.string("title") == title })
            let arguments = try action.elements("command", "arguments").map { $0.string() ?? "" }
            // It is good for that text alone.
            let text = editor.text
            try editor.edit(text + "cnt_sandbox07\n")
            #expect(try !editor.actions.contains { $0.string("title") == title })
            _ = try AttendeesEditor.command(editor.client, "replaceContacts", arguments)
            #expect(try editor.told().contains("nothing was replaced"))
            #expect(try editor.writes == 0)
            try editor.edit(text)
            try editor.press()
            try editor.client.respond(
                to: try editor.question(), #""error":{"code":-32601,"message":"Method not found"}"#)
            _ = try editor.told()
            let again = try #require(try editor.actions.first { $0.string("title") == title })
            _ = try AttendeesEditor.command(
                editor.client, "replaceContacts", again.elements("command", "arguments").map { $0.string() ?? "" })
            #expect(try editor.told().hasSuffix("dropped 1, added 1."))
            #expect(try editor.contacts == ["cnt_sandbox01", "cnt_sandbox05"])
            #expect(try editor.writes == 1)
        }
    }

    @Test func aDocumentThatHasChangedSinceIsNotSent() throws {
        try with { editor in
            try editor.edit(editor.text + "cnt_sandbox05\n")
            try editor.save()
            let question = try editor.question()
            try editor.edit(editor.text + "cnt_sandbox06\n")
            try editor.answer(question, "Replace")
            #expect(try editor.told().contains("changed since the question"))
            #expect(try editor.writes == 0)
        }
    }

    /// Closed or quit before an answer: nothing is written then or later, and the next opening says so.
    @Test(arguments: [false, true])
    func savedAndClosed(_ quits: Bool) throws {
        let shared = try SharedSandbox()
        try AttendeesEditor.withFolder { folder in
            let editor = try AttendeesEditor(["--sandbox-at", shared.url], folder: folder)
            try editor.edit(editor.text + "cnt_sandbox05\n")
            try editor.save()
            if quits {
                try editor.client.finish()
            } else {
                let question = try editor.question()
                try editor.close()
                try editor.answer(question, "Replace")
                #expect(try editor.told().contains("too late"))
            }
            let other =
                quits ? try AttendeesEditor.session(["--sandbox-at", shared.url], folder: folder) : editor.client
            let uri = try AttendeesEditor.command(other, "openAttendees", ["ngmt_sandbox01"]).string("result", "uri")
            #expect(uri == editor.uri)
            #expect(try editor.file == editor.text, "what was saved is kept")
            try other.open(editor.uri, editor.text, version: 9)
            #expect(
                try other.next("window/showMessage").string("params", "message")?.contains("saved here, not sent")
                    == true)
            let lens = try other.ask("textDocument/codeLens", #"{"textDocument":{"uri":\#(json(editor.uri))}}"#)
            let titles = try lens.elements("result").map { $0.string("command", "title") }
            #expect(titles == ["saved here, not sent", "Replace: drops 0, adds 1"])
            let pushed = try other.next("textDocument/publishDiagnostics")
            #expect(pushed.text("params", "diagnostics")?.contains("saved here, not sent") == true)
            #expect(try other.process.sandboxRequests().allSatisfy { $0.string("method") == "GET" })
            try other.finish()
        }
    }

    /// Where only the first answer can be chosen, it is the yes.
    @Test func theFirstAnswer() throws {
        try AttendeesEditor.withFolder { folder in
            let editor = try AttendeesEditor(["--sandbox"], folder: folder, name: "vim-lsp")
            try editor.edit("# x\n(nobody)\n")
            #expect(try editor.lenses == ["Replace: drops 2, adds 0"])
            try editor.save()
            let question = try editor.question()
            #expect(
                try question.elements("params", "actions").map { $0.string("title") } == ["Replace", "Keep as it is"])
            try editor.answer(question, "Replace")
            _ = try editor.told()
            #expect(try editor.contacts == [])
            try editor.client.finish()
        }
    }
}
