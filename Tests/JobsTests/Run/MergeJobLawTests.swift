import HTTP
import Jobs
import Tables
import TestSupport
import Testing

/// Merges by a table from a seed: calls fail in every way, some of them after they were carried out, others change the
/// same engagements, and a signal or a death comes at any call; run again until all is well. Nobody but a duplicate is
/// taken off anything, each duplicate's place is taken, and nobody is deleted who is on an engagement.
@Suite struct MergeJobLawTests {
    private static let count = UInt64(Rounds.count(200, long: 10_000))

    private static let hundreds = stride(from: 0, to: count, by: 100).map { $0..<min($0 + 100, count) }

    @Test(arguments: hundreds)
    func theLawsHold(seeds: Range<UInt64>) {
        for seed in seeds {
            let broken = MergeJobLaw(seed).play()
            if !broken.isEmpty { Issue.record("seed \(seed): \(broken.joined(separator: "\n  "))") }
        }
    }
}

private final class MergeJobLaw {
    private var dice: SeededGenerator
    private var people: [String: [String]]
    private var deleted: Set<String> = []
    private let others: [String: String]
    private let isDeletion: Bool
    private let hasOthers: Bool
    private var isWell = false
    private var broken: [String] = []

    init(_ seed: UInt64) {
        var dice = SeededGenerator(seed: seed &* 7907 &+ 11)
        var people: [String: [String]] = [:]
        let names = (1...8).map { "cnt_\($0)" }
        for number in 0..<Int.random(in: 0...8, using: &dice) {
            people["ngmt_\(number)"] = names.filter { _ in dice.uniform() < 0.4 }.shuffled(using: &dice)
        }
        let pairs = [("cnt_1", "cnt_5"), ("cnt_2", "cnt_5"), ("cnt_3", "cnt_6")].prefix(
            Int.random(in: 1...3, using: &dice))
        others = Dictionary(uniqueKeysWithValues: pairs)
        isDeletion = dice.uniform() < 0.5
        hasOthers = dice.uniform() < 0.4
        (self.dice, self.people) = (dice, people)
    }

    func play() -> [String] {
        let before = people
        for _ in 0..<Int.random(in: 1...5, using: &dice) { run() }
        isWell = true
        let last = run()
        if last.job.exitCode != 0 {
            broken.append("\(last.job.exitCode) where all is well: \(last.text) \(last.job.complaint)")
        }
        for (id, there) in people {
            if there.contains(where: { others[$0] != nil }) { broken.append("\(id) is \(there)") }
            if !hasOthers, Set(there) != Set(before[id, default: []].map { others[$0] ?? $0 }) {
                broken.append("\(id) was \(before[id] ?? []) and is \(there)")
            }
        }
        if deleted != (isDeletion ? Set(others.keys) : []) { broken.append("deleted: \(deleted)") }
        return broken
    }

    @discardableResult private func run() -> JobRun {
        let limits = CallLimits(calls: 64, connections: 16, rate: nil, callSeconds: 30)
        var terms = JobTerms(.carryOut(isAgreed: true), limits: limits)
        (terms.run, terms.isDeletion) = ("r", isDeletion)
        let earlier = EarlierDeletions(deleted)
        terms.earlierDeletions = { earlier }
        let rows = others.sorted { $0.key < $1.key }.enumerated().map { line, pair in
            MergeRow(line: line + 2, duplicate: .id(pair.key), into: .id(pair.value))
        }
        let last = isWell || dice.uniform() < 0.5 ? nil : Int.random(in: 0...40, using: &dice)
        let isPatient = dice.uniform() < 0.5
        let job = ChangeJob(merging: rows, faults: [], terms)
        return JobRun(job, interruptAfter: last, isPatient: isPatient) { [unowned self] in answer($0) }
    }

    // MARK: The service

    private func answer(_ call: ScriptedService.Call) -> String? {
        if hasOthers, !isWell, call.method == "engagement.get", dice.uniform() < 0.1 { changeByOthers() }
        guard !isWell, dice.uniform() < 0.15 else { return good(call) }
        let isWrite = call.method == "contact.delete" || call.method == "engagement.replaceContacts"
        switch Int.random(in: 0...4, using: &dice) {
        case 0: return Workspace.error(503, "server_error", "Failed.", isWrite ? "unknown" : nil)
        case 1:
            _ = good(call)
            return Workspace.error(504, "server_error", "Failed.", isWrite ? "unknown" : nil)
        case 2: return Workspace.error(403, "forbidden", "No.", isWrite ? "no" : nil)
        case 3: return Workspace.error(401, "unauthorized", "No.", isWrite ? "no" : nil)
        default: return Workspace.error(429, "rate_limited", "Later.", isWrite ? "no" : nil, retryAfterMs: 100)
        }
    }

    private func changeByOthers() {
        guard let id = people.keys.sorted().randomElement(using: &dice) else { return }
        let name = ["cnt_7", "cnt_8"].randomElement(using: &dice) ?? ""
        let there = people[id, default: []]
        people[id] = there.contains(name) ? there.filter { $0 != name } : there + [name]
    }

    private func good(_ call: ScriptedService.Call) -> String? {
        let (contact, id) = (call.text("contact_id"), call.text("engagement_id"))
        if deleted.contains(contact) { return Workspace.error(404, "not_found", "Gone.", "no") }
        switch call.method {
        case "contact.get": return "\"result\":{\"data\":\(Workspace.person(contact))}"
        case "contact.listEngagements":
            let found = people.filter { $0.value.contains(contact) }.keys.sorted()
            let items = found.map { engagement($0) }.joined(separator: ",")
            return "\"result\":{\"data\":{\"data\":[\(items)],\"has_more\":false}}"
        case "engagement.get": return "\"result\":{\"data\":\(engagement(id))}"
        case "engagement.replaceContacts": return replaced(call, id)
        case "contact.delete":
            let left = people.filter { $0.value.contains(contact) }.keys
            if !left.isEmpty { broken.append("\(contact) was deleted while on \(left.sorted())") }
            deleted.insert(contact)
            return "\"result\":{\"data\":null}"
        default: return Workspace.error(-32601, "method_not_found", call.method)
        }
    }

    private func engagement(_ id: String) -> String {
        let items = people[id, default: []].map { Workspace.person($0) } + [Workspace.person("cnt_room", isRoom: true)]
        return "{\"id\":\"\(id)\",\"title\":\"\(id)\",\"contacts\":[\(items.joined(separator: ","))]}"
    }

    private func replaced(_ call: ScriptedService.Call, _ id: String) -> String {
        let (before, wanted) = (people[id, default: []], call.list("contact_ids") ?? [])
        guard Set(call.list("expected_contact_ids") ?? []) == Set(before) else {
            return Workspace.error(412, "precondition_failed", "Others are there.", "no")
        }
        // A pair whose engagements can't be listed is left alone, so that not every duplicate goes.
        let lost = Set(before).subtracting(wanted)
        let places = Set(lost.compactMap { others[$0] })
        let isLawful = lost.allSatisfy { others[$0] != nil } && places.isSubset(of: wanted)
        if !isLawful || Set(wanted) != Set(before).subtracting(lost).union(places) || Set(wanted).count != wanted.count
        {
            broken.append("\(id): \(before) became \(wanted)")
        }
        people[id] = wanted
        return Workspace.changes(id, before, wanted, after: wanted, preserved: ["cnt_room"])
    }
}
