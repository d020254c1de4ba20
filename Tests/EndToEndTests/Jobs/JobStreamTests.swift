import Foundation
import TestSupport
import Testing

/// Jobs and what they are connected to: streams that are closed, full or gone, terminals, journals.
@Suite(.ownThread) struct JobStreamTests {
    @Test(
        arguments: [
            ("closed", 74), ("full", 74), ("head", 0), ("no stderr", 0), ("no stdin", 0), ("locale", 0),
        ] as [(String, Int32)])
    func whoeverReadsTheWorkIsDone(row: (stream: String, code: Int32)) throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        var setup = folder.setup(["apply", try folder.table(200), "--yes"], server)
        switch row.stream {
        case "closed": setup.output = .closed
        case "full": setup.output = .file("/dev/full")
        case "no stderr": setup.errors = .closed
        case "no stdin": setup.input = .closed
        case "locale": setup.environment["LC_ALL"] = "C"
        default:
            let words = ([Setup.binary] + setup.arguments).map { "'\($0)'" }.joined(separator: " ")
            setup.arguments = ["-c", "{ \(words); echo \"status $?\" >&2; } | head -n 1"]
            setup.program = "/bin/sh"
        }
        let job = try Command(setup, within: 60)
        if row.stream == "head" {
            #expect(job.errors.contains("status 0"), "\(job)")
        } else {
            #expect(job.ending == .exited(row.code), "\(job.errors)")
        }
        #expect((1...200).allSatisfy { server.people(on: "ngmt_\($0)") == ["cnt_new"] })
        if row.code == 74 || row.stream == "head" {
            #expect(job.errors.contains("200 changed") && job.errors.contains("To undo it:"), "\(job.errors)")
        }
    }

    /// A plan says by its status what it found, whoever reads it; 74 stands only for a 0.
    @Test(
        arguments: [
            ("cnt_old", 74), ("cnt_new", 2), ("", 65), ("cnt_old\nngmt_none1,cnt_old", 1),
        ] as [(String, Int32)], [Setup.Wiring.closed, .file("/dev/full")])
    func aPlanThatNobodyCanReadSaysByItsStatus(row: (people: String, code: Int32), output: Setup.Wiring) throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        var setup = folder.setup(["plan", try folder.write("engagement_id,people\nngmt_1,\(row.people)\n")], server)
        setup.output = output
        let plan = try Command(setup, within: 30)
        #expect(plan.ending == .exited(row.code), "\(plan)")
    }

    /// A report of an earlier run stays until there is another; without one nothing is left behind.
    @Test func aRefusedTableLeavesTheReportAlone() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let (good, bad) = (
            try folder.table(2), try folder.write("engagement_id,people\nngmt_1,nobody@x\n", to: "b.csv")
        )
        let report = folder.file("report.csv")
        let new = try folder.run("apply", bad, "--yes", "--report", report, at: server)
        #expect(new.ending == .exited(65) && !FileManager.default.fileExists(atPath: report), "\(new)")
        let declined = try folder.run("apply", good, "--report", report, at: server)
        #expect(declined.ending == .exited(1) && !FileManager.default.fileExists(atPath: report), "\(declined)")
        #expect(try folder.run("apply", good, "--yes", "--report", report, at: server).ending == .exited(0))
        let text = try #require(folder.text("report.csv"))
        #expect(try folder.run("apply", bad, "--yes", "--report", report, at: server).ending == .exited(65))
        #expect(text.contains("changed") && folder.text("report.csv") == text)
    }

    @Test(arguments: [("y", true), ("n", false), ("", false)])
    func aPersonIsAsked(row: (answer: String, isYes: Bool)) throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        var setup = folder.setup(["apply", try folder.table(3)], server)
        setup.input = .terminal
        let host = try HostProcess(setup)
        try host.wait(within: 20, for: "the plan") { host.outputText.contains("would change") }
        #expect(server.putCount == 0)
        try host.send((row.answer + "\n").utf8)
        let ending = try host.waitForExit(within: 20)
        #expect(ending == .exited(row.isYes ? 0 : 1), "\(host.errorText)")
        #expect(server.putCount == (row.isYes ? 3 : 0))
        if !row.isYes { #expect(host.outputText.hasSuffix("Nothing was written.\n")) }
    }

    @Test func ctrlCAtTheQuestionWritesNothing() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        var setup = folder.setup(["apply", try folder.table(3)], server)
        setup.input = .terminal
        let host = try HostProcess(setup)
        try host.wait(within: 20, for: "the plan") { host.outputText.contains("would change") }
        host.signal(SIGINT)
        #expect(try host.waitForExit(within: 20) == .killed(SIGINT))
        #expect(server.putCount == 0 && host.outputText.hasSuffix("Nothing was written.\n"))
    }

    @Test(
        arguments: [
            ("a folder", 64), ("not ours", 64), ("no folder", 73), ("no home", 73), ("a home that is a file", 73),
        ] as [(String, Int32)])
    func aJournalThatCantBeUsedStopsBeforeAnythingIsSent(row: (what: String, code: Int32)) throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        var setup = folder.setup(["apply", try folder.table(1), "--yes"], server)
        switch row.what {
        case "a folder": setup.arguments += ["--journal", folder.path]
        case "not ours": setup.arguments += ["--journal", try folder.write("something else\n", to: "notes")]
        case "no folder": setup.arguments += ["--journal", folder.file("none/journal")]
        case "no home":
            setup.environment["XDG_STATE_HOME"] = nil
            setup.environment["HOME"] = nil
        default: setup.environment["XDG_STATE_HOME"] = try folder.write("", to: "state")
        }
        let job = try Command(setup)
        #expect(job.ending == .exited(row.code) && job.errors.split(separator: "\n").count == 1, "\(job)")
        #expect(server.server.requests.isEmpty)
    }

    @Test func theUsualJournalIsForItsOwnerAlone() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        #expect(try folder.run("apply", try folder.table(1), "--yes", at: server).ending == .exited(0))
        let files = FileManager.default
        for (name, mode) in [
            ("state", 0o700), ("state/engagement-rpc", 0o700), ("state/engagement-rpc/journal", 0o600),
        ] {
            let mine = try files.attributesOfItem(atPath: folder.file(name))[.posixPermissions] as? Int
            #expect(mine == mode, "\(name)")
        }
    }

    /// The command that undoes a run survives a shell: spaces and quotes in paths, and paths of another folder.
    @Test func theUndoLineCanBePasted() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let journal = folder.file("my 'own' journal")
        try folder.write(testToken, to: "tok en")
        let file = try folder.table(2)
        var setup = folder.setup(
            [
                "-c",
                "cd '\(folder.path)' && exec '\(Setup.binary)' apply '\(file)' --yes --token-file 'tok en' "
                    + "--journal \"my 'own' journal\" \(server.server.arguments.joined(separator: " "))",
            ])
        setup.program = "/bin/sh"
        let job = try Command(setup, within: 60)
        #expect(job.ending == .exited(0), "\(job)")
        let line = try #require(ApplyCommandTests.undoLine(job.output))
        #expect(
            line.contains("'\(folder.path)/my '\\''own'\\'' journal'")
                && FileManager.default.fileExists(atPath: journal))
        var paste = folder.setup(["-c", line + " --yes"])
        paste.program = "/bin/sh"
        let undone = try Command(paste, within: 60)
        #expect(undone.ending == .exited(0), "\(undone)")
        #expect(server.people(on: "ngmt_1") == ["cnt_old"])
    }
}
