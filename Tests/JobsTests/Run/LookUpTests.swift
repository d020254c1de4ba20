import Jobs
import Tables
import Testing

/// The people of a table are judged before anything is written, all in one go, and a look-up that fails costs its rows.
@Suite struct LookUpTests {
    private static func rows(_ people: [[PersonReference]]) -> [(id: String, people: [PersonReference])] {
        people.enumerated().map { ("ngmt_\($0)", $1) }
    }

    private static func workspace(_ count: Int) -> Workspace {
        Workspace(Dictionary(uniqueKeysWithValues: (0..<count).map { ("ngmt_\($0)", ["cnt_ada"]) }))
    }

    /// Beyond any number of people, and beside addresses that nobody has.
    @Test func allWhoAreUnknownAreToldAtOnce() {
        let workspace = Self.workspace(701)
        let people =
            (0..<700).map { [PersonReference.id($0 == 690 ? "cnt_none" : "cnt_p\($0)")] } + [[.address("nobody@x")]]
        let run = JobRun(JobRun.apply(Self.rows(people))) { call in
            call.text("contact_id") == "cnt_none" ? Workspace.error(404, "not_found", "None.") : workspace.answer(call)
        }
        #expect(run.job.exitCode == 65 && !run.service.methods.contains("engagement.replaceContacts"))
        let lines = run.job.complaint.split(separator: "\n")
        #expect(lines.count == 2, "\(run.job.complaint)")
        #expect(lines.first?.hasPrefix("t.csv, line 692: \"cnt_none\": no contact has this id") == true)
        #expect(lines.last?.hasPrefix("t.csv, line 702: \"nobody@x\": no contact has this address") == true)
    }

    /// Faults of form, addresses that nobody has and ids that nobody has stand together.
    @Test func faultsOfFormAreToldWithThem() {
        let workspace = Self.workspace(3)
        let rows = Self.rows([[.address("nobody@x")], [.id("cnt_none")], [.id("cnt_bob")]]).enumerated().map {
            AttendeeRow(line: $0 + 2, engagementID: $1.id, people: $1.people)
        }
        let fault = TableFault(line: 5, cell: "who?", advice: "write an id")
        var terms = JobTerms(.show, limits: CallLimits(calls: 64, connections: 16, rate: nil, callSeconds: 30))
        terms.file = "t.csv"
        let run = JobRun(ChangeJob(rows, faults: [fault], terms)) { call in
            call.text("contact_id") == "cnt_none" ? Workspace.error(404, "not_found", "None.") : workspace.answer(call)
        }
        #expect(run.job.exitCode == 65 && run.text.isEmpty)
        let lines = run.job.complaint.split(separator: "\n").map { $0.prefix(27) }
        #expect(
            lines == [
                "t.csv, line 2: \"nobody@x\": ", "t.csv, line 3: \"cnt_none\": ", "t.csv, line 5: \"who?\": writ",
            ])
    }

    private static func apply(_ rows: [AttendeeRow], _ faults: [TableFault], skips: Bool = false) -> ChangeJob {
        let limits = CallLimits(calls: 64, connections: 16, rate: nil, callSeconds: 30)
        var terms = JobTerms(.carryOut(isAgreed: true), limits: limits)
        (terms.file, terms.run, terms.skipsUnfound) = ("t.csv", "run-1", skips)
        return ChangeJob(rows, faults: faults, terms)
    }

    /// The people of rows that something else is wrong with, too, by the engagements that these name; never written.
    @Test(arguments: [false, true]) func peopleOfFaultyRowsAreToldWithThem(skips: Bool) {
        let workspace = Self.workspace(3)
        workspace.rooms["ngmt_1"] = ["cnt_room1"]
        let rows = [
            AttendeeRow(line: 2, engagementID: "ngmt_0", people: [.id("cnt_bob")]),
            AttendeeRow(line: 3, engagementID: "ngmt_0", people: [.address("nobody@x")], isFaulty: true),
            AttendeeRow(
                line: 4, engagementID: "ngmt_1", people: [.address("room1@x"), .id("cnt_none"), .address("twins@x")],
                isFaulty: true),
            AttendeeRow(line: 5, engagementID: "", people: [.address("nobody@x")], isFaulty: true),
            AttendeeRow(line: 6, engagementID: "ngmt_1", people: [.id("cnt_room1")], isFaulty: true),
        ]
        let faults = [3, 4, 5, 6].map { TableFault(line: $0, cell: "x", advice: "mend it") }
        let run = JobRun(Self.apply(rows, faults, skips: skips)) { call in
            if call.method == "engagement.get", call.text("engagement_id").isEmpty { Issue.record("read nothing") }
            return call.text("contact_id") == "cnt_none"
                ? Workspace.error(404, "not_found", "None.") : workspace.answer(call)
        }
        #expect(run.job.exitCode == 65 && run.text.isEmpty, "\(run.text)")
        let starts = [
            "3: \"x\": mend it", "3: \"nobody@x\": no contact", "4: \"x\": mend it", "4: \"twins@x\": 2 contacts",
            "4: \"cnt_none\": no contact", "5: \"x\": mend it", "5: \"nobody@x\": no contact", "6: \"x\": mend it",
        ]
        let lines = run.job.complaint.split(separator: "\n").map(String.init)
        #expect(lines.count == starts.count, "\(run.job.complaint)")
        for (line, start) in zip(lines, starts) { #expect(line.hasPrefix("t.csv, line " + start), "\(line)") }
        // --skip leaves no row alone that is to be mended anyway.
        #expect(!run.job.complaint.contains("--skip") && !run.service.methods.contains("engagement.replaceContacts"))
    }

    /// Each person of joined rows is told with the line in which it stands.
    @Test(arguments: [false, true]) func joinedPeopleAreToldWithTheirLines(skips: Bool) {
        let workspace = Self.workspace(1)
        let row = AttendeeRow(
            line: 2, engagementID: "ngmt_0",
            people: [.id("cnt_none"), .address("nobody@x"), .id("cnt_none2"), .address("twins@x")],
            addedLines: [5, 7, 9])
        let run = JobRun(Self.apply([row], [], skips: skips)) { call in
            call.text("contact_id").hasPrefix("cnt_none")
                ? Workspace.error(404, "not_found", "None.") : workspace.answer(call)
        }
        #expect(run.job.exitCode == (skips ? 1 : 65), "\(run.text)")
        guard !skips else { return }
        let places = run.job.complaint.split(separator: "\n").map { $0.prefix { $0 != ":" } }
        #expect(
            places == ["t.csv, line 2", "t.csv, line 5", "t.csv, line 7", "t.csv, line 9"], "\(run.job.complaint)")
    }

    /// A row of calendar resources alone is told with all else that is wrong.
    @Test func rowsOfResourcesAloneAreToldWithThem() {
        let workspace = Self.workspace(3)
        workspace.rooms["ngmt_2"] = ["cnt_room1"]
        let people: [[PersonReference]] = [[.id("cnt_room1")], [.address("nobody@x")], [.id("cnt_ada")]]
        let run = JobRun(JobRun.apply(Self.rows(people))) { workspace.answer($0) }
        let lines = run.job.complaint.split(separator: "\n")
        #expect(run.job.exitCode == 65 && lines.count == 2, "\(run.job.complaint)")
        #expect(lines.first?.contains("the row has calendar resources only") == true, "\(run.job.complaint)")
        #expect(!run.service.methods.contains("engagement.replaceContacts"))
    }

    /// Whoever is on an engagement that is read needs no look-up.
    @Test func whoeverIsSeenIsThere() {
        let workspace = Self.workspace(2)
        workspace.contacts["ngmt_1"] = ["cnt_bob"]
        let run = JobRun(JobRun.apply(Self.rows([[.id("cnt_bob")], [.id("cnt_bob")]]), aim: .print)) { call in
            call.method.hasPrefix("contact.") ? Workspace.error(500, "server_error", "No.") : workspace.answer(call)
        }
        #expect(run.job.exitCode == 2 && !run.service.methods.contains("contact.listEngagements"), "\(run.text)")
    }

    @Test(arguments: [PersonReference.id("cnt_bad"), .address("bad@x")], [false, true])
    func aFailedLookUpCostsItsRows(person: PersonReference, skips: Bool) {
        let workspace = Self.workspace(3)
        let rows = Self.rows([[person, .id("cnt_ada")], [.id("cnt_bob")], [.id("cnt_ada")]])
        let script: ScriptedService.Script = { call in
            call.text("contact_id") == "cnt_bad" || call.list("emails") == ["bad@x"]
                ? Workspace.error(1002, "timeout", "Late.") : workspace.answer(call)
        }
        let plan = JobRun(JobRun.apply(rows, aim: .print, skips: skips), script)
        let lines = plan.text.split(separator: "\n")
        #expect(lines.count == 3 && plan.job.exitCode == 1, "\(plan.text) \(plan.job.complaint)")
        #expect(lines.first?.hasPrefix(#"{"engagement_id":"ngmt_0","error":{"#) == true, "\(lines)")
        #expect(lines.dropFirst().allSatisfy { $0.contains("\"changes\"") }, "\(lines)")
        let run = JobRun(JobRun.apply(rows, skips: skips), script)
        #expect(run.job.exitCode == 1 && run.text.contains("1 changed, 1 so already, 1 refused"), "\(run.text)")
        #expect(run.text.contains("refused, timeout (1): ngmt_0: Late."), "\(run.text)")
        #expect(workspace.contacts["ngmt_0"] == ["cnt_ada"] && workspace.contacts["ngmt_1"] == ["cnt_bob"])
    }

    /// A process that excludes the methods of contacts, or that of their engagements, does without.
    @Test(arguments: [["contact.listEngagements"], ["contact.listEngagements", "contact.get"]])
    func excludedMethodsStopNothing(excluded: [String]) {
        let workspace = Self.workspace(3)
        let run = JobRun(JobRun.apply(Self.rows([[.id("cnt_bob")], [.address("cyd@x")], [.id("cnt_ada")]]))) { call in
            excluded.contains(call.method) ? Workspace.error(1007, "not_allowed", "No.") : workspace.answer(call)
        }
        #expect(run.job.exitCode == 0 && run.text.contains("2 changed, 1 so already"), "\(run.text)")
    }

    /// Programs get a line for each engagement, wherever a token ends.
    @Test(arguments: [0, 1, 2, 4, 5, 6])
    func programsAlwaysGetTheirLines(calls: Int) {
        let workspace = Self.workspace(3)
        let rows = Self.rows([[.address("bob@x")], [.id("cnt_cyd")], [.address("eve@x")]])
        let run = JobRun(JobRun.apply(rows, aim: .print)) { call in
            call.number < calls ? workspace.answer(call) : Workspace.error(401, "unauthorized", "No.")
        }
        let lines = run.text.split(separator: "\n")
        #expect(lines.count == 3 && run.job.exitCode == 1, "\(calls): \(run.text)")
        #expect(lines.enumerated().allSatisfy { $1.hasPrefix("{\"engagement_id\":\"ngmt_\($0)\"") })
    }

    @Test(arguments: 0...8) func aSignalLeavesNothingButLines(calls: Int) {
        let workspace = Self.workspace(3)
        let rows = Self.rows([[.address("bob@x")], [.id("cnt_cyd")], [.address("eve@x")]])
        let run = JobRun(JobRun.apply(rows, aim: .print), interruptAfter: calls) { workspace.answer($0) }
        #expect(run.hasEnded && run.text.split(separator: "\n").allSatisfy { $0.hasPrefix("{") }, "\(run.text)")
    }
}
