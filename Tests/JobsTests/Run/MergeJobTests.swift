import HTTP
import Jobs
import Tables
import Testing

/// Merges by a table, from the look-ups to the last line.
@Suite struct MergeJobTests {
    private final class World {
        let workspace: Workspace
        var deleted: Set<String> = []
        /// What a call is answered in place of its answer.
        var fault: (ScriptedService.Call) -> String? = { _ in nil }

        init(_ contacts: [String: [String]]) { workspace = Workspace(contacts) }

        func answer(_ call: ScriptedService.Call) -> String {
            if let answer = fault(call) { return answer }
            let id = call.text("contact_id")
            if deleted.contains(id) { return Workspace.error(404, "not_found", "There is no \(id).", "no") }
            switch call.method {
            case "contact.listEngagements" where call.list("expand") != nil:
                // Which of the contacts are rooms.
                workspace.listsEngagements = true
                return workspace.answer(call)
            case "contact.listEngagements": return list(call)
            case "contact.delete":
                deleted.insert(id)
                return "\"result\":{\"data\":null}"
            default: return workspace.answer(call)
            }
        }

        /// Two engagements a page.
        private func list(_ call: ScriptedService.Call) -> String {
            let id = call.text("contact_id")
            let all = workspace.contacts.filter { $0.value.contains(id) }.keys.sorted().filter {
                $0 > call.text("cursor")
            }
            let page = all.prefix(2)
            let items = page.map { "{\"id\":\"\($0)\"}" }.joined(separator: ",")
            let next = all.count > 2 ? "\"\(page[1])\"" : "null"
            return "\"result\":{\"data\":{\"data\":[\(items)],\"has_more\":\(all.count > 2),\"next_cursor\":\(next)}}"
        }
    }

    private static func job(
        _ rows: [(String, String)], delete: Bool = false, skip: Bool = false,
        aim: JobTerms.Aim = .carryOut(isAgreed: true),
        earlier: EarlierDeletions = EarlierDeletions(), faults: [TableFault] = []
    ) -> ChangeJob {
        var terms = JobTerms(aim, limits: CallLimits(calls: 64, connections: 16, rate: nil, callSeconds: 30))
        (terms.file, terms.run, terms.undoCommand) = ("t.csv", "run-1", "engagement-rpc undo run-1")
        (terms.isDeletion, terms.skipsUnfound, terms.earlierDeletions) = (delete, skip, { earlier })
        func person(_ text: String) -> PersonReference { text.contains("@") ? .address(text) : .id(text) }
        let table = rows.enumerated().map { MergeRow(line: $0 + 2, duplicate: person($1.0), into: person($1.1)) }
        return ChangeJob(merging: table, faults: faults, terms)
    }

    private static let start = [
        "ngmt_1": ["cnt_a", "cnt_x"], "ngmt_2": ["cnt_b", "cnt_a"], "ngmt_3": ["cnt_a", "cnt_c"],
        "ngmt_4": ["cnt_c", "cnt_y"],
    ]

    @Test func allOfIt() {
        let world = World(Self.start)
        let job = Self.job([("cnt_a", "b@x"), ("c@x", "cnt_d")], aim: .carryOut(isAgreed: false))
        let run = JobRun(job, answer: "y") { world.answer($0) }
        #expect(run.hasEnded && run.job.exitCode == 0, "\(run.text) \(run.job.complaint)")
        #expect(
            world.workspace.contacts == [
                "ngmt_1": ["cnt_b", "cnt_x"], "ngmt_2": ["cnt_b"], "ngmt_3": ["cnt_b", "cnt_d"],
                "ngmt_4": ["cnt_d", "cnt_y"],
            ])
        #expect(run.questions.map(\.question) == ["Change 4 engagements (5 people dropped, 4 added)? [y/N] "])
        #expect(
            run.text.hasPrefix("ngmt_1  Title of ngmt_1\n  - A <a@x>  cnt_a\n  + B <b@x>  cnt_b\n  = X <x@x>  cnt_x\n"))
        #expect(
            run.text.hasSuffix(
                "4 changed, 0 so already, 0 refused, 0 unknown.\nRun: run-1\nTo undo it:\nengagement-rpc undo run-1\n"))
        let again = JobRun(Self.job([("cnt_a", "b@x"), ("c@x", "cnt_d")], aim: .carryOut(isAgreed: false))) {
            world.answer($0)
        }
        #expect(again.job.exitCode == 0 && again.questions.isEmpty, "\(again.text)")
        #expect(again.text == "0 changed, 2 so already, 0 refused, 0 unknown.\n")
    }

    @Test func duplicatesAreDeletedWhenAllHaveChanged() {
        let world = World(Self.start)
        world.fault = { call in
            guard call.method == "engagement.replaceContacts", call.text("engagement_id") == "ngmt_4" else {
                return nil
            }
            return Workspace.error(403, "forbidden", "No.", "no")
        }
        let rows = [("cnt_a", "cnt_b"), ("cnt_c", "cnt_d")]
        let run = JobRun(Self.job(rows, delete: true, aim: .carryOut(isAgreed: false)), answer: "y") {
            world.answer($0)
        }
        #expect(
            run.questions.map(\.question) == [
                "Change 4 engagements (5 people dropped, 4 added), and delete 2 contacts for good? [y/N] "
            ])
        #expect(world.deleted == ["cnt_a"] && run.job.exitCode == 1, "\(run.text)")
        #expect(run.text.contains("1 duplicate deleted.\nWhat was deleted stays so"), "\(run.text)")
        #expect(run.job.report?.map(\.outcome) == ["changed", "changed", "changed", "refused", "deleted"])
        // Run again, it knows from the journal that the first is gone, and does the rest.
        world.fault = { _ in nil }
        let earlier = EarlierDeletions(["cnt_a"])
        let again = JobRun(Self.job(rows, delete: true, earlier: earlier)) { world.answer($0) }
        #expect(again.job.exitCode == 0 && world.deleted == ["cnt_a", "cnt_c"], "\(again.text) \(again.job.complaint)")
    }

    /// Whom an address named, nobody can look up after the deletion: only what the journal keeps of it says who is
    /// gone.
    @Test func onlyTheAddressOfADeletedContactIsGone() {
        let names = AddressedContacts()
        let first = World(Self.start)
        let byAddress = [("A@x", "cnt_b"), ("cnt_c", "cnt_d")]
        let job = Self.job(byAddress, delete: true, earlier: EarlierDeletions(names: names))
        #expect(JobRun(job) { first.answer($0) }.job.exitCode == 0 && first.deleted == ["cnt_A", "cnt_c"])
        // What it keeps is known before the deletion leaves, of those that an address named.
        #expect(names.digest(of: "cnt_A") == AddressedContacts.digest(of: "a@X") && names.digest(of: "cnt_c") == nil)
        let earlier = EarlierDeletions(["cnt_A"], addresses: [AddressedContacts.digest(of: "nobody@X")])
        for (address, delete, code) in [
            ("nobody@x", true, Int32(0)), ("NOBODY@x", true, 0), ("nobody@x2", true, 65), ("nobody@x", false, 65),
        ] {
            let world = World(Self.start)
            let rows = [(address, "cnt_b"), ("cnt_e", "cnt_d")]
            let run = JobRun(Self.job(rows, delete: delete, earlier: earlier)) { world.answer($0) }
            #expect(run.job.exitCode == code, "\(rows) \(run.text) \(run.job.complaint)")
            #expect(world.deleted == (code == 0 ? ["cnt_e"] : []))
            let isAdvised = run.job.complaint.contains("delete the row if the contact is deleted already")
            #expect(isAdvised == (delete && code == 65), "\(run.job.complaint)")
        }
        // Nobody who takes a place is gone.
        let world = World(Self.start)
        let into = JobRun(Self.job([("cnt_a", "nobody@x")], delete: true, earlier: earlier)) { world.answer($0) }
        #expect(into.job.exitCode == 65 && world.deleted.isEmpty)
    }

    /// It is on disks.
    @Test func theDigestStaysAsItIs() {
        #expect(AddressedContacts.digest(of: "") == "cbf29ce484222325")
        #expect(AddressedContacts.digest(of: "Foo@Bar") == AddressedContacts.digest(of: "foo@bar"))
        #expect(AddressedContacts.digest(of: "foobar") == "85944171f73967e8")
    }

    /// Nothing is deleted after a signal, while an engagement lists it, or where the person says no.
    @Test func nothingIsDeletedEarly() {
        for calls in 0..<12 {
            let world = World(["ngmt_1": ["cnt_a"]])
            var written = false
            let run = JobRun(Self.job([("cnt_a", "cnt_b")], delete: true), interruptAfter: calls, isPatient: true) {
                call in
                if call.method == "contact.delete", !written { Issue.record("deleted before the write") }
                if call.method == "engagement.replaceContacts" { written = true }
                return world.answer(call)
            }
            #expect(run.hasEnded, "\(calls)")
            if !world.deleted.isEmpty { #expect(world.workspace.contacts["ngmt_1"] == ["cnt_b"]) }
        }
        let behind = World(["ngmt_1": ["cnt_a"]])
        behind.fault = { call in
            guard call.method == "contact.listEngagements", call.list("expand") == nil else { return nil }
            return #""result":{"data":{"data":[{"id":"ngmt_1"}],"has_more":false}}"#
        }
        let run = JobRun(Self.job([("cnt_a", "cnt_b")], delete: true)) { behind.answer($0) }
        #expect(behind.deleted.isEmpty && run.job.exitCode == 1 && run.seconds >= 9, "\(run.text)")
        #expect(run.text.contains("0 duplicates deleted, these not:\n  cnt_a: it is on ngmt_1 by now"), "\(run.text)")
        let declined = World(Self.start)
        let no = JobRun(Self.job([("cnt_a", "cnt_b")], delete: true, aim: .carryOut(isAgreed: false)), answer: "n") {
            declined.answer($0)
        }
        #expect(no.job.exitCode == 1 && declined.workspace.contacts == Self.start && declined.deleted.isEmpty)
        #expect(no.text.hasSuffix("Nothing was written.\n"))
    }

    /// A run that only deletes has a name, too, under which the journal lists it.
    @Test func aDeletionTellsItsRun() {
        let world = World(["ngmt_1": ["cnt_c"]])
        let run = JobRun(Self.job([("cnt_a", "cnt_b")], delete: true)) { world.answer($0) }
        #expect(run.job.exitCode == 0 && world.deleted == ["cnt_a"], "\(run.text)")
        #expect(run.text.hasSuffix("\nRun: run-1\n"), "\(run.text)")
    }

    @Test(arguments: [false, true]) func aDeletionWithoutAnAnswerIsLookedFor(isDone: Bool) {
        let world = World(["ngmt_1": ["cnt_c"]])
        world.fault = { call in
            guard call.method == "contact.delete" else { return nil }
            if isDone { world.deleted = ["cnt_a"] }
            return Workspace.error(504, "server_error", "The API failed (504).", "unknown")
        }
        let run = JobRun(Self.job([("cnt_a", "cnt_b")], delete: true)) { world.answer($0) }
        #expect(run.job.exitCode == (isDone ? 0 : 1), "\(run.text)")
        #expect(run.text.contains(isDone ? "1 duplicate deleted." : "cnt_a: The API failed (504)."), "\(run.text)")
    }

    @Test func allThatIsWrongIsToldAtOnce() {
        let world = World(["ngmt_1": ["cnt_a"]])
        world.workspace.rooms = ["ngmt_1": ["cnt_room1"]]
        world.deleted = ["cnt_gone"]
        let rows = [
            ("nobody@x", "cnt_b"), ("twins@x", "cnt_b"), ("cnt_gone", "cnt_b"), ("cnt_e", "e@x"), ("cnt_f", "cnt_g"),
            ("cnt_g", "cnt_h"), ("cnt_f", "cnt_b"), ("cnt_k", "cnt_l"), ("cnt_l", "cnt_m"), ("cnt_m", "cnt_k"),
            ("cnt_room1", "cnt_b"),
        ]
        let faults = [TableFault(line: 20, cell: "x", advice: "mend it")]
        let run = JobRun(Self.job(rows, faults: faults)) { world.answer($0) }
        #expect(run.job.exitCode == 65 && run.text.isEmpty)
        let lines = run.job.complaint.split(separator: "\n").map(String.init)
        let wanted = [
            "line 2: \"nobody@x\": no contact has this address",
            "line 3: \"twins@x\": 2 contacts have this address: cnt_a1",
            "line 4: \"cnt_gone\": no contact has this id",
            "line 5: \"cnt_e\": the contact would be merged into itself",
            "line 6: \"cnt_g\": this contact goes itself, in line 7: write cnt_h here",
            "line 8: \"cnt_f\": this duplicate is in line 6, too",
            "line 9: \"cnt_l\": the lines 9, 10, 11 merge in a circle", "line 10: \"cnt_m\": the lines 9, 10, 11 merge",
            "line 11: \"cnt_k\": the lines 9, 10, 11 merge", "line 12: \"cnt_room1\": this is a calendar resource",
            "line 20: \"x\": mend it",
        ]
        #expect(lines.count == wanted.count, "\(run.job.complaint)")
        for (line, start) in zip(lines, wanted) { #expect(line.hasPrefix("t.csv, " + start), "\(line)") }
        #expect(!run.service.methods.contains { $0 == "engagement.replaceContacts" || $0 == "contact.delete" })
    }

    @Test func skippedRowsAreLeftAlone() {
        let world = World(Self.start)
        let run = JobRun(Self.job([("nobody@x", "cnt_b"), ("cnt_c", "cnt_d")], delete: true, skip: true)) {
            world.answer($0)
        }
        #expect(run.job.exitCode == 1 && world.deleted == ["cnt_c"], "\(run.text)")
        #expect(run.text.contains("2 changed, 0 so already, 0 refused, 0 unknown, 1 left alone."), "\(run.text)")
    }

    /// Rows of which a contact is nobody, before or after one that would be done.
    private static let besideNobody: [[(String, String)]] = [
        [("cnt_c", "cnt_d"), ("cnt_d", "nobody@x")], [("nobody@x", "cnt_c"), ("cnt_c", "cnt_d")],
        [("cnt_c", "nobody@x"), ("cnt_c", "cnt_d")], [("cnt_c", "cnt_d"), ("cnt_c", "nobody@x")],
        [("cnt_d", "twins@x"), ("cnt_c", "cnt_d")], [("cnt_c", "cnt_d"), ("cnt_d", "cnt_none"), ("cnt_none", "cnt_c")],
    ]

    /// Of rows that are left alone nothing is done, so that they are in no other's way.
    @Test(arguments: besideNobody) func skippedRowsAreInNoOthersWay(rows: [(String, String)]) {
        let world = World(Self.start)
        world.deleted = ["cnt_none"]
        let run = JobRun(Self.job(rows, skip: true)) { world.answer($0) }
        #expect(run.job.exitCode == 1 && run.job.complaint.isEmpty, "\(run.text) \(run.job.complaint)")
        #expect(run.text.contains("2 changed, 0 so already, 0 refused, 0 unknown, \(rows.count - 1) left alone."))
        #expect(world.workspace.contacts["ngmt_4"] == ["cnt_d", "cnt_y"])
        let strict = JobRun(Self.job(rows)) { world.answer($0) }
        #expect(strict.job.exitCode == 65, "\(strict.text)")
        for name in ["nobody@x", "twins@x", "cnt_none"] {
            #expect(!strict.job.complaint.contains("write \(name) here"), "\(strict.job.complaint)")
        }
    }

    /// Whoever goes into nobody is no way out; that line is to be mended.
    @Test func nobodyIsNoWayOut() {
        let world = World(Self.start)
        let rows = [("cnt_a", "cnt_b"), ("cnt_b", "cnt_c"), ("cnt_c", "nobody@x")]
        let run = JobRun(Self.job(rows)) { world.answer($0) }
        let lines = run.job.complaint.split(separator: "\n").map(String.init)
        #expect(
            lines.prefix(2) == [
                "t.csv, line 2: \"cnt_b\": this contact goes itself, in line 3: mend line 4 first",
                "t.csv, line 3: \"cnt_c\": this contact goes itself, in line 4: mend line 4 first",
            ])
        #expect(lines.count == 3 && lines[2].hasPrefix("t.csv, line 4: \"nobody@x\": no contact has this address"))
        // Other rows that are wrong by their order alone are refused, whatever --skip says.
        let order = JobRun(Self.job([("cnt_a", "cnt_b"), ("cnt_b", "cnt_c")], skip: true)) { world.answer($0) }
        #expect(order.job.exitCode == 65 && order.job.complaint.contains("write cnt_c here"), "\(order.text)")
    }

    /// The people of rows with a fault of form are told with it.
    @Test func peopleOfFaultyRowsAreToldWithThem() {
        let world = World(Self.start)
        world.deleted = ["cnt_gone"]
        let text = "duplicate,into\ntwins@x.io,x y\nz,nobody@x.io\ncnt_gone cnt_a,cnt_b\ncnt_gone,\n"
        let table = Array(text.utf8).withUnsafeBytes { MergeTable.read($0) }
        var terms = JobTerms(.show, limits: CallLimits(calls: 64, connections: 16, rate: nil, callSeconds: 30))
        terms.file = "t.csv"
        for isDeletion in [false, true] {
            terms.isDeletion = isDeletion
            terms.earlierDeletions = { EarlierDeletions(["cnt_gone"]) }
            let job = ChangeJob(merging: table.rows + table.faultyRows, faults: table.faults, terms)
            let run = JobRun(job) { world.answer($0) }
            #expect(run.job.exitCode == 65 && run.text.isEmpty)
            var starts = [
                "2: \"x y\"", "2: \"twins@x.io\": 2 contacts", "3: \"z\"", "3: \"nobody@x.io\": no contact",
                "4: \"cnt_gone, cnt_a\": one contact", "4: \"cnt_gone\": no contact",
                "5: the row does not say into whom", "5: \"cnt_gone\": no contact",
            ]
            // Run again, whoever was deleted is no fault.
            if isDeletion { starts.removeAll { $0.contains("\"cnt_gone\"") } }
            let lines = run.job.complaint.split(separator: "\n").map(String.init)
            #expect(lines.count == starts.count, "\(run.job.complaint)")
            for (line, start) in zip(lines, starts) { #expect(line.hasPrefix("t.csv, line " + start), "\(line)") }
            #expect(!run.job.complaint.contains("--skip"))
        }
    }

    /// A dry run says by its status whether something would change.
    @Test func aDryRunOnlyShows() {
        let world = World(Self.start)
        let run = JobRun(Self.job([("cnt_a", "cnt_b")], delete: true, aim: .show)) { world.answer($0) }
        #expect(run.job.exitCode == 2 && world.workspace.contacts == Self.start)
        #expect(
            run.text.hasSuffix(
                "3 engagements would change: 3 people dropped, 2 added. Then 1 contact would be deleted, for good.\n"))
    }
}
