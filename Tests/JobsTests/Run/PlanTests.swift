import Jobs
import Tables
import Testing

/// What people see before anything is written, and what they are asked.
@Suite struct PlanTests {
    private static func plan(
        _ rows: [(id: String, people: [PersonReference])], aim: JobTerms.Aim = .show, skips: Bool = false,
        answer: String? = nil, _ workspace: Workspace
    ) -> JobRun {
        JobRun(JobRun.apply(rows, aim: aim, skips: skips), answer: answer) { call in
            call.method == "contact.get" && call.text("contact_id") == "cnt_none"
                ? Workspace.error(404, "not_found", "None.") : workspace.answer(call)
        }
    }

    @Test func eachPersonIsShownByNameAddressAndId() {
        let workspace = Workspace(["ngmt_1": ["cnt_ada", "cnt_bob"], "ngmt_2": ["cnt_cyd"]])
        let run = Self.plan(
            [("ngmt_1", [.address("cyd@x"), .id("cnt_bob")]), ("ngmt_2", [.address("cyd@x")])], workspace)
        #expect(
            run.text == """
                ngmt_1  Title of ngmt_1
                  - Ada <ada@x>  cnt_ada
                  + Cyd <cyd@x>  cnt_cyd
                  = Bob <bob@x>  cnt_bob
                1 engagement would change: 1 person dropped, 1 added. 1 is so already.

                """)
        #expect(run.job.exitCode == 2)
        #expect(!run.service.methods.contains("engagement.replaceContacts"))
    }

    @Test func exitTellsWhetherAnythingWouldChange() {
        let workspace = Workspace(["ngmt_1": ["cnt_ada"]])
        for (rows, code) in [
            ([("ngmt_1", [.id("cnt_ada")])], 0), ([("ngmt_1", [.id("cnt_bob")])], 2),
            ([("ngmt_1", [.id("cnt_bob")]), ("ngmt_9", [.id("cnt_bob")])], 1), ([], 0),
        ] as [([(id: String, people: [PersonReference])], Int32)] {
            #expect(Self.plan(rows, workspace).job.exitCode == code)
        }
    }

    @Test func programsGetALineForEachEngagement() {
        let workspace = Workspace(["ngmt_1": ["cnt_ada"], "ngmt_2": ["cnt_ada"]])
        let rows = ["ngmt_1", "ngmt_9", "ngmt_2"].map { (id: $0, people: [PersonReference.id("cnt_ada")]) }
        let run = Self.plan(rows, aim: .print, workspace)
        let lines = run.text.split(separator: "\n")
        #expect(lines.count == 3 && run.job.exitCode == 1)
        #expect(
            lines[0].hasPrefix(#"{"engagement_id":"ngmt_1","title":"Title of ngmt_1","changes":{"before":["cnt_ada"]"#))
        #expect(lines[1].hasPrefix(#"{"engagement_id":"ngmt_9","error":{"code":404"#))
        #expect(lines[2].hasPrefix(#"{"engagement_id":"ngmt_2""#))
    }

    @Test func peopleWhoAreNotFoundAreFaults() {
        let workspace = Workspace(["ngmt_1": ["cnt_ada"], "ngmt_2": ["cnt_ada"], "ngmt_3": []])
        let rows: [(id: String, people: [PersonReference])] = [
            ("ngmt_1", [.address("nobody@x")]), ("ngmt_2", [.address("twins@x"), .address("ada@x")]),
            ("ngmt_3", [.id("cnt_bob")]),
        ]
        let run = Self.plan(rows, workspace)
        #expect(run.job.exitCode == 65 && run.text.isEmpty)
        let lines = run.job.complaint.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("t.csv, line 2: \"nobody@x\": no contact has this address"))
        #expect(lines[1].hasPrefix("t.csv, line 3: \"twins@x\": 2 contacts have this address: cnt_a1 A1, cnt_a2 A2"))
        #expect(lines.allSatisfy { $0.contains("--skip") })
        #expect(!run.service.methods.contains { $0.hasPrefix("engagement.replace") })

        let skipping = Self.plan(rows, aim: .carryOut(isAgreed: true), skips: true, workspace)
        #expect(skipping.job.exitCode == 1 && workspace.contacts["ngmt_3"] == ["cnt_bob"])
        #expect(skipping.text.contains("1 changed, 0 so already, 0 refused, 0 unknown, 2 left alone."))
        #expect(workspace.contacts["ngmt_1"] == ["cnt_ada"] && workspace.contacts["ngmt_2"] == ["cnt_ada"])
    }

    @Test func idsThatNobodyHasAreFaultsToo() {
        let workspace = Workspace(["ngmt_1": ["cnt_ada"], "ngmt_2": ["cnt_ada"]])
        let rows: [(id: String, people: [PersonReference])] = [
            ("ngmt_1", [.id("cnt_none")]), ("ngmt_2", [.id("cnt_bob")]),
        ]
        let run = Self.plan(rows, aim: .carryOut(isAgreed: true), workspace)
        #expect(run.job.exitCode == 65 && run.job.complaint.hasPrefix("t.csv, line 2: \"cnt_none\": no contact"))
        #expect(workspace.contacts["ngmt_2"] == ["cnt_ada"])
        let skipping = Self.plan(rows, aim: .carryOut(isAgreed: true), skips: true, workspace)
        #expect(skipping.job.exitCode == 1 && workspace.contacts["ngmt_2"] == ["cnt_bob"])
    }

    @Test func twoNormalFormsAreTwoAddresses() {
        let workspace = Workspace(["ngmt_1": []])
        let run = Self.plan(
            [("ngmt_1", [.address("jos\u{E9}@x"), .address("jose\u{301}@x")])], aim: .carryOut(isAgreed: true),
            workspace)
        #expect(run.job.exitCode == 0 && run.service.methods.count { $0 == "engagement.findContacts" } == 2)
        #expect(workspace.contacts["ngmt_1"]?.count == 2)
    }

    @Test(arguments: [
        ("y", true), ("yes", true), (" YES ", true), ("n", false), ("", false), ("yess", false), ("y no", false),
        ("yes, but", false),
    ])
    func theQuestionStandsLast(answer: String, isYes: Bool) {
        let workspace = Workspace(["ngmt_1": ["cnt_ada"]])
        let run = Self.plan(
            [("ngmt_1", [.id("cnt_bob")])], aim: .carryOut(isAgreed: false), answer: answer, workspace)
        #expect(run.questions.map(\.question) == ["Change 1 engagement (1 person dropped, 1 added)? [y/N] "])
        #expect(
            run.questions.first?.before.hasSuffix("1 engagement would change: 1 person dropped, 1 added.\n") == true)
        #expect(workspace.contacts["ngmt_1"] == [isYes ? "cnt_bob" : "cnt_ada"])
        #expect(run.job.exitCode == (isYes ? 0 : 1) && run.text.contains("Nothing was written.") == !isYes)
    }

    @Test func withNobodyToAskNothingIsWritten() {
        let workspace = Workspace(["ngmt_1": ["cnt_ada"]])
        let run = Self.plan([("ngmt_1", [.id("cnt_bob")])], aim: .carryOut(isAgreed: false), workspace)
        #expect(run.job.exitCode == 1 && workspace.contacts["ngmt_1"] == ["cnt_ada"])
        #expect(run.job.complaint.contains("--yes"))
    }

    @Test func whoIsDroppedIsNeverFolded() {
        let count = 1000
        let workspace = Workspace(
            Dictionary(uniqueKeysWithValues: (0..<count).map { ("ngmt_\($0)", ["cnt_old\($0)", "cnt_ada"]) }))
        let rows = (0..<count).map { (id: "ngmt_\($0)", people: [PersonReference.id("cnt_ada"), .id("cnt_bob")]) }
        let run = Self.plan(rows, workspace)
        for number in [0, 99, 100, 999] {
            #expect(run.text.contains("  - Old\(number) <old\(number)@x>  cnt_old\(number)\n"))
        }
        #expect(run.text.contains("  = 1 kept\n") && !run.text.contains("= Ada"))
        #expect(run.text.hasSuffix("1000 engagements would change: 1000 people dropped, 1000 added.\n"))
        // What is not shown is said, with the way to see it.
        #expect(run.text.contains("\nThose who are kept are only counted") && run.text.contains("plan --format json"))
        let few = Self.plan(Array(rows.prefix(100)), workspace)
        #expect(few.text.contains("  = Ada <ada@x>  cnt_ada\n") && !few.text.contains("only counted"))
    }

    @Test func noTextReachesATerminalRaw() {
        let run = JobRun(JobRun.apply([("ngmt_1", [.id("cnt_b")])], aim: .show)) { call in
            guard call.method == "engagement.get" else {
                return
                    #""result":{"data":{"id":"cnt_b","first_name":"\u001b[2JBob\u202e","emails":[{"email":"b\nx"}]}}"#
            }
            return #""result":{"data":{"id":"ngmt_1","title":"\u001b]0;x\u0007T","contacts":[]}}"#
        }
        #expect(run.text.contains("cnt_b") && !run.text.unicodeScalars.contains { $0 != "\n" && $0.value < 0x20 })
        #expect(!run.text.contains("\u{202e}"))
    }

    @Test func aTokenThatMayNothingEndsAPlanAtOnce() {
        let rows = (0..<100).map { (id: "ngmt_\($0)", people: [PersonReference.address("p\($0)@x")]) }
        let run = JobRun(JobRun.apply(rows, aim: .show)) { _ in
            Workspace.error(401, "unauthorized", "The API does not accept the token (401).")
        }
        #expect(run.service.methods.count == 1 && run.job.exitCode == 1)
        #expect(run.job.complaint.contains("The people can't be looked up: The API does not accept the token (401)."))
    }

    /// A look-up that fails in the middle, or answers nothing: nobody is taken off for it.
    @Test(arguments: [false, true])
    func whoCouldNotBeLookedUpIsNotPassedOver(isSilent: Bool) {
        let workspace = Workspace(["ngmt_1": ["cnt_ada", "cnt_bob"], "ngmt_2": ["cnt_cyd"]])
        let rows: [(id: String, people: [PersonReference])] = [
            ("ngmt_1", [.address("ada@x"), .address("bob@x")]), ("ngmt_2", [.address("nobody@x"), .address("cyd@x")]),
        ]
        let run = JobRun(JobRun.apply(rows, skips: true)) { call in
            guard call.method == "engagement.findContacts", call.list("emails") == ["bob@x"] else {
                return workspace.answer(call)
            }
            return isSilent ? "\"result\":{}" : Workspace.error(1001, "network", "Away.")
        }
        #expect(run.job.exitCode == 1 && !run.service.methods.contains("engagement.replaceContacts"))
        #expect(workspace.contacts["ngmt_1"] == ["cnt_ada", "cnt_bob"], "\(run.text)")
        #expect(run.text.contains(isSilent ? "ngmt_1  can't be read: The answer does not say" : "can't be read: Away."))
        #expect(run.text.contains("ngmt_2  left alone: nobody@x"), "\(run.text)")
        #expect(run.text.split(separator: "\n").filter { $0.hasSuffix(" (line 3)") }.count == 1, "\(run.text)")
    }
}
