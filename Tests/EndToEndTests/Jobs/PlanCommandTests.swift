import Foundation
import TestSupport
import Testing

/// `engagement-rpc plan`: what would change, its exit status, and what is wrong with a table.
@Suite(.ownThread) struct PlanCommandTests {
    @Test func showsWhoWouldComeAndGo() throws {
        let folder = try JobFolder()
        let file = try folder.write(
            "Engagement ID;Attendees\nngmt_sandbox01;cnt_sandbox02, contact5@mail.example\nngmt_sandbox02;\n")
        let plan = try folder.run("plan", file, "--sandbox", "--allow-empty")
        #expect(plan.ending == .exited(2), "\(plan)")
        #expect(
            plan.output == """
                ngmt_sandbox01  Quarterly review with Acme
                  - Ana Souza <contact1@acme.example>  cnt_sandbox01
                  + Efua Mensah <contact5@mail.example>  cnt_sandbox05
                  = Björn Lindqvist <contact2@cafe-mueller.example>  cnt_sandbox02
                  = 1 calendar resource stays
                1 engagement would change: 1 person dropped, 1 added. 1 is so already.

                """)
        #expect(plan.errors.isEmpty && folder.names == ["t.csv"], "a plan leaves nothing behind")
    }

    @Test func readsStdin() throws {
        let folder = try JobFolder()
        let text = "engagement_id,people\nngmt_sandbox02,cnt_sandbox01\n"
        for name in ["-", "/dev/stdin"] {
            let plan = try folder.run("plan", name, "--sandbox", input: text)
            #expect(plan.ending == .exited(2) && plan.output.contains("+ Ana Souza"), "\(plan)")
        }
    }

    @Test func programsGetALineForEachEngagement() throws {
        let folder = try JobFolder()
        let file = try folder.write(
            "engagement_id,people\nngmt_sandbox01,cnt_sandbox01 cnt_sandbox02\nngmt_none,cnt_sandbox01\n"
                + "ngmt_sandbox02,cnt_sandbox01\n")
        let plan = try folder.run("plan", file, "--sandbox", "--format", "json")
        #expect(plan.ending == .exited(1), "\(plan)")
        let lines = try plan.output.split(separator: "\n").map { try Answer(Array($0.utf8)) }
        #expect(lines.map { $0.string("engagement_id") } == ["ngmt_sandbox01", "ngmt_none", "ngmt_sandbox02"])
        #expect(lines[0].names() == ["engagement_id", "title", "changes"] && lines[0].count("changes", "kept") == 2)
        #expect(lines[1].names() == ["engagement_id", "error"] && lines[1].int("error", "code") == 404)
        #expect(lines[2].string("changes", "added", "0") == "cnt_sandbox01")
    }

    /// A row that lists the room, as exports do, is so already.
    @Test func aListedRoomIsLeftAside() throws {
        let folder = try JobFolder()
        let file = try folder.write(
            "engagement_id,people\nngmt_sandbox01,cnt_sandboxroom1 cnt_sandbox01 cnt_sandbox02\n")
        for command in [["plan", file, "--sandbox"], ["apply", file, "--sandbox"]] {
            let job = try Command(folder.setup(command))
            #expect(job.ending == .exited(0), "\(job)")
        }
    }

    /// The room stays by itself: a row that lists nothing else must not take everybody off.
    @Test func aRoomIsNoPerson() throws {
        let folder = try JobFolder()
        let file = try folder.write(
            "engagement_id,people\nngmt_sandbox11,cnt_sandbox20\nngmt_sandbox01,cnt_sandboxroom1\n")
        for command in [["plan", file, "--sandbox"], ["apply", file, "--yes", "--sandbox"]] {
            let job = try Command(folder.setup(command))
            #expect(job.ending == .exited(65) && job.output.isEmpty, "\(job)")
            #expect(job.errors.hasPrefix("\(file), line 3: \"cnt_sandboxroom1\""), "\(job)")
            #expect(job.errors.contains("(nobody)"), "\(job)")
        }
        let job = try Command(folder.setup(["apply", file, "--yes", "--skip", "--sandbox"]))
        #expect(job.ending == .exited(1) && job.output.contains("1 changed"), "\(job)")
        #expect(!job.output.contains("- Ana Souza"), "\(job)")
    }

    /// The room is on another engagement, by which alone it is known: `contact.get` does not tell it from a person.
    @Test(arguments: [
        ("ngmt_sandbox07,cnt_sandbox13 cnt_sandboxroom1\n", 0, "Nothing would change."),
        ("ngmt_sandbox07,cnt_sandbox13 cnt_sandbox14 cnt_sandboxroom1\n", 2, "0 people dropped, 1 added."),
        ("ngmt_sandbox01,cnt_sandbox01 cnt_sandbox02 Room-Kilimanjaro@acme.example\n", 0, "Nothing would change."),
        (
            "ngmt_sandbox07,cnt_sandbox13 room-kilimanjaro@acme.example\nngmt_sandbox01,cnt_sandbox01 cnt_sandbox02\n",
            0, "Nothing would change."
        ),
    ])
    func aRoomOfAnotherEngagementIsLeftAside(row: (rows: String, code: Int32, words: String)) throws {
        let folder = try JobFolder()
        let file = try folder.write("engagement_id,people\n" + row.rows)
        let plan = try folder.run("plan", file, "--sandbox")
        #expect(plan.ending == .exited(row.code) && plan.output.contains(row.words), "\(plan)")
        #expect(!plan.output.contains("sandboxroom1"), "\(plan)")
        let apply = try folder.run("apply", file, "--yes", "--sandbox")
        #expect(apply.ending == .exited(0) && apply.output.contains("\(row.code / 2) changed"), "\(apply)")
    }

    @Test func aRowOfAStrangeRoomAloneTakesNobodyOff() throws {
        let folder = try JobFolder()
        let file = try folder.write("engagement_id,people\nngmt_sandbox07,cnt_sandboxroom1\n")
        let job = try folder.run("apply", file, "--yes", "--sandbox")
        #expect(job.ending == .exited(65) && job.errors.contains("calendar resources only"), "\(job)")
    }

    /// The API finds no room by its address, so one that no engagement of the table has is nobody's.
    @Test func theAddressOfAStrangeRoomIsNobodys() throws {
        let folder = try JobFolder()
        let file = try folder.write(
            "engagement_id,people\nngmt_sandbox07,cnt_sandbox13 cnt_sandbox14 room-kilimanjaro@acme.example\n")
        let job = try folder.run("apply", file, "--yes", "--sandbox")
        #expect(job.ending == .exited(65) && job.output.isEmpty, "\(job)")
        #expect(job.errors.contains("line 2: \"room-kilimanjaro@acme.example\": no contact has this address"), "\(job)")
    }

    @Test func allThatIsWrongIsToldAtOnce() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        let file = try folder.write(
            "engagement_id,people\nngmt_1,nobody@x.example\nngmt_2,twins@x.example\nngmt_3,who?\nngmt_4,\n"
                + "ngmt_5,ok@x.example\nngmt_6,cnt_a\nngmt_6,cnt_b\n")
        for command in ["plan", "apply"] {
            let job = try folder.run(command, file, at: server)
            #expect(job.ending == .exited(65) && job.output.isEmpty, "\(job)")
            let lines = job.errors.split(separator: "\n").map(String.init)
            for (place, words) in [
                ("line 2: \"nobody@x.example\"", "--skip"), ("line 3: \"twins@x.example\"", "cnt_twin1 twin1"),
                ("line 4: \"who?\"", "--column"), ("line 5", "--allow-empty"), ("line 8", "--merge"),
            ] {
                #expect(
                    lines.contains { $0.hasPrefix("\(file), \(place)") && $0.contains(words) },
                    "\(place): \(job.errors)")
            }
        }
        #expect(server.putCount == 0 && folder.names == ["t.csv"])
        // Of the engagements only that one is read whose room might be the unknown address.
        #expect(!server.server.requests.contains { $0.target.contains("/engagements/ngmt_6") })
    }

    private static let faultyRows: [(rows: String, options: [String], places: [String])] = [
        (
            "ngmt_sandbox01,cnt_sandbox01\nngmt_sandbox01,nobody@x.example\n", [],
            ["3: \"ngmt_sandbox01\"", "3: \"nobody@x.example\""]
        ),
        (
            "ngmt_sandbox02,bogus nobody@x.example cnt_nobody\n", [],
            ["2: \"bogus\"", "2: \"nobody@x.example\"", "2: \"cnt_nobody\""]
        ),
        (
            "ngmt_,nobody@x.example cnt_nobody\nngmt_sandbox02,cnt_nobody2\n", [],
            ["2: \"ngmt_\"", "2: \"nobody@x.example\"", "2: \"cnt_nobody\"", "3: \"cnt_nobody2\""]
        ),
        (
            "ngmt_sandbox01,cnt_nobody\nngmt_sandbox01,cnt_nobody2\n", ["--merge"],
            ["2: \"cnt_nobody\"", "3: \"cnt_nobody2\""]
        ),
        // The room is told by the engagement that the row names.
        ("ngmt_sandbox01,bogus room-kilimanjaro@acme.example\n", [], ["2: \"bogus\""]),
    ]

    /// The people of a row that something else is wrong with, and those of joined rows, each with its own line.
    @Test(arguments: faultyRows)
    func peopleAreToldWithTheirLines(_ row: (rows: String, options: [String], places: [String])) throws {
        let folder = try JobFolder()
        let file = try folder.write("engagement_id,people\n" + row.rows)
        let job = try Command(folder.setup(["plan", file, "--sandbox"] + row.options))
        #expect(job.ending == .exited(65) && job.output.isEmpty, "\(job)")
        let lines = job.errors.split(separator: "\n").map(String.init)
        #expect(lines.count == row.places.count, "\(job)")
        for (line, place) in zip(lines, row.places) { #expect(line.hasPrefix("\(file), line " + place), "\(job)") }
    }

    /// 50 look-ups of 0.65 s each would never end in the 30 s of one call.
    @Test func lookUpsGoSideBySide() throws {
        let folder = try JobFolder()
        let server = try JobServer(fault: { request in
            request.target.contains("search=")
                ? .ok(
                    #"{"data":[{"id":"cnt_x\#(request.target.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xFFFF)","#
                        + #""emails":[{"email":"\#(String(request.target.split(separator: "search=").last ?? "").removingPercentEncoding ?? "")"}]}],"#
                        + #""has_more":false,"next_cursor":null}"#
                ).after(milliseconds: 650) : nil
        })
        let people = (1...50).map { "p\($0)@x.example" }.joined(separator: " ")
        let start = Deadline.now
        let job = try folder.run("plan", try folder.table(1, people), at: server)
        #expect(job.ending == .exited(2), "\(job.errors)")
        #expect(Deadline.now - start < 30, "one after the other they take 32.5 s")
    }

    @Test(arguments: [
        (["plan"], 64, "takes one FILE"), (["plan", "a", "b"], 64, "takes one FILE"),
        (["plan", "/nonexistent/t.csv"], 66, "can't be opened"), (["plan", "/tmp"], 66, "can't be read"),
        (["plan", "t.csv", "--yes"], 64, "--yes belongs to apply"),
        (["apply", "t.csv", "--format", "json"], 64, "--format belongs to plan"),
        (["apply", "t.csv", "--merg"], 64, "--merge"), (["apply", "t.csv", "--column", "x=y"], 64, "engagement=HEAD"),
        (["serve", "--skip"], 64, "--skip belongs to plan and apply"), (["aply", "t.csv"], 64, "apply"),
    ])
    func aMistypedCommandLeavesNothingBehind(row: (arguments: [String], code: Int32, words: String)) throws {
        let folder = try JobFolder()
        let job = try Command(folder.setup(row.arguments + ["--sandbox"]))
        #expect(job.ending == .exited(row.code) && job.errors.contains(row.words), "\(job)")
        #expect(folder.names.isEmpty)
    }

    /// The token's file is no table, wherever it stands.
    @Test func aTokenIsNeverShown() throws {
        let (folder, server) = (try JobFolder(), try JobServer())
        try folder.write("sk-apik_secret.0123456789\n", to: "tok")
        let file = try folder.table(1)
        let plan = try folder.run("plan", "--token-file", folder.file("tok"), file, at: server)
        #expect(plan.ending == .exited(2), "\(plan)")
        let swapped = try folder.run("plan", "--token-file", file, folder.file("tok"), at: server)
        #expect(swapped.ending == .exited(65) && !(swapped.errors + swapped.output).contains("apik"), "\(swapped)")
    }
}
