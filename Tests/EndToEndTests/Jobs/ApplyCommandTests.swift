import Foundation
import TestSupport
import Testing

/// `engagement-rpc apply` against a workspace that fails, is slow or changes: no row is lost, none is called done that
/// is not.
@Suite(.ownThread, .overTLSOnRelease)
struct ApplyCommandTests {
    /// The line that undoes the run, as a person would paste it.
    static func undoLine(_ output: String) -> String? {
        let lines = output.split(separator: "\n").map(String.init)
        return lines.firstIndex(of: "To undo it:").map { lines[$0 + 1] }
    }

    /// Runs a line in a shell.
    static func paste(_ line: String, _ folder: JobFolder, _ server: JobServer) throws -> Command {
        var setup = folder.setup(["-c", line])
        setup.program = "/bin/sh"
        setup.environment["ENGAGEMENT_RPC_TOKEN"] = testToken
        return try Command(setup, within: 60)
    }

    @Test func skippedRowsAreLeftAlone() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let file = try folder.write(
            "engagement_id,people\nngmt_1,nobody@x.example\nngmt_2,twins@x.example\nngmt_3,new@x.example\n")
        let job = try folder.run("apply", file, "--yes", "--skip", at: server)
        #expect(job.ending == .exited(1), "\(job)")
        #expect(job.output.contains("1 changed, 0 so already, 0 refused, 0 unknown, 2 left alone."), "\(job)")
        #expect(server.people(on: "ngmt_3") == ["cnt_new"] && server.putCount == 1)
    }

    /// The token ends in the middle. The next night's run does what is left, and both can be undone.
    @Test func whatWasNotDoneIsDoneByRunningAgain() throws {
        let folder = try JobFolder()
        let (puts, isAway) = (JobSwitch(0), JobSwitch(1))
        let server = try JobServer(
            fault: { request in
                guard request.method == "PUT", isAway.value == 1, puts.count() > 5 else { return nil }
                return .problem(401)
            })
        let file = try folder.table(100)
        let first = try folder.run("apply", file, "--yes", "--max-in-flight", "1", at: server)
        #expect(first.ending == .exited(1), "\(first)")
        #expect(
            first.output.contains("5 changed, 0 so already, 1 refused, 0 unknown, 94 not begun."), "\(first.output)")
        #expect(first.errors.contains("no row can succeed"))
        isAway.value = 0
        let second = try folder.run("apply", file, "--yes", at: server)
        #expect(second.ending == .exited(0), "\(second.output.suffix(600)) \(second.errors)")
        #expect((1...100).allSatisfy { server.people(on: "ngmt_\($0)") == ["cnt_new"] })
        for output in [second.output, first.output] {
            let undone = try Self.paste(try #require(Self.undoLine(output)) + " --yes", folder, server)
            #expect(undone.ending == .exited(0), "\(undone.output.suffix(600)) \(undone.errors)")
        }
        #expect((1...100).allSatisfy { server.people(on: "ngmt_\($0)") == ["cnt_old"] })
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalLeavesNoRowBehind(signal: Int32) throws {
        let folder = try JobFolder()
        let server = try JobServer(
            fault: { request in
                request.method == "GET" ? nil : .ok(#"{"object":"engagement"}"#).after(milliseconds: 40)
            }, isLate: true)
        let host = try HostProcess(folder.setup(["apply", try folder.table(300), "--yes"], server))
        try host.wait(within: 30, for: "writes") { server.putCount > 20 }
        host.signal(signal)
        let ending = try host.waitForExit(within: 20)
        #expect(ending == .killed(signal))
        let output = host.outputText
        #expect(output.contains("not begun.") && output.contains("Run the same command again"), "\(output.suffix(400))")
        let changed = (1...300).filter { server.people(on: "ngmt_\($0)") == ["cnt_new"] }.count
        #expect(changed > 0 && changed < 300)
        let undone = try Self.paste(try #require(Self.undoLine(output)) + " --yes", folder, server)
        #expect(undone.ending == .exited(0), "\(undone.output.suffix(400)) \(undone.errors)")
        #expect((1...300).allSatisfy { server.people(on: "ngmt_\($0)") == ["cnt_old"] })
    }

    @Test func aThrottledRowWaitsAndIsSentAgain() throws {
        let (folder, puts) = (try JobFolder(), JobSwitch(0))
        let server = try JobServer(
            fault: { request in
                guard request.method == "PUT", puts.count() == 1 else { return nil }
                return .problem(429, ["Retry-After: \(2 * Int(Deadline.slowness.rounded(.up)))"])
            })
        // A call may not wait for that long, so the job does.
        let job = try folder.run(
            "apply", try folder.table(2), "--yes", "--timeout-ms", "\(slowed(milliseconds: 1500))", at: server)
        #expect(job.ending == .exited(0), "\(job)")
        #expect(job.output.contains("2 changed, 0 so already, 0 refused"))
    }

    @Test func aRateLimitRefusesNothing() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let job = try folder.run(
            "apply", try folder.table(4), "--yes", "--max-calls-per-second", "4", "--timeout-ms",
            "\(slowed(milliseconds: 4000))", at: server)
        #expect(job.ending == .exited(0), "\(job)")
    }

    /// A 504 whose change is made three seconds later.
    @Test func whatIsCarriedOutLaterIsNotCalledRefused() throws {
        let folder = try JobFolder()
        let server = try JobServer(
            takesEffect: { Deadline.now - $0.at > 3 },
            fault: { $0.method == "PUT" ? .problem(504) : nil }, isLate: true)
        let job = try folder.run("apply", try folder.table(1), "--yes", "--max-attempts", "1", at: server)
        #expect(job.ending == .exited(0) && job.output.contains("1 changed"), "\(job)")
    }

    /// The API says yes, and others are there.
    @Test func aYesIsReadBack() throws {
        let (folder, server) = (try JobFolder(), try JobServer(takesEffect: { _ in false }))
        let job = try folder.run("apply", try folder.table(1), "--yes", at: server)
        #expect(job.ending == .exited(1), "\(job)")
        #expect(job.output.contains("0 changed") && job.output.contains("still there: cnt_old"), "\(job)")
    }

    @Test func aReportIsATable() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let file = try folder.write("engagement_id,people\nngmt_1,cnt_new\nngmt_none1,cnt_new\nngmt_3,cnt_old\n")
        let report = folder.file("report.csv")
        let job = try folder.run("apply", file, "--yes", "--report", report, at: server)
        #expect(job.ending == .exited(1), "\(job)")
        let lines = folder.text("report.csv")?.split(whereSeparator: \.isNewline).map(String.init) ?? []
        #expect(lines.count == 4 && lines[0].hasSuffix("line,engagement_id,title,outcome,dropped,added,message"))
        #expect(lines[1].hasPrefix("2,ngmt_1,Title of ngmt_1,changed,old <old@x.example>  cnt_old,new <new@x"))
        #expect(lines[2].hasPrefix("3,ngmt_none1,,refused,") && lines[3].hasPrefix("4,ngmt_3,,unchanged"))
        // Swapped, or pointed at the table, it writes nothing.
        for words in [[file, "--report", file], [report, "--report", file]] {
            let before = try #require(folder.text("t.csv"))
            let swapped = try Command(folder.setup(["apply", "--yes"] + words, server))
            #expect([.exited(64), .exited(65), .exited(73)].contains(swapped.ending), "\(swapped)")
            #expect(folder.text("t.csv") == before)
        }
    }

    /// Over the journal or a stream, a report would destroy what stands there.
    @Test(arguments: [("j", "the journal"), ("./j", "the journal"), ("/dev/stdout", "stdout"), ("/dev/fd/2", "stderr")])
    func aReportIsAFileOfItsOwn(path: String, owner: String) throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let report = path.hasPrefix("/") ? path : folder.file(path)
        let flags = ["--yes", "--journal", folder.file("j"), "--report", report]
        let job = try Command(folder.setup(["apply", try folder.table(1)] + flags, server))
        #expect(job.ending == .exited(64) && job.output.isEmpty && server.putCount == 0, "\(job)")
        #expect(job.errors == "engagement-rpc: --report \(report) is \(owner); name another file.\n")
        #expect(folder.names == ["t.csv"])
    }

    @Test func aLookLeavesTheJournalAlone() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let file = try folder.table(2)
        #expect(try folder.run("apply", file, "--yes", at: server).ending == .exited(0))
        let journal = try #require(folder.text("state/engagement-rpc/journal"))
        _ = try folder.table(2, "cnt_other")
        #expect(try folder.run("plan", file, at: server).ending == .exited(2))
        #expect(try folder.run("apply", file, at: server).ending == .exited(1))
        #expect(folder.text("state/engagement-rpc/journal") == journal)
    }

    @Test func twoJobsOnOneJournalAreBothWhole() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        try folder.write("engagement_id,people\n" + (1...60).map { "ngmt_a\($0),cnt_new\n" }.joined(), to: "a.csv")
        try folder.write("engagement_id,people\n" + (1...60).map { "ngmt_b\($0),cnt_new\n" }.joined(), to: "b.csv")
        let jobs = try ["a", "b"].map {
            try HostProcess(folder.setup(["apply", folder.file("\($0).csv"), "--yes"], server))
        }
        for job in jobs { #expect(try job.waitForExit(within: 60) == .exited(0)) }
        let runs = try folder.run("runs").output.split(separator: "\n").dropFirst()
        #expect(runs.count == 2 && runs.allSatisfy { $0.split(separator: " ").suffix(4) == ["60", "60", "0", "0"] })
        let ofA = try #require(runs.first { $0.contains("Z-a-") })
        let name = ofA.prefix { $0 != " " }
        #expect(try folder.run("undo", String(name), "--yes", at: server).ending == .exited(0))
        #expect((1...60).allSatisfy { server.people(on: "ngmt_a\($0)") == ["cnt_old"] })
        #expect((1...60).allSatisfy { server.people(on: "ngmt_b\($0)") == ["cnt_new"] })
    }
}
