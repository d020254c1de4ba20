import Jobs
import Tables
import Testing

/// Rooms in a table: left aside on both sides, wherever they are and whoever tells of them.
@Suite struct CalendarResourceTests {
    private static func workspace() -> Workspace {
        let workspace = Workspace(["ngmt_1": ["cnt_ada"], "ngmt_2": ["cnt_ada", "cnt_bob"]])
        workspace.rooms["ngmt_2"] = ["cnt_room1"]
        return workspace
    }

    private static func run(
        _ rows: [(id: String, people: [PersonReference])], aim: JobTerms.Aim = .carryOut(isAgreed: true),
        skips: Bool = false, _ workspace: Workspace
    ) -> JobRun {
        JobRun(JobRun.apply(rows, aim: aim, skips: skips)) { workspace.answer($0) }
    }

    /// Another row's engagement tells that it is a room; the order of the rows does not matter.
    @Test(arguments: [PersonReference.id("cnt_room1"), .address("ROOM1@x")], [false, true])
    func aRoomOfAnotherEngagementIsLeftAside(room: PersonReference, isLast: Bool) {
        let workspace = Self.workspace()
        var rows: [(id: String, people: [PersonReference])] = [
            ("ngmt_1", [.id("cnt_ada"), room]), ("ngmt_2", [.id("cnt_ada"), .id("cnt_bob")]),
        ]
        if isLast { rows.swapAt(0, 1) }
        let run = Self.run(rows, workspace)
        #expect(run.job.exitCode == 0 && run.text == "0 changed, 2 so already, 0 refused, 0 unknown.\n", "\(run.text)")
        let plan = Self.run(rows, aim: .print, workspace)
        #expect(plan.job.exitCode == 0 && !plan.text.contains("\"added\":[\"cnt"), "\(plan.text)")
    }

    /// No row's engagement has the room; the contact's own engagements tell.
    @Test func aRoomOfNoRowIsLeftAside() {
        let workspace = Self.workspace()
        workspace.listsEngagements = true
        let run = Self.run([("ngmt_1", [.id("cnt_cyd"), .id("cnt_room1")])], workspace)
        #expect(run.job.exitCode == 0 && workspace.contacts["ngmt_1"] == ["cnt_cyd"], "\(run.text)")
        #expect(run.text.contains("= 1 calendar") == false && !run.text.contains("cnt_room1"), "\(run.text)")
    }

    /// A row of nothing but rooms takes nobody off, whoever tells that it is one.
    @Test(arguments: [PersonReference.id("cnt_room1"), .address("room1@x")])
    func aRowOfRoomsTakesNobodyOff(room: PersonReference) {
        let workspace = Self.workspace()
        let rows: [(id: String, people: [PersonReference])] = [("ngmt_1", [room]), ("ngmt_2", [.id("cnt_bob")])]
        let run = Self.run(rows, workspace)
        #expect(run.job.exitCode == 65 && run.job.complaint.contains("calendar resources only"), "\(run.job.complaint)")
        let skipping = Self.run(rows, skips: true, workspace)
        #expect(skipping.job.exitCode == 1 && workspace.contacts["ngmt_1"] == ["cnt_ada"])
        #expect(workspace.contacts["ngmt_2"] == ["cnt_bob"])
    }

    /// Nobody tells, and the API does not put it there: told as it is, and what else there is to do is done.
    @Test func whoIsNotPutThereIsNamed() {
        let workspace = Self.workspace()
        let run = Self.run([("ngmt_1", [.id("cnt_cyd"), .id("cnt_room2")])], workspace)
        #expect(run.job.exitCode == 1 && workspace.contacts["ngmt_1"] == ["cnt_cyd"])
        #expect(
            run.text.contains(
                "the API did not put everybody there (not there: cnt_room2 (Room2 <room2@x>): a calendar"),
            "\(run.text)")
    }

    /// An API that marks no rooms refuses one, and another write tells that it is one: the row is written without it.
    @Test func aRefusedRoomIsLeftOutOnceItIsKnown() {
        let workspace = Self.workspace()
        (workspace.marksRooms, workspace.refusesRooms) = (false, true)
        let run = Self.run(
            [("ngmt_1", [.id("cnt_cyd"), .id("cnt_room1")]), ("ngmt_2", [.id("cnt_cyd"), .id("cnt_room1")])], workspace)
        #expect(run.job.exitCode == 0 && workspace.contacts["ngmt_1"] == ["cnt_cyd"], "\(run.text)")
        #expect(run.text.contains("2 changed, 0 so already, 0 refused"), "\(run.text)")
    }

    /// Where engagements tell rooms from people, whom a write set aside is a room only if it is marked as one.
    @Test(arguments: [false, true]) func whoIsSetAsideAndNotMarkedIsNoRoom(isMarked: Bool) {
        let workspace = Workspace(["ngmt_1": ["cnt_ada", "cnt_x"], "ngmt_2": ["cnt_ada"]])
        func flags(_ id: String, _ isRoom: Bool) -> String {
            #"{"id":"\#(id)","first_name":"A","emails":[],"is_calendar_resource":\#(isRoom)}"#
        }
        var written: String?
        func engagement(_ id: String, _ people: [String]) -> String {
            let items = people.map { flags($0, isMarked && $0 == "cnt_x" && id == written) }
            return #"{"id":"\#(id)","title":"","contacts":[\#(items.joined(separator: ","))]}"#
        }
        var sent: [[String]] = []
        let rows: [(id: String, people: [PersonReference])] = [
            ("ngmt_1", [.id("cnt_cyd")]), ("ngmt_2", [.id("cnt_cyd"), .id("cnt_x")]),
        ]
        let run = JobRun(JobRun.apply(rows)) { call in
            let id = call.text("engagement_id")
            switch call.method {
            case "engagement.get":
                return #""result":{"data":\#(engagement(id, workspace.contacts[id] ?? []))}"#
            case "engagement.replaceContacts":
                let wanted = call.list("contact_ids") ?? []
                if id == "ngmt_2" { sent.append(wanted) }
                written = id
                workspace.contacts[id] = wanted
                let preserved = id == "ngmt_1" ? #""cnt_x""# : ""
                return #""result":{"data":\#(engagement(id, wanted + ["cnt_x"])),"changes":{"before":["cnt_ada"],"#
                    + #""added":["cnt_cyd"],"removed":["cnt_ada"],"preserved":[\#(preserved)],"verified":true}}"#
            default: return workspace.answer(call)
            }
        }
        #expect(run.job.exitCode == 0, "\(run.text)")
        #expect(sent == [isMarked ? ["cnt_cyd"] : ["cnt_cyd", "cnt_x"]], "\(run.text)")
    }

    /// Whoever is refused and is no room stays refused, and nobody else of the row is written.
    @Test func aRefusedPersonIsNotPassedOver() {
        let workspace = Self.workspace()
        workspace.refusesRooms = true
        let run = Self.run([("ngmt_1", [.id("cnt_cyd"), .id("cnt_room2")])], workspace)
        #expect(run.job.exitCode == 1 && workspace.contacts["ngmt_1"] == ["cnt_ada"])
        #expect(run.text.contains("refused, unprocessable (1): ngmt_1: Refused."), "\(run.text)")
    }

    /// A row turns out to list nothing but rooms while others are written: it takes nobody off, refused before or not.
    @Test(arguments: [false, true]) func aRowOfRoomsThatAreKnownLateTakesNobodyOff(isLast: Bool) {
        let workspace = Self.workspace()
        (workspace.marksRooms, workspace.refusesRooms) = (false, true)
        var rows: [(id: String, people: [PersonReference])] = [
            ("ngmt_1", [.id("cnt_room1")]), ("ngmt_2", [.id("cnt_cyd"), .id("cnt_room1")]),
        ]
        if isLast { rows.swapAt(0, 1) }
        let run = Self.run(rows, workspace)
        #expect(run.job.exitCode == 1 && workspace.contacts["ngmt_1"] == ["cnt_ada"], "\(run.text)")
        #expect(
            workspace.contacts["ngmt_2"] == ["cnt_cyd"] && run.text.contains("1 changed, 0 so already"), "\(run.text)")
    }
}
