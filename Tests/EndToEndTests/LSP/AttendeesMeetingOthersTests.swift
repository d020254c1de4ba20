import Foundation
import TestSupport
import Testing

/// Attendees documents where others are at work too: people, processes, hostile names, settings.
@Suite(.ownThread)
struct AttendeesMeetingOthersTests {
    private func with(_ arguments: [String] = [], _ body: (AttendeesEditor) throws -> Void) throws {
        try AttendeesEditor.withFolder { folder in
            let editor = try AttendeesEditor(["--sandbox"] + arguments, folder: folder)
            try body(editor)
            try editor.client.finish()
        }
    }

    private func addSomebody(_ editor: AttendeesEditor, _ id: String = "cnt_sandbox09") throws {
        let answer = try editor.client.process.call(
            "engagement.addContacts", #"{"engagement_id":"\#(editor.engagement)","contact_ids":["\#(id)"]}"#)
        #expect(answer.code == nil, "\(answer)")
    }

    @Test func somebodyElseChangedIt() throws {
        try with { editor in
            try editor.edit(editor.text.replacing("cnt_sandbox02", with: "cnt_sandbox05"))
            try editor.save()
            let question = try editor.question()
            // The writes of one process wait for the answer, those of others don't; a refused one is as good.
            try editor.answer(question, "Keep as it is")
            try addSomebody(editor)
            try editor.press()
            let reload = try editor.question()
            #expect(reload.string("params", "message")?.hasPrefix("Somebody else changed who is listed") == true)
            #expect(try reload.elements("params", "actions").map { $0.string("title") } == ["Keep as it is", "Reload"])
            #expect(try editor.writes == 1)
            try editor.answer(reload, "Reload")
            // Until the change has come back, the document is what it was.
            #expect(try editor.lenses == ["Reload: others are listed now"])
            try editor.takeEdit()
            #expect(editor.text.contains("\ncnt_sandbox09 ") && !editor.text.contains("cnt_sandbox05"))
            #expect(try editor.lenses == ["No change"])
            try editor.save()
            #expect(try !editor.isAsked())
            #expect(try editor.contacts == ["cnt_sandbox01", "cnt_sandbox02", "cnt_sandbox09"])
        }
    }

    /// An editor that takes no edit, and says that it has: what counts is the document.
    @Test(arguments: [
        #""result":{"applied":true}"#, #""result":{"applied":false}"#, #""error":{"code":1,"message":""}"#, "",
    ])
    func anEditThatDoesNotCome(_ response: String) throws {
        try with { editor in
            try addSomebody(editor)
            try editor.edit(editor.text + "cnt_sandbox05\n")
            try editor.press()
            try editor.answer(try editor.question(), "Reload")
            let request = try editor.client.next("workspace/applyEdit")
            if !response.isEmpty { try editor.client.respond(to: request, response) }
            #expect(try editor.lenses == ["Reload: others are listed now"])
            // A code action has the same edits.
            let action = try #require(
                try editor.actions.first { $0.string("title") == "Reload: others are listed now" })
            try editor.apply(try action.elements("edit", "documentChanges")[0].elements("edits"))
            #expect(try editor.lenses == ["No change"])
            #expect(try editor.writes == 1)
        }
    }

    @Test func undo() throws {
        let journal = NSTemporaryDirectory() + "attendees-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: journal) }
        try with(["--journal", journal]) { editor in
            let before = editor.text
            #expect(try editor.lenses == ["No change", "Undo the last replacement"])
            try editor.edit(before.replacing("cnt_sandbox02", with: "cnt_sandbox05"))
            try editor.save()
            try editor.answer(try editor.question(), "Replace")
            _ = try editor.told()
            try editor.takeEdit()
            for title in ["Keep as it is", "Undo"] {
                let answer = try AttendeesEditor.command(editor.client, "undo", [editor.engagement])
                #expect(answer.text("result") == "null")
                let question = try editor.question()
                #expect(question.string("params", "message")?.contains("\"Efua Mensah\" (cnt_sandbox05)") == true)
                #expect(
                    try question.elements("params", "actions").map { $0.string("title") } == ["Keep as it is", "Undo"])
                try editor.answer(question, title)
            }
            #expect(try editor.told().contains("undone, dropped 1, added 1"))
            try editor.takeEdit()
            #expect(try editor.lenses == ["No change", "Undo the last replacement"])
            #expect(try editor.contacts.sorted() == ["cnt_sandbox01", "cnt_sandbox02"])
            try editor.save()
            #expect(try !editor.isAsked())
        }
    }

    /// What another process has open is not overwritten; what it was made from is known there too.
    @Test func twoProcesses() throws {
        let shared = try SharedSandbox()
        try AttendeesEditor.withFolder { folder in
            let first = try AttendeesEditor.session(["--sandbox-at", shared.url], folder: folder)
            let uri = try #require(
                try AttendeesEditor.command(first, "openAttendees", ["ngmt_sandbox01"]).string("result", "uri"))
            let second = try AttendeesEditor(["--sandbox-at", shared.url], folder: folder)
            #expect(second.uri == uri)
            try second.edit(second.text.replacing("cnt_sandbox02", with: "cnt_sandbox05"))
            // Its answer comes after all that was told before it.
            _ = try second.lenses
            // Somebody changes the engagement after the document was made; then the first process leads to it again.
            let added = try first.process.call(
                "engagement.addContacts", #"{"engagement_id":"ngmt_sandbox01","contact_ids":["cnt_sandbox09"]}"#)
            #expect(added.code == nil)
            let before = try second.file
            let again = try AttendeesEditor.command(first, "openAttendees", ["ngmt_sandbox01"])
            #expect(again.string("result", "uri") == uri)
            #expect(try second.file == before)
            // It was made from the set before that, so nothing of it is written.
            try second.save()
            #expect(try second.question().string("params", "message")?.hasPrefix("Somebody else") == true)
            #expect(try second.writes == 1)
            try second.client.finish()
            try first.finish()
        }
    }

    @Test func nothingInANameMeansAnything() throws {
        let names = [
            "[click](https://evil.example)", "x\\n# comment\\ncnt_sandbox05", "<evil@x.io>, bob@x.io", "**b** `c` <i>",
            "\\u202eabc\\u200b",
        ]
        let contacts = names.enumerated().map {
            #"{"id":"cnt_\#($0)","first_name":"\#($1)","emails":[{"email":"a\#($0)@x.io","is_primary":true}]}"#
        }
        let list = contacts.joined(separator: ",")
        let seed =
            #"{"engagements":[{"id":"ngmt_1","title":"T\\n](x) cnt_9","contacts":[\#(list)]}],"contacts":[\#(list)]}"#
        let path = NSTemporaryDirectory() + "attendees-seed-\(UUID().uuidString).json"
        try Data(seed.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try AttendeesEditor.withFolder { folder in
            let editor = try AttendeesEditor(["--sandbox", "--seed", path], folder: folder, engagement: "ngmt_1")
            let lines = editor.text.split(separator: "\n")
            #expect(lines.count == 2 + names.count, "\(editor.text)")
            for (index, line) in lines.dropFirst(2).enumerated() {
                #expect(line.hasPrefix("cnt_\(index)") && line.count(where: { $0 == "@" }) == 1, "\(line)")
            }
            #expect(try editor.lenses == ["No change"])
            try editor.edit("(nobody)\n")
            try editor.save()
            let message = try #require(try editor.question().string("params", "message"))
            #expect(!message.contains("](") && !message.contains("**") && !message.contains("`"), "\(message)")
            #expect(!message.contains("://") && !message.contains("<i>"), "\(message)")
            #expect(!message.unicodeScalars.contains { $0 == "\u{202e}" || $0 == "\u{200b}" })
            #expect(message.split(separator: "\n").count == 2 + names.count + 1, "\(message)")
            #expect(message.split(separator: "\n").allSatisfy { ".?:;".contains($0.last ?? " ") }, "\(message)")
            try editor.client.finish()
        }
    }

    /// What would be refused is not offered.
    @Test(arguments: [["--read-only"], ["--methods", "engagement.get,engagement.list,contact.*"]])
    func whatIsSwitchedOff(_ arguments: [String]) throws {
        try with(arguments) { editor in
            try editor.edit(editor.text + "cnt_sandbox05\n")
            #expect(try editor.lenses == [])
            #expect(try editor.actions.isEmpty)
            let commands = try editor.client.greeting.elements(
                "result", "capabilities", "executeCommandProvider", "commands")
            #expect(commands.map { $0.string() } == ["engagementRpc.openAttendees"])
            #expect(try AttendeesEditor.command(editor.client, "replaceContacts", [editor.uri]).code == -32602)
            try editor.save()
            #expect(try !editor.isAsked())
        }
    }

    /// Faults of form and people who are not found, together and each with its place; with them nobody is asked.
    @Test func faultsStandWhereTheyAre() throws {
        try with { editor in
            try editor.edit("# cnt_gone\ncnt_sandbox01\nwho?\nnobody@x.io\ncnt_nobody\ncnt_sandbox01 Ana\n")
            func diagnostics() throws -> [String] {
                try editor.client.next("textDocument/publishDiagnostics").elements("params", "diagnostics").map {
                    "\($0.int("range", "start", "line") ?? -1) \($0.int("severity") ?? 0) \($0.string("code") ?? "")"
                }.sorted()
            }
            // A comment is a text like others: nothing would be refused because of it.
            let wanted = ["0 2 not_found", "2 1 invalid_value", "3 1 not_found", "4 1 not_found", "5 2 duplicate"]
            var found = try diagnostics()
            for _ in 0..<3 where found != wanted { found = try diagnostics() }
            #expect(found == wanted)
            try editor.save()
            #expect(try editor.told().hasPrefix("Line 3: "))
            #expect(try !editor.isAsked())
            let fix = try #require(try editor.actions.first { $0.string("title") == "Take this line out" })
            try editor.apply(try fix.elements("edit", "documentChanges")[0].elements("edits"))
            #expect(!editor.text.contains("Ana"))
        }
    }

    private static let listsNobody =
        "Nobody is listed: list people, or write (nobody) to take everybody off. Nobody was asked."
    private static let contradictsItself =
        "Line 2: This says that nobody is meant, and people are listed, too: delete one or the other. Nobody was asked."
    private static let faultyDocuments = [
        ("cnt_sandbox05\n(nobody)\n", "1 1 invalid_value", contradictsItself), ("", "0 1 required", listsNobody),
        ("cnt_sandboxroom1\n", "0 1 required", listsNobody),
    ]

    /// A fault of the whole document: its mark, the lens, a press and a save say the same.
    @Test(arguments: faultyDocuments)
    func faultsOfTheWholeDocument(_ text: String, _ mark: String, _ refusal: String) throws {
        try with { editor in
            try editor.edit(text)
            let pushed = try editor.client.next("textDocument/publishDiagnostics")
            let marks = try pushed.elements("params", "diagnostics").map {
                "\($0.int("range", "start", "line") ?? -1) \($0.int("severity") ?? 0) \($0.string("code") ?? "")"
            }
            #expect(marks == [mark])
            #expect(try editor.lenses == ["Replace: mend 1 fault first"])
            try editor.press()
            #expect(try editor.told() == refusal)
            try editor.save()
            #expect(try editor.told() == refusal)
            #expect(try !editor.isAsked())
            #expect(try editor.writes == 0)
        }
    }

    @Test func tables() throws {
        let seed =
            #"{"engagements":[{"id":"ngmt_1"}],"contacts":[{"id":"cnt_1","emails":[{"email":"a@x.io"}]},"#
            + #"{"id":"cnt_2","first_name":"B","emails":[{"email":"two@x.io"}]},{"id":"cnt_3","emails":[{"email":"two@x.io"}]}]}"#
        let path = NSTemporaryDirectory() + "attendees-seed-\(UUID().uuidString).json"
        try Data(seed.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try AttendeesEditor.withFolder { folder in
            let client = try AttendeesEditor.session(["--sandbox", "--seed", path], folder: folder)
            let uri = "file:///people.csv"
            try client.open(uri, "engagement,people\nngmt_1,\"a@x.io, what?\"\nngmt_2,two@x.io\nngmt_1,gone@x.io\n")
            let wanted = ["1 16 invalid_value", "2 0 not_found", "2 7 ambiguous", "3 0 invalid_value"]
            var found: [String] = []
            for _ in 0..<5 where found != wanted {
                found = try client.next("textDocument/publishDiagnostics").elements("params", "diagnostics").map {
                    "\($0.int("range", "start", "line") ?? -1) \($0.int("range", "start", "character") ?? -1) \($0.string("code") ?? "")"
                }.sorted()
            }
            #expect(found == wanted)
            let actions = try client.ask("textDocument/codeAction", EditorClient.lines(uri, 2..<3)).elements("result")
            #expect(actions.compactMap { $0.string("title") }.contains("Use cnt_2 B"), "\(actions)")
            // Where an address is a part of another word, or stands in a column that is not read, too.
            let twins =
                "\u{FEFF}engagement,note,people\r\nngmt_1,to two@x.io,\"xtwo@x.io,two@x.io\"\r\n"
                + "ngmt_2,nöpe,two@x.io nöpe\r\nngmt_2,,ngmt_2\r\n"
            try client.open("file:///twins.csv", twins)
            let places = [
                "1 20-29 not_found", "1 30-38 ambiguous", "2 0-6 not_found", "2 21-25 invalid_value",
                "3 0-6 invalid_value", "3 0-6 not_found", "3 8-14 invalid_value",
                "3 8-14 not_found",
            ]
            for _ in 0..<5 where found != places {
                found = try client.next("textDocument/publishDiagnostics").elements("params", "diagnostics").map {
                    "\($0.int("range", "start", "line") ?? -1) \($0.int("range", "start", "character") ?? -1)"
                        + "-\($0.int("range", "end", "character") ?? -1) \($0.string("code") ?? "")"
                }.sorted()
            }
            #expect(found == places)
            let fixes = try client.ask("textDocument/codeAction", EditorClient.lines("file:///twins.csv", 1..<2))
            let edits = fixes.text("result") ?? ""
            #expect(edits.contains(#""start":{"line":1,"character":30}"#), "\(edits)")
            #expect(!edits.contains(#""start":{"line":1,"character":21}"#), "\(edits)")
            #expect(!edits.contains(#""start":{"line":1,"character":10}"#), "\(edits)")
            try client.notify("textDocument/didClose", #"{"textDocument":{"uri":"file:///twins.csv"}}"#)
            _ = try client.next("textDocument/publishDiagnostics")
            // In a column that is not read an id is a word like others.
            try client.open("file:///notes.csv", "engagement,people,note\nngmt_1,cnt_gone,cnt_lost\nngmt_2,cnt_1,\n")
            let marks = ["1 15 1", "1 24 2", "2 6 1"]
            for _ in 0..<5 where found != marks {
                found = try client.next("textDocument/publishDiagnostics").elements("params", "diagnostics").map {
                    "\($0.int("range", "start", "line") ?? -1) \($0.int("range", "end", "character") ?? -1) \($0.int("severity") ?? 0)"
                }.sorted()
            }
            #expect(found == marks)
            try client.notify("textDocument/didClose", #"{"textDocument":{"uri":"file:///notes.csv"}}"#)
            _ = try client.next("textDocument/publishDiagnostics")
            // Another table is none of ours, and a note whose first lines are rows is one.
            try client.open("file:///prices.csv", "thing,price\na,1\n")
            try client.open("untitled:x", "ngmt_1,a@x.io\nngmt_1,a@x.io\n")
            let pushed = try client.next("textDocument/publishDiagnostics")
            #expect(pushed.string("params", "uri") == "untitled:x", "\(pushed)")
            try client.finish()
        }
    }
}
