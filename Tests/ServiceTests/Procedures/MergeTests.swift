import Bytes
import HTTP
import Journal
import Testing

@testable import Service

/// Merges over a server with state: what is sent, what is told, and who is where afterwards.
@Suite struct MergeTests {
    /// A merge of cnt_a into cnt_b, what it meets, and what comes of it.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        var params = ""
        var engagements = ["ngmt_1": ["cnt_a", "cnt_c"], "ngmt_2": ["cnt_b", "cnt_a"], "ngmt_3": ["cnt_d", "cnt_a"]]
        var contacts: Set<String> = ["cnt_a", "cnt_b", "cnt_c", "cnt_d"]
        /// What requests meet whose verb and target hold all of these words; for ever, or so often.
        var faults: [Fault] = []
        var afterwards: [String: [String]]?
        var isDeleted = false
        /// Writes that the server carried out, by id.
        var writes: [String] = []
        var code: Int?
        var holds: [String] = []
        var testDescription: String { name }
    }

    struct Fault: Sendable {
        let verb: HTTPVerb
        let target: String
        let fate: Fate
        var count = Int.max

        init(_ verb: HTTPVerb, _ target: String, _ fate: Fate, _ count: Int = .max) {
            (self.verb, self.target, self.fate, self.count) = (verb, target, fate, count)
        }
    }

    private static let merged = ["ngmt_1": ["cnt_b", "cnt_c"], "ngmt_2": ["cnt_b"], "ngmt_3": ["cnt_d", "cnt_b"]]
    private static let all = ["ngmt_1", "ngmt_2", "ngmt_3"]

    static let rows: [Row] = [
        Row(
            name: "the second takes the place of the first, and is nowhere twice", afterwards: merged, writes: all,
            holds: [
                #""data":{"engagements":[{"engagement_id":"ngmt_1","applied":"yes","changes":{"before":["cnt_a","cnt_c"],"#
                    + #""after":["cnt_b","cnt_c"],"added":["cnt_b"],"removed":["cnt_a"],"kept":["cnt_c"],"#
                    + #""preserved":["cnt_room"],"verified":true}}"#,
                #""removed":["cnt_a"],"kept":["cnt_b"]"#, #"],"deleted":false},"meta""#,
            ]),
        Row(
            name: "a dry run reads only", params: #","dry_run":true,"delete":true"#, writes: [],
            holds: [#""applied":"no","changes":{"before":["cnt_a","cnt_c"],"added":["cnt_b"]"#, #""deleted":false"#]),
        Row(
            name: "delete", params: #","delete":true"#, afterwards: merged, isDeleted: true, writes: all + ["cnt_a"],
            holds: [#"],"deleted":true},"meta":{"status":204"#]),
        Row(
            name: "on no engagement", params: #","delete":true"#, engagements: ["ngmt_1": ["cnt_c"]],
            isDeleted: true, writes: ["cnt_a"], holds: [#""data":{"engagements":[],"deleted":true}"#]),
        Row(name: "into oneself", params: #","into_contact_id":"cnt_a""#, code: -32602, holds: [#""applied":"no""#]),
        Row(
            name: "the contact is not there", contacts: ["cnt_b"], code: 404,
            holds: ["There is no contact cnt_a", #""field":"contact_id""#, #""applied":"no""#]),
        Row(
            name: "the other is not there", contacts: ["cnt_a"], code: 404,
            holds: ["There is no contact cnt_b", #""field":"into_contact_id""#]),
        Row(
            name: "a page that fails: nothing is written", faults: [Fault(.get, "cursor=", .answer(403))], code: 403,
            holds: [#""applied":"no""#, #""required_scopes":["contacts:read","engagements:read","engagements:write"]"#]),
        Row(
            name: "delete needs a further scope", params: #","delete":true"#,
            faults: [Fault(.get, "cursor=", .answer(403))], code: 403, holds: [#","contacts:write"]"#]),
        Row(
            name: "a refusal stops nobody else, and nothing is deleted", params: #","delete":true"#,
            faults: [Fault(.put, "ngmt_2", .answer(422))],
            afterwards: ["ngmt_1": ["cnt_b", "cnt_c"], "ngmt_2": ["cnt_b", "cnt_a"], "ngmt_3": ["cnt_d", "cnt_b"]],
            writes: ["ngmt_1", "ngmt_3"],
            holds: [#"{"engagement_id":"ngmt_2","applied":"no","error":{"code":422"#, #""deleted":false"#]),
        Row(
            name: "somebody was not as read", params: #","delete":true"#,
            faults: [Fault(.get, "ngmt_1?", .answer(200, #"{"id":"ngmt_1","contacts":[{"id":"cnt_d"}]}"#))],
            afterwards: ["ngmt_1": ["cnt_a", "cnt_c"], "ngmt_2": ["cnt_b"], "ngmt_3": ["cnt_d", "cnt_b"]],
            writes: ["ngmt_2", "ngmt_3"],
            holds: [#""applied":"no","error":{"code":412"#, #""current_contact_ids":["cnt_d"]"#]),
        Row(
            name: "a read-back that fails leaves the contact", params: #","delete":true"#,
            faults: [
                Fault(.get, "ngmt_3?", .answer(200, #"{"id":"ngmt_3","contacts":[{"id":"cnt_d"},{"id":"cnt_a"}]}"#), 1),
                Fault(.get, "ngmt_3?", .answer(500)),
            ], afterwards: merged, writes: all, holds: [#""verified":false}}],"deleted":false"#]),
        Row(
            name: "a token that is refused stops", params: #","delete":true"#,
            faults: [Fault(.put, "ngmt_2", .answer(401))],
            afterwards: ["ngmt_1": ["cnt_b", "cnt_c"], "ngmt_2": ["cnt_b", "cnt_a"], "ngmt_3": ["cnt_d", "cnt_a"]],
            writes: ["ngmt_1"],
            holds: [
                #"{"engagement_id":"ngmt_2","applied":"no","error":{"code":401"#,
                #"{"engagement_id":"ngmt_3","applied":"no","error":{"code":401,"message":"Not begun"#,
                #""deleted":false"#,
            ]),
        Row(
            name: "the call's time ends", params: #","options":{"timeout_ms":2000}"#,
            faults: [Fault(.put, "ngmt_1", .silence)], writes: [],
            holds: [
                #"{"engagement_id":"ngmt_1","applied":"unknown","error":{"code":1002"#,
                #"{"engagement_id":"ngmt_3","applied":"no","error":{"code":1002"#,
            ]),
        Row(
            name: "lists that do not say who is there", params: #","options":{}"#,
            faults: [], afterwards: merged, writes: all, holds: [#""before":["cnt_d","cnt_a"]"#]),
        Row(
            name: "a calendar resource stays, and is not deleted", params: #","delete":true"#,
            engagements: ["ngmt_1": ["cnt_c"]],
            faults: [
                Fault(
                    .get, "cnt_a/engagements",
                    .answer(
                        200,
                        #"{"data":[{"id":"ngmt_1","contacts":[{"id":"cnt_a","is_calendar_resource":true}]}],"has_more":false}"#
                    ))
            ], writes: [], holds: [#""applied":"no","error":{"code":422"#, "calendar resource", #""deleted":false"#]),
        Row(
            name: "a cursor that comes again",
            faults: [
                Fault(.get, "cnt_a/engagements", .answer(200, #"{"data":[],"has_more":true,"next_cursor":"1"}"#))
            ], code: 1004, holds: [#""applied":"no""#]),
        Row(
            name: "an id that is none never becomes a path",
            faults: [
                Fault(.get, "cnt_a/engagements", .answer(200, #"{"data":[{"id":"ngmt_1/../x"}],"has_more":false}"#))
            ], code: 1004, holds: [#""applied":"no""#]),
        Row(
            name: "a deletion whose answer is lost", params: #","delete":true"#,
            faults: [Fault(.delete, "cnt_a", lostDeletion, 1)], afterwards: merged, isDeleted: true,
            writes: all + ["cnt_a"], holds: [#""deleted":true"#]),
        Row(
            name: "a deletion that is refused", params: #","delete":true"#,
            faults: [Fault(.delete, "cnt_a", .answer(409))], afterwards: merged, writes: all,
            holds: [#""deleted":false,"error":{"code":409"#]),
        Row(
            name: "a deletion that the answer denies", params: #","delete":true"#,
            faults: [Fault(.delete, "cnt_a", deniedDeletion)], afterwards: merged,
            writes: all, holds: [#""deleted":false,"error":{"code":1004"#, #""applied":"unknown""#]),
        Row(
            name: "a deletion that nobody answers", params: #","delete":true"#,
            faults: [Fault(.delete, "cnt_a", .broken())], afterwards: merged, writes: all,
            holds: [#""deleted":false,"error":{"code":1001"#, #""applied":"unknown""#]),
    ]

    private static var deniedDeletion: Fate {
        var fate = Fate.answer(200, #"{"id":"cnt_a","deleted":false}"#)
        fate.carriesOut = false
        return fate
    }

    private static var lostDeletion: Fate {
        var fate = Fate.broken()
        fate.carriesOut = true
        return fate
    }

    @Test(arguments: rows) func whoIsWhere(row: Row) throws {
        let world = MergeWorld(contacts: row.contacts, row.engagements)
        world.hidesPeople = row.name.hasPrefix("lists that do not")
        var faults = row.faults
        world.fault = { exchange in
            let target = exchange.request.target.bytes.text
            guard
                let index = faults.firstIndex(where: { fault in
                    fault.count > 0 && fault.verb == exchange.request.verb && target.contains(fault.target)
                })
            else { return nil }
            if faults[index].count < .max { faults[index].count -= 1 }
            return faults[index].fate
        }
        let run = MergeProcess(world)
        let into = row.params.contains("into_contact_id") ? "" : #","into_contact_id":"cnt_b""#
        run.send(1, #""contact_id":"cnt_a"\#(into)\#(row.params)"#)
        run.wait(100)
        let answer = try #require(run.answers[1])
        let detail = Comment(rawValue: "\(row.name): \(answer)")
        #expect(answer.contains("\"code\":\(row.code ?? 0)") == (row.code != nil) || row.code == nil, detail)
        #expect(answer.contains(#""result":"#) == (row.code == nil), detail)
        for text in row.holds { #expect(answer.contains(text), "\(text) in \(answer)") }
        #expect(world.changes.map(\.id) == row.writes, detail)
        #expect(world.people == row.afterwards ?? row.engagements, detail)
        #expect(world.contacts.contains("cnt_a") == (!row.isDeleted && row.contacts.contains("cnt_a")), detail)
    }

    @Test func repeatedItDoesTheRest() throws {
        let world = MergeWorld(contacts: ["cnt_a", "cnt_b"], ["ngmt_1": ["cnt_a"], "ngmt_2": ["cnt_a"]])
        world.fault = { $0.request.target.bytes.text.contains("ngmt_2/") ? .answer(503) : nil }
        let run = MergeProcess(world)
        let params = #""contact_id":"cnt_a","into_contact_id":"cnt_b","delete":true"#
        run.send(1, params)
        run.wait(100)
        #expect(run.answers[1]?.contains(#""applied":"unknown","error""#) == true, "\(run.answers)")
        world.fault = { _ in nil }
        run.send(2, params)
        run.wait(100)
        #expect(run.answers[2]?.contains(#"[{"engagement_id":"ngmt_2","applied":"yes""#) == true, "\(run.answers)")
        #expect(world.changes.map(\.id) == ["ngmt_1", "ngmt_2", "cnt_a"] && world.orphans.isEmpty)
    }

    /// The journal has each write under the engagement's id, and one run for all, by which each is undone.
    @Test(arguments: [false, true]) func theJournalHasItByARun(named: Bool) throws {
        let journal = FakeJournal()
        let start = ["ngmt_1": ["cnt_a", "cnt_c"], "ngmt_2": ["cnt_b", "cnt_a"]]
        let world = MergeWorld(contacts: ["cnt_a", "cnt_b", "cnt_c"], start)
        let run = MergeProcess(world, journal: journal)
        let options = named ? #","options":{"run":"tidy"}"# : ""
        run.send(1, #""contact_id":"cnt_a","into_contact_id":"cnt_b"\#(options)"#)
        run.wait(10)
        let records = journal.records
        #expect(records.map(\.resource) == ["ngmt_2", "ngmt_1"] && records.allSatisfy { $0.method == "contact.merge" })
        let name = try #require(records.first?.run)
        #expect(named ? name == "tidy" : name.hasPrefix("merge-cnt_a-"))
        #expect(records.allSatisfy { $0.run == name && $0.applied == "yes" })
        #expect(run.answers[1]?.contains(#""run":"\#(name)"}}"#) == true, "\(run.answers)")
        for (id, engagement) in ["ngmt_1", "ngmt_2"].enumerated() {
            run.send(id + 2, #""engagement_id":"\#(engagement)","run":"\#(name)""#, method: "engagement.undo")
        }
        run.wait(10)
        #expect(world.people.mapValues(Set.init) == start.mapValues(Set.init), "\(run.answers)")
    }

    @Test func aJournalThatFailsStopsAndTheAnswerIsAResult() throws {
        let journal = FakeJournal()
        let world = MergeWorld(
            contacts: ["cnt_a", "cnt_b"], ["ngmt_1": ["cnt_a"], "ngmt_2": ["cnt_a"], "ngmt_3": ["cnt_a"]])
        var events = 0
        journal.fails = {
            events += 1
            return events > 2
        }
        let run = MergeProcess(world, journal: journal)
        run.send(1, #""contact_id":"cnt_a","into_contact_id":"cnt_b","delete":true"#)
        run.wait(10)
        let answer = try #require(run.answers[1])
        #expect(world.changes.map(\.id) == ["ngmt_1"])
        #expect(answer.contains(#"{"engagement_id":"ngmt_2","applied":"no","error":{"code":1009"#), "\(answer)")
        #expect(answer.contains(#"{"engagement_id":"ngmt_3","applied":"no","error":{"code":1009"#), "\(answer)")
        #expect(answer.contains(#""deleted":false"#))
    }

    /// Each engagement is changed in the line of the writes to it, so nothing of this process comes in between.
    @Test func eachEditWaitsForItsTurn() throws {
        let world = MergeWorld(contacts: ["cnt_a", "cnt_b", "cnt_c"], ["ngmt_1": ["cnt_a"], "ngmt_2": ["cnt_a"]])
        let run = MergeProcess(world)
        run.send(1, #""contact_id":"cnt_a","into_contact_id":"cnt_b""#)
        for (number, at) in [0.035, 0.045, 0.055, 0.065, 0.075].enumerated() {
            run.loop.at(.start + at) {
                run.send(
                    number + 2, #""engagement_id":"ngmt_\#(number % 2 + 1)","contact_ids":["cnt_c"]"#,
                    method: "engagement.addContacts")
            }
        }
        run.wait(100)
        #expect(run.answers.count == 6 && run.answers.values.allSatisfy { $0.contains("\"result\"") }, "\(run.answers)")
        let lost = world.changes.contains { change in
            Set(change.before).subtracting(["cnt_a"]).isSubset(of: change.after) == false
        }
        #expect(!lost && world.people["ngmt_1"]?.contains("cnt_c") == true, "\(world.changes)")
    }

    /// In line behind a write that waits for a person, a merge ends in time, and tells what it did.
    @Test func itsTimeEndsBehindAQuestion() throws {
        let world = MergeWorld(contacts: ["cnt_a", "cnt_b"], ["ngmt_1": ["cnt_a"], "ngmt_2": ["cnt_a"]])
        let run = MergeProcess(world) { $0.confirm = .auto }
        run.greet()
        run.tool(1, "engagement_replace_contacts", #"{"engagement_id":"ngmt_2","contact_ids":["cnt_b"]}"#)
        run.wait(1)
        run.send(2, #""contact_id":"cnt_a","into_contact_id":"cnt_b","options":{"timeout_ms":5000}"#)
        run.wait(20)
        let answer = try #require(run.answers[2])
        #expect(answer.contains(#"{"engagement_id":"ngmt_1","applied":"yes""#), "\(answer)")
        #expect(answer.contains(#"{"engagement_id":"ngmt_2","applied":"no","error":{"code":1002"#), "\(answer)")
        #expect(world.changes.map(\.id) == ["ngmt_1"] && run.service.calls.placesTaken == 0)
    }

    // MARK: Asking

    @Test func onePersonIsAskedOnceForAllOfIt() throws {
        var engagements: [String: [String]] = [:]
        for number in 10..<22 { engagements["ngmt_\(number)"] = ["cnt_a", "cnt_c"] }
        let world = MergeWorld(contacts: ["cnt_a", "cnt_b", "cnt_c"], engagements)
        let run = MergeProcess(world) { $0.confirm = .auto }
        run.greet()
        run.tool(1, "contact_merge", #"{"contact_id":"cnt_a","into_contact_id":"cnt_b","delete":true}"#)
        run.wait(5)
        #expect(world.changes.isEmpty && run.questions.count == 1)
        let question = try #require(run.questions.first)
        let lines = [
            #"Merge contact \"Name of cnt_a\" (cnt_a) into \"Name of cnt_b\" (cnt_b)?"#,
            "takes the place of the first (12):", #"\"Title of ngmt_19\" (ngmt_19)\n  and 2 more\n"#,
            #"Afterwards \"Name of cnt_a\" (cnt_a) is deleted, which can't be undone."#,
        ]
        for line in lines { #expect(question.contains(line), "\(question)") }
        #expect(!question.contains("ngmt_20"))
        // Somebody else changes one of them, so that the yes does not cover it: it is asked anew.
        world.set(["cnt_a"], on: "ngmt_11")
        run.agree(1)
        run.wait(5)
        #expect(world.changes.isEmpty && run.questions.count == 2)
        run.agree(2)
        run.wait(5)
        #expect(world.changes.count == 13 && world.orphans.isEmpty && run.questions.count == 2)
        #expect(run.answers[1]?.contains(#""deleted":true"#) == true, "\(run.answers)")
    }

    @Test func nobodyIsAskedWhereNothingWouldChange() {
        let world = MergeWorld(contacts: ["cnt_a", "cnt_b"], ["ngmt_1": ["cnt_b"]])
        let run = MergeProcess(world) { $0.confirm = .always }
        run.greet()
        run.tool(1, "contact_merge", #"{"contact_id":"cnt_a","into_contact_id":"cnt_b"}"#)
        run.tool(2, "contact_merge", #"{"contact_id":"cnt_a","into_contact_id":"cnt_x"}"#)
        run.wait(5)
        #expect(run.questions.isEmpty && run.answers[1]?.contains(#""engagements":[]"#) == true, "\(run.answers)")
        #expect(run.answers[2]?.contains("There is no contact cnt_x") == true, "\(run.answers)")
    }

    @Test func progressIsTold() {
        let world = MergeWorld(
            contacts: ["cnt_a", "cnt_b"], ["ngmt_1": ["cnt_a"], "ngmt_2": ["cnt_a"], "ngmt_3": ["cnt_a"]])
        let run = MergeProcess(world)
        run.send(1, #""contact_id":"cnt_a","into_contact_id":"cnt_b","options":{"progress_token":"p"}"#)
        run.wait(5)
        let values = run.notices.filter { $0.contains("$/progress") }
        #expect(values.first?.contains(#""value":{"items":2,"pages":1}"#) == true, "\(run.notices)")
        #expect(values.last?.contains(#""value":{"items":2,"total":3}"#) == true && values.count == 4, "\(run.notices)")
    }
}
