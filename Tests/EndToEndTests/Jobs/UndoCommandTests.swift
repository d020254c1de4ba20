import Foundation
import TestSupport
import Testing

/// `engagement-rpc undo`, `runs` and `export`.
@Suite(.ownThread) struct UndoCommandTests {
    /// An undo that fails in part, and is run again: what is back stays so.
    @Test func anUndoCanBeRepeated() throws {
        let (folder, isAway) = (try JobFolder(), JobSwitch(0))
        let server = try JobServer(
            fault: { request in
                request.method == "PUT" && isAway.value == 1 && request.target.contains("ngmt_2/") ? .problem(422) : nil
            })
        #expect(try folder.run("apply", try folder.table(5), "--yes", at: server).ending == .exited(0))
        isAway.value = 1
        let first = try folder.run("undo", "--yes", at: server)
        #expect(
            first.ending == .exited(1) && first.output.contains("4 put back, 0 as before already, 1 refused"),
            "\(first)")
        isAway.value = 0
        let second = try folder.run("undo", "--yes", at: server)
        #expect(second.ending == .exited(0) && second.output.contains("1 put back, 4 as before already"), "\(second)")
        let puts = server.putCount
        let third = try folder.run("undo", at: server)
        #expect(third.ending == .exited(0) && third.output.contains("0 put back, 5 as before already"), "\(third)")
        #expect(server.putCount == puts && (1...5).allSatisfy { server.people(on: "ngmt_\($0)") == ["cnt_old"] })
    }

    @Test func whoeverCameSinceStays() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        #expect(try folder.run("apply", try folder.table(2), "--yes", at: server).ending == .exited(0))
        let run = try #require(try folder.run("runs").output.split(separator: "\n").last?.split(separator: " ").first)
        try folder.write("engagement_id,people\nngmt_1,cnt_third\n")
        #expect(try folder.run("apply", folder.file("t.csv"), "--yes", at: server).ending == .exited(0))
        let undo = try folder.run("undo", String(run), "--yes", at: server)
        #expect(undo.ending == .exited(1) && undo.output.contains("ngmt_1  can't be put back"), "\(undo)")
        #expect(server.people(on: "ngmt_1") == ["cnt_third"] && server.people(on: "ngmt_2") == ["cnt_old"])
        let writes = try folder.run("runs", String(run)).output.split(separator: "\n")
        #expect(writes.count == 2 && writes.allSatisfy { $0.hasSuffix(" -cnt_old +cnt_new") && $0.contains("  yes") })
    }

    /// The line after a heading, as a person would paste it.
    private func line(after heading: String, in job: Command) throws -> String {
        let lines = job.output.split(separator: "\n").map(String.init)
        return lines[try #require(lines.firstIndex(of: heading), "\(job)") + 1]
    }

    /// A refused undo names the run that came later, and both ways on can be pasted.
    @Test(arguments: [true, false]) func aRefusedUndoSaysHowToGoOn(isForced: Bool) throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        #expect(try folder.run("apply", try folder.table(2), "--yes", at: server).ending == .exited(0))
        let first = try #require(try folder.run("runs").output.split(separator: "\n").last?.split(separator: " ").first)
        try folder.write("engagement_id,people\nngmt_1,cnt_third\n")
        #expect(try folder.run("apply", folder.file("t.csv"), "--yes", at: server).ending == .exited(0))
        let refused = try folder.run("undo", String(first), "--yes", at: server)
        #expect(refused.ending == .exited(1) && refused.output.contains("1 put back, 0 as before already, 1 refused"))
        #expect(refused.output.contains("has changed them since"), "\(refused)")
        func paste(_ heading: String) throws -> Command {
            try ApplyCommandTests.paste(try line(after: heading, in: refused) + " --yes", folder, server)
        }
        if isForced {
            let forced = try paste("To put them back all the same:")
            #expect(forced.ending == .exited(0) && forced.output.contains("1 put back, 1 as before already"))
        } else {
            let later = try paste("To undo the run first that changed them since:")
            #expect(later.ending == .exited(0) && later.output.contains("1 put back"), "\(later)")
            #expect(server.people(on: "ngmt_1") == ["cnt_new"])
            let again = try folder.run("undo", String(first), "--yes", at: server)
            #expect(again.ending == .exited(0) && again.output.contains("1 put back, 1 as before already"), "\(again)")
        }
        #expect(server.people(on: "ngmt_1") == ["cnt_old"] && server.people(on: "ngmt_2") == ["cnt_old"])
    }

    /// Whoever comes after the people were shown was not shown, and stays.
    @Test func aForcedUndoDropsOnlyWhomItHasShown() throws {
        let (folder, looks) = (try JobFolder(), JobSwitch(0))
        let server = try JobServer(
            fault: { request in
                let isLook = request.method == "GET" && request.target.contains("/engagements/")
                guard isLook, looks.value > 0 else { return nil }
                let late = looks.count() > 2 ? #",{"id":"cnt_late"}"# : ""
                return .ok(#"{"id":"ngmt_1","title":"T","contacts":[{"id":"cnt_third"}\#(late)]}"#)
            })
        #expect(try folder.run("apply", try folder.table(1), "--yes", at: server).ending == .exited(0))
        let puts = server.putCount
        looks.value = 1
        let refused = try folder.run("undo", "--force", "--yes", at: server)
        #expect(refused.ending == .exited(1) && refused.output.contains("0 put back, 0 as before already, 1 refused"))
        #expect(refused.output.contains("not those that were expected"), "\(refused)")
        #expect(server.putCount == puts)
        looks.value = 0
        let again = try line(after: "To see who is there now, and to put them back:", in: refused)
        let forced = try ApplyCommandTests.paste(again + " --yes", folder, server)
        #expect(forced.ending == .exited(0) && server.people(on: "ngmt_1") == ["cnt_old"], "\(forced)")
    }

    /// What is undone already is not put back over those who came since, and nobody is told how to.
    @Test func whatIsUndoneAlreadyIsNotPutBackTwice() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        for people in ["cnt_new", "cnt_third"] {
            #expect(try folder.run("apply", try folder.table(1, people), "--yes", at: server).ending == .exited(0))
        }
        let runs = try folder.run("runs").output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != " " } }
        for run in runs { #expect(try folder.run("undo", String(run), "--yes", at: server).ending == .exited(0)) }
        let puts = server.putCount
        let bare = try folder.run("undo", "--yes", at: server)
        #expect(bare.ending == .exited(1) && bare.output.contains("it was undone already"), "\(bare)")
        #expect(!bare.output.contains("--force") && server.putCount == puts)
        #expect(server.people(on: "ngmt_1") == ["cnt_old"])
    }

    /// A deletion after a merge is the newest run, and nothing undoes it.
    @Test func aRunThatReplacedNobodyIsPassedOver() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let journal = ["--journal", folder.file("j")]
        let change = ["call", "contact.update", #"{"contact_id":"cnt_a","first_name":"b","options":{"run":"tidy"}}"#]
        #expect(try Command(folder.setup(change + journal, server)).ending == .exited(0))
        let nothing = try Command(folder.setup(["undo", "--yes"] + journal, server))
        #expect(nothing.ending == .exited(0) && nothing.output.contains("no run in the journal replaced contacts"))
        let named = try Command(folder.setup(["undo", "tidy", "--yes"] + journal, server))
        #expect(named.output == "Nothing to undo: the run tidy replaced none.\n", "\(named)")
    }

    /// The newest run wrote something else, which nothing undoes.
    @Test func theRunBeforeIsUndone() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let journal = ["--journal", folder.file("j")]
        #expect(
            try Command(folder.setup(["apply", folder.table(1), "--yes"] + journal, server)).ending == .exited(0))
        let change = ["call", "contact.update", #"{"contact_id":"cnt_a","first_name":"b","options":{"run":"tidy"}}"#]
        #expect(try Command(folder.setup(change + journal, server)).ending == .exited(0))
        let undo = try Command(folder.setup(["undo", "--yes"] + journal, server))
        #expect(undo.ending == .exited(0) && server.people(on: "ngmt_1") == ["cnt_old"], "\(undo)")
        #expect(undo.errors.contains("The run tidy is newer, but replaced no contacts"), "\(undo)")
    }

    /// The workspace of `--sandbox` ends with the process, so no line can undo what was done in it.
    @Test func aRunInASandboxOfItsOwnCantBeUndone() throws {
        let folder = try JobFolder()
        let table = try folder.write("engagement_id,people\nngmt_sandbox07,cnt_sandbox05\n")
        let apply = try folder.run("apply", table, "--yes", "--sandbox")
        #expect(apply.ending == .exited(0) && apply.output.contains("1 changed"), "\(apply)")
        #expect(apply.output.hasSuffix("\nIt can't be undone: the sandbox ends with this process.\n"), "\(apply)")
        #expect(!apply.output.contains("undo "))
    }

    /// What was tried out in a sandbox, or done elsewhere, is no run of this workspace.
    @Test func aRunIsUndoneWhereItWasMade() throws {
        let (folder, server, other) = (try JobFolder(), try JobServer(), try JobServer())
        #expect(try folder.run("apply", try folder.table(1), "--yes", at: server).ending == .exited(0))
        let table = try folder.write("engagement_id,people\nngmt_sandbox07,cnt_sandbox05\n")
        #expect(try folder.run("apply", table, "--yes", "--sandbox").ending == .exited(0))
        #expect(try folder.run("apply", try folder.table(1), "--yes", at: other).ending == .exited(0))
        let names = try folder.run("runs").output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != " " } }
        #expect(names.count == 3)
        let nothing = try folder.run("undo", "--yes", "--sandbox").output
        #expect(nothing.contains("contacts here. The run \(names[0]) was made at http"), "\(nothing)")
        for (name, reason) in zip(names, ["was made at http", "in a sandbox that has ended"]) {
            let refused = try folder.run("undo", String(name), "--yes", at: server)
            #expect(refused.ending == .exited(1) && refused.errors.contains(reason), "\(refused)")
        }
        let undo = try folder.run("undo", "--yes", at: server)
        #expect(undo.ending == .exited(0) && undo.output.contains("1 put back"), "\(undo)")
        #expect(server.people(on: "ngmt_1") == ["cnt_old"] && other.people(on: "ngmt_1") == ["cnt_new"])
    }

    /// Without the first lines of a run, its undoing would be told as whole and be none.
    @Test func aJournalThatIsRemovedDuringARunIsTold() throws {
        let folder = try JobFolder()
        let journal = folder.file("journal")
        let server = try JobServer(
            fault: { request in
                if request.method == "PUT" { try? FileManager.default.removeItem(atPath: journal) }
                return nil
            })
        let apply = try folder.run("apply", try folder.table(3), "--yes", "--journal", journal, at: server)
        #expect(apply.output.contains("3 changed") && !apply.output.contains("To undo it"), "\(apply)")
        #expect(apply.output.hasSuffix("the journal was removed or moved away during the run.\n"), "\(apply)")
    }

    @Test func withoutRunsThereIsASentence() throws {
        let folder = try JobFolder()
        for (words, code, text) in [
            (["runs"], 0, "There are no runs"), (["undo", "--sandbox"], 0, "Nothing to undo"),
            (["runs", "x"], 1, "no run"), (["undo", "x", "--sandbox"], 1, "no run"),
            (["runs", "a", "b"], 64, "one RUN"),
        ] as [([String], Int32, String)] {
            let job = try Command(folder.setup(words))
            #expect(job.ending == .exited(code) && (job.output + job.errors).contains(text), "\(job)")
        }
        #expect(folder.names.isEmpty)
    }

    /// A calendar resource that a table lists, and that is not on the engagement, is not added by the API. Who was
    /// dropped comes back all the same.
    @Test func whoWasDroppedForAResourceComesBack() throws {
        let (folder, shared) = (try JobFolder(), try SharedSandbox())
        let table = try folder.write("engagement_id,people\nngmt_sandbox07,cnt_sandbox05 cnt_sandboxroom1\n")
        let apply = try folder.run("apply", table, "--yes", "--sandbox-at", shared.url)
        #expect(apply.ending == .exited(0), "\(apply)")
        func people() throws -> [String] {
            let answer = try shared.call("engagement.get", "ngmt_sandbox07", "expand=contacts")
            return answer.output.split(separator: "\"").map(String.init).filter { $0.hasPrefix("cnt_") }
        }
        #expect(try people() == ["cnt_sandbox05"])
        let undo = try folder.run("undo", "--yes", "--sandbox-at", shared.url)
        #expect(undo.ending == .exited(0) && undo.output.contains("1 put back"), "\(undo)")
        #expect(try people() == ["cnt_sandbox13"])
    }

    @Test func whatIsNoJournalIsSaid() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let other = try folder.write("name,mail\n", to: "other")
        for words in [["runs"], ["runs", "x"], ["undo", "--yes"], ["undo", "x", "--yes"]] {
            let job = try Command(folder.setup(words + ["--journal", other], server))
            #expect(job.ending == .exited(64) && job.output.isEmpty, "\(job)")
            #expect(job.errors.contains("is a file of another kind") && job.errors.split(separator: "\n").count == 1)
        }
        #expect(folder.text("other") == "name,mail\n")
    }

    /// The round trip: what is exported is so already.
    @Test func anExportIsATableThatPlanReads() throws {
        let folder = try JobFolder()
        for flags in [
            [], ["--fields", "title,start_at,owner.email"], ["--filter", #"{"engagement_type":{"in":["MEETING"]}}"#],
        ] {
            var setup = folder.setup(["export", "--sandbox"] + flags)
            setup.output = .file(folder.file("out.csv"))
            #expect(try Command(setup).ending == .exited(0))
            let text = try #require(folder.text("out.csv"))
            #expect(text.contains("ngmt_sandbox01") && text.contains("contact1@acme.example"))
            let plan = try folder.run("plan", folder.file("out.csv"), "--sandbox")
            #expect(plan.ending == .exited(0) && plan.output.contains("Nothing would change."), "\(plan)")
        }
        for words in [
            ["--filter", "x"], ["--filter", "[]"], ["--filter", #"{"x":1}"#],
            ["--filter", #"{"start_at":{"gte":"2026"}}"#],
            ["--fields", "id"], ["--fields", "contacts"],
        ] {
            let export = try Command(folder.setup(["export", "--sandbox"] + words))
            #expect(export.ending == .exited(64) && export.output.isEmpty, "\(words) \(export)")
        }
    }
}
