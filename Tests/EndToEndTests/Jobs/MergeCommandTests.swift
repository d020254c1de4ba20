import Foundation
import TestSupport
import Testing

/// `engagement-rpc merge` and `contact.merge`, over the built process and a sandbox with state.
@Suite(.ownThread)
struct MergeCommandTests {
    /// A sandbox of `count` engagements, each with a duplicate of one of four contacts, and a room.
    private struct World {
        let folder: JobFolder
        let sandbox: SharedSandbox
        let before: [String: [String]]

        init(_ count: Int) throws {
            folder = try JobFolder()
            let names = ["a", "b", "c", "d", "e", "f", "g", "h"]
            var engagements: [String: [String]] = [:]
            for number in 1...count {
                let (gone, kept) = (names[number % 4], names[number % 4 + 4])
                engagements["ngmt_m\(number)"] = ["cnt_\(gone)"] + (number % 3 == 0 ? ["cnt_\(kept)"] : ["cnt_z"])
            }
            let contacts = (names + ["z"]).map {
                #"{"id":"cnt_\#($0)","first_name":"\#($0)","emails":[{"email":"\#($0)@x.example","is_primary":true}]}"#
            }
            let items = engagements.map { id, people in
                let ids = (people + ["cnt_room"]).map { "\"\($0)\"" }.joined(separator: ",")
                return #"{"id":"\#(id)","title":"Title of \#(id)","contact_ids":[\#(ids)]}"#
            }
            let room = #"{"id":"cnt_room","first_name":"Room","is_calendar_resource":true}"#
            let seed =
                #"{"contacts":[\#((contacts + [room]).joined(separator: ","))],"engagements":[\#(items.joined(separator: ","))]}"#
            sandbox = try SharedSandbox(["--seed", try folder.write(seed, to: "seed.json")])
            before = engagements.mapValues { $0.sorted() }
        }

        static let pairs = [("a", "e"), ("b", "f"), ("c", "g"), ("d", "h")]

        func table(_ form: (String) -> String = { "cnt_\($0)" }) throws -> String {
            try folder.write("duplicate,into\n" + Self.pairs.map { "\(form($0)),\(form($1))\n" }.joined())
        }

        func run(_ arguments: String..., within seconds: Double = 60) throws -> Command {
            var setup = folder.setup(arguments + ["--sandbox-at", sandbox.url])
            setup.environment["ENGAGEMENT_RPC_TOKEN"] = nil
            return try Command(setup, within: seconds)
        }

        /// Who is on each engagement but the room, sorted; a lost room would be missing from `rooms`.
        func people() throws -> (people: [String: [String]], rooms: Int) {
            let host = try sandbox.client()
            let list = try host.call(
                "engagement.list", #"{"all":true,"expand":["contacts"],"fields":["id","contacts.id"]}"#)
            var people: [String: [String]] = [:]
            var rooms = 0
            for item in try list.elements("result", "data", "data") {
                let ids = try item.elements("contacts").compactMap { $0.string("id") }
                rooms += ids.contains("cnt_room") ? 1 : 0
                people[item.string("id") ?? ""] = ids.filter { $0 != "cnt_room" }.sorted()
            }
            try host.finish()
            return (people, rooms)
        }

        var merged: [String: [String]] {
            before.mapValues { people in
                let others = Dictionary(uniqueKeysWithValues: Self.pairs.map { ("cnt_\($0)", "cnt_\($1)") })
                return Set(people.map { others[$0] ?? $0 }).sorted()
            }
        }
    }

    @Test func aTableIsMergedAndUndone() throws {
        let world = try World(130)
        let file = try world.table { "\($0.uppercased())@x.example" }
        let plan = try world.run("merge", file, "--dry-run")
        #expect(plan.ending == .exited(2) && plan.output.contains("130 engagements would change"), "\(plan)")
        let declined = try world.run("merge", file)
        #expect(declined.ending == .exited(1) && declined.output.hasSuffix("Nothing was written.\n"), "\(declined)")
        #expect(try world.people().people == world.before)
        let job = try world.run("merge", file, "--yes", "--report", world.folder.file("report.csv"))
        #expect(job.ending == .exited(0), "\(job.output.suffix(500)) \(job.errors)")
        #expect(job.output.contains("130 changed, 0 so already, 0 refused, 0 unknown."), "\(job.output.suffix(500))")
        let (people, rooms) = try world.people()
        #expect(people == world.merged && rooms == 130)
        #expect(world.folder.text("report.csv")?.split(separator: "\r\n").count == 131)
        let again = try world.run("merge", file)
        #expect(
            again.ending == .exited(0) && again.output == "0 changed, 4 so already, 0 refused, 0 unknown.\n", "\(again)"
        )
        let line = try #require(ApplyCommandTests.undoLine(job.output))
        var setup = world.folder.setup(["-c", line + " --yes"])
        setup.program = "/bin/sh"
        let undone = try Command(setup, within: 60)
        #expect(undone.ending == .exited(0), "\(undone.output.suffix(500)) \(undone.errors)")
        #expect(try world.people().people == world.before)
    }

    /// Killed at any moment and run again, by ids or by addresses, nobody is lost and all duplicates go.
    @Test(arguments: [false, true]) func killedAndRunAgain(byAddress: Bool) throws {
        let world = try World(60)
        let file = try world.table { byAddress ? "\($0)@x.example" : "cnt_\($0)" }
        let host = try world.sandbox.client()
        let slow = #"{"match":"PUT /v2/engagements/*/contacts","steps":[{"delay_ms":20}],"repeat":true}"#
        _ = try host.call("sandbox.fail", slow)
        _ = try host.call("sandbox.fail", #"{"match":"DELETE /v2/contacts/*","steps":[{"delay_ms":60}],"repeat":true}"#)
        var kills = 0
        for moment in [150, 400, 700, 1100, 1600, 2200] {
            var setup = world.folder.setup([
                "merge", file, "--yes", "--delete", "--max-in-flight", "2", "--sandbox-at", world.sandbox.url,
            ])
            setup.environment["ENGAGEMENT_RPC_TOKEN"] = nil
            let job = try HostProcess(setup)
            usleep(UInt32(moment) * 1000)
            job.signal(SIGKILL)
            if case .killed = try job.waitForExit(within: 20) { kills += 1 }
            let (people, rooms) = try world.people()
            #expect(rooms == 60)
            for (id, there) in people {
                #expect(there == world.before[id] || there == world.merged[id], "\(id): \(there)")
            }
        }
        let last = try world.run("merge", file, "--yes", "--delete")
        #expect(last.ending == .exited(0), "\(kills) kills: \(last.output.suffix(500)) \(last.errors)")
        #expect(try world.people().people == world.merged)
        for (gone, kept) in World.pairs {
            #expect(try host.call("contact.get", #"{"contact_id":"cnt_\#(gone)"}"#).code == 404)
            #expect(try host.call("contact.get", #"{"contact_id":"cnt_\#(kept)"}"#).code == nil)
        }
        let again = try world.run("merge", file, "--yes", "--delete")
        #expect(again.ending == .exited(0) && again.output.hasPrefix("0 changed, 4 so already"), "\(again)")
        try host.finish()
    }

    /// Once a contact is deleted nobody has its address, as nobody has a mistyped one: the journal tells them apart.
    @Test func onlyTheAddressThatWasDeletedIsGone() throws {
        let world = try World(8)
        let dups = "duplicate,into\nA@x.example,cnt_e\n"
        let file = try world.folder.write(dups)
        #expect(try world.run("merge", file, "--yes", "--delete").output.contains("1 duplicate deleted."))
        let people = try world.people().people
        try world.folder.write("duplicate,into\ntypo@x.example,cnt_e\n")
        for extra in [["--yes"], ["--dry-run"]] {
            var setup = world.folder.setup(["merge", file, "--delete", "--sandbox-at", world.sandbox.url] + extra)
            setup.environment["ENGAGEMENT_RPC_TOKEN"] = nil
            let job = try Command(setup, within: 60)
            #expect(job.ending == .exited(65) && job.output.isEmpty, "\(job)")
            #expect(job.errors.hasPrefix("\(file), line 2: \"typo@x.example\": no contact has this address"), "\(job)")
            #expect(job.errors.contains("delete the row if the contact is deleted already"), "\(job)")
        }
        let other = try world.folder.write(dups.lowercased(), to: "other.csv")
        for name in [try world.folder.write(dups), other] {
            let again = try world.run("merge", name, "--yes", "--delete")
            #expect(
                again.ending == .exited(0) && again.output.hasPrefix("0 changed, 1 so already"), "\(again)")
        }
        #expect(try world.people().people == people)
        #expect(world.folder.text("state/engagement-rpc/journal")?.contains("x.example\"") == false)
    }

    /// Rows that --skip leaves alone are in no other's way.
    @Test(arguments: [
        "cnt_sandbox02,cnt_sandbox07\ncnt_sandbox07,cnt_nobody\n",
        "cnt_nobody,cnt_sandbox02\ncnt_sandbox02,cnt_sandbox07\n",
        "cnt_sandbox02,cnt_nobody\ncnt_sandbox02,cnt_sandbox07\n",
    ])
    func skippedRowsAreInNoOthersWay(rows: String) throws {
        let folder = try JobFolder()
        let file = try folder.write("duplicate,into\n" + rows)
        let plan = try folder.run("merge", file, "--dry-run", "--skip", "--sandbox")
        #expect(plan.ending == .exited(1) && plan.errors.isEmpty, "\(plan)")
        #expect(plan.output.contains("cnt_sandbox07") && plan.output.contains("1 left alone."), "\(plan)")
        let strict = try folder.run("merge", file, "--dry-run", "--sandbox")
        #expect(strict.ending == .exited(65) && !strict.errors.contains("write cnt_nobody"), "\(strict)")
    }

    @Test func peopleOfFaultyRowsAreToldWithThem() throws {
        let folder = try JobFolder()
        let file = try folder.write("duplicate,into\nfront-desk@mail.example,x y\n")
        let job = try folder.run("merge", file, "--dry-run", "--sandbox")
        #expect(job.ending == .exited(65), "\(job)")
        let lines = job.errors.split(separator: "\n")
        #expect(lines.count == 2 && lines.first?.hasPrefix("\(file), line 2: \"x y\"") == true, "\(job)")
        #expect(lines.last?.contains("\"front-desk@mail.example\": 2 contacts have this address") == true, "\(job)")
    }

    @Test func whatIsWrongIsToldAtOnce() throws {
        let world = try World(4)
        let file = try world.folder.write(
            "duplicate,into\ncnt_a,cnt_nobody\nx,cnt_b\ncnt_c,cnt_c\nnobody@x.example,cnt_e\n")
        let job = try world.run("merge", file, "--yes", "--delete")
        #expect(job.ending == .exited(65) && job.output.isEmpty, "\(job)")
        for line in ["line 2: \"cnt_nobody\"", "line 3: \"x\"", "line 4: \"cnt_c\"", "line 5: \"nobody@x.example\""] {
            #expect(job.errors.contains("\(file), \(line): "), "\(job.errors)")
        }
        #expect(try world.people().people == world.before)
        #expect(try world.run("merge").ending == .exited(64))
        #expect(try world.run("apply", file, "--delete").errors.contains("--delete belongs to merge"))
        #expect(try world.run("merge", world.folder.file("none.csv")).ending == .exited(66))
    }

    // MARK: The method

    @Test func aCallABatchAToolAndAnEditor() throws {
        let world = try World(8)
        let call = try world.sandbox.call("contact.merge", "contact_id=cnt_a", "into_contact_id=cnt_e", "dry_run=true")
        #expect(call.ending == .exited(0) && call.output.contains(#""added":["cnt_e"]"#), "\(call)")
        let host = try world.sandbox.client()
        try host.send(
            line:
                #"[{"jsonrpc":"2.0","id":1,"method":"contact.merge","params":["cnt_a","cnt_e"]},{"jsonrpc":"2.0","id":2,"method":"contact.merge","params":{"contact_id":"cnt_b","into_contact_id":"cnt_f","delete":true}}]"#
        )
        let batch = try host.batch()
        #expect("\(batch)".contains(#""deleted":true"#) && "\(batch)".contains(#""deleted":false"#), "\(batch)")
        try host.finish()
        let editor = try world.sandbox.client()
        let opening = try editor.call("initialize", #"{"processId":null,"rootUri":null,"capabilities":{}}"#)
        #expect(opening.string("result", "serverInfo", "name") == "engagement-rpc")
        let custom = try editor.call("contact.merge", #"{"contact_id":"cnt_c","into_contact_id":"cnt_g"}"#)
        #expect("\(custom)".contains(#""applied":"yes""#), "\(custom)")
        editor.closeInput()
        _ = try editor.waitForExit(within: 20)
        let era = Era.november2025
        let agent = try era.begin(Setup(["--sandbox-at", world.sandbox.url]))
        let tool = try agent.ask(
            era.toolCall("7", "contact_merge", #"{"contact_id":"cnt_d","into_contact_id":"cnt_h","delete":null}"#))
        #expect(tool.string("result", "structuredContent", "data", "engagements", "0", "applied") == "yes", "\(tool)")
        try agent.finish()
        #expect(try world.people().people == world.merged)
    }

    /// A room on the same engagement, and one on others only: the person must neither be dropped nor deleted for it.
    @Test(arguments: [("cnt_sandbox02", "ngmt_sandbox01"), ("cnt_sandbox05", "ngmt_sandbox04")])
    func aRoomTakesNobodysPlace(contact: String, engagement: String) throws {
        let host = try sandbox()
        let before = try host.call("engagement.get", #"["\#(engagement)",["contacts"]]"#).text(
            "result", "data", "contacts")
        for more in ["", #","delete":true"#, #","dry_run":true"#] {
            let params = #"{"contact_id":"\#(contact)","into_contact_id":"cnt_sandboxroom1"\#(more)}"#
            let answer = try host.call("contact.merge", params)
            #expect(answer.kind == "unprocessable" && answer.string("error", "data", "applied") == "no", "\(answer)")
            #expect(answer.string("error", "data", "errors", "0", "field") == "into_contact_id", "\(answer)")
        }
        let after = try host.call("engagement.get", #"["\#(engagement)",["contacts"]]"#).text(
            "result", "data", "contacts")
        #expect(before != nil && before == after)
        try host.finish()
    }
}
