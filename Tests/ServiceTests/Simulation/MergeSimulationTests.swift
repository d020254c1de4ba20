import Bytes
import Foundation
import HTTP
import JSONRPC
import Journal
import TestSupport
import Testing

@testable import Service

/// Merges from a seed, over an API and a journal that fail in every way, while others change the same engagements, by
/// processes that are killed at any moment and begun again until one has done all. The laws: nobody but the duplicate
/// is taken off anything, and where it is, the other is there; calendar resources are never sent; the duplicate is not
/// deleted before it is nowhere; answers are true; and an undo of the run brings back what was before.
@Suite struct MergeSimulationTests {
    private static let count = UInt64(Rounds.count(200, long: 10_000))

    private static let hundreds = stride(from: 0, to: count, by: 100).map { $0..<min($0 + 100, count) }

    @Test(arguments: hundreds)
    func theLawsHold(seeds: Range<UInt64>) {
        for seed in seeds {
            let broken = MergeRun(seed).play()
            if !broken.isEmpty { Issue.record("seed \(seed): \(broken.joined(separator: "\n  "))") }
        }
    }
}

private final class MergeRun {
    private let dice: Dice
    private let world: MergeWorld
    private let start: [String: [String]]
    private let isDeletion: Bool
    private let hasOthers: Bool
    private let faults: Double
    private var isWell = false
    private var events: [JournalEvent] = []
    private var broken: [String] = []

    init(_ seed: UInt64) {
        let dice = Dice(seed: seed &* 104_729 &+ 3)
        self.dice = dice
        let names = (1...7).map { "cnt_\($0)" }
        var generator = dice
        var engagements: [String: [String]] = [:]
        for number in 0..<dice.int(0...7) {
            let people = names.filter { _ in dice.chance(0.4) }.shuffled(using: &generator)
            engagements["ngmt_\(number)"] = people
        }
        start = engagements
        world = MergeWorld(contacts: Set(names), engagements)
        isDeletion = dice.chance(0.5)
        hasOthers = dice.chance(0.4)
        faults = dice.pick([0, 0.1, 0.3])
        world.hidesPeople = dice.chance(0.2)
        world.delay = { dice.pick([0, 0.01, 0.2]) }
        world.fault = { [unowned self] in fate($0) }
        world.onRead = { [unowned self] in changeByOthers() }
    }

    /// Others change something only before a read, because nothing can be done about what happens between a read and
    /// the write after it. They leave the two contacts alone, but for taking the duplicate off.
    private func changeByOthers() {
        var generator = dice
        guard hasOthers, !isWell, dice.chance(0.15), let (id, people) = world.people.randomElement(using: &generator)
        else { return }
        let other = "cnt_\(dice.int(3...7))"
        if dice.chance(0.2) {
            world.set(people.filter { $0 != "cnt_1" }, on: id)
        } else {
            world.set(people.contains(other) ? people.filter { $0 != other } : people + [other], on: id)
        }
    }

    private func fate(_ exchange: Exchange) -> Fate? {
        guard !isWell, dice.chance(faults) else { return nil }
        // A server that says of a contact that it is not there is believed.
        let isOfContact = exchange.request.verb == .get && !exchange.request.target.bytes.text.contains("engagements")
        var fate = dice.pick([
            Fate.answer(500), .answer(503), .answer(429), .answer(isOfContact ? 500 : 404), .answer(422, "{}"),
            .answer(401), .broken(),
            .silence, .unsent(.connect), .answer(200, "<html>"), .stall(200),
        ])
        let isTold = fate.events.contains { if case .status(200, _) = $0.event { true } else { false } }
        let isSent = fate.events.contains { if case .sent = $0.event { true } else { false } }
        let isRefused = fate.events.contains { if case .status(400..<500, _) = $0.event { true } else { false } }
        // What the API would refuse it does not carry out.
        let strangers = MergeWorld.ids(in: exchange.request.body?.bytes.text ?? "").filter {
            !world.contacts.contains($0)
        }
        fate.carriesOut = strangers.isEmpty && (isTold || isSent && !isRefused && dice.chance(0.5))
        return fate
    }

    func play() -> [String] {
        for attempt in 0..<dice.int(1...6) { process(isKilled: dice.chance(0.6), attempt) }
        isWell = true
        process(isKilled: false, 9)
        check()
        if !isDeletion, !hasOthers { undo() }
        return broken
    }

    private static let params = #""contact_id":"cnt_1","into_contact_id":"cnt_2","options":{"run":"r"}"#

    private func process(isKilled: Bool, _ attempt: Int) {
        let journal = FakeJournal()
        for event in events { journal.append(event, token: nil) }
        let faults = isWell ? 0 : faults / 5
        journal.fails = { [dice] in dice.chance(faults) }
        let process = MergeProcess(world, journal: journal, dice: dice) { [dice] settings in
            settings.timeoutMs = isWell ? 30_000 : dice.pick([2000, 20_000])
            settings.maxAttempts = dice.int(1...3)
        }
        let before = world.changes.count
        process.send(1, Self.params + (isDeletion ? #","delete":true"# : ""))
        process.wait(isKilled ? dice.seconds(0...2) : 300)
        events = journal.events
        guard let answer = process.answers[1] else {
            if !isKilled { broken.append("\(attempt): no answer") }
            return
        }
        judge(answer, Array(world.changes[before...]))
    }

    /// Compares an answer with what the server did meanwhile.
    private func judge(_ answer: String, _ changes: [MergeWorld.Change]) {
        let root = try? JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        guard let data = (root?["result"] as? [String: Any])?["data"] as? [String: Any] else {
            let told = ((root?["error"] as? [String: Any])?["data"] as? [String: Any])?["applied"] as? String
            if told == "no", !changes.isEmpty { broken.append("it says no and wrote: \(answer)") }
            if isWell, world.contacts.contains("cnt_1") { broken.append("it fails where all is well: \(answer)") }
            return
        }
        for item in data["engagements"] as? [[String: Any]] ?? [] {
            let made = changes.contains { $0.id == item["engagement_id"] as? String }
            let applied = item["applied"] as? String
            if applied == "yes" && !made || applied == "no" && made { broken.append("untrue: \(item)") }
            if isWell, applied != "yes" { broken.append("not done where all is well: \(item)") }
        }
        let isDeleted = data["deleted"] as? Bool == true
        if isDeleted, world.contacts.contains("cnt_1") { broken.append("it says deleted, and it is there") }
        if isWell, isDeleted != isDeletion { broken.append("deleted: \(isDeleted) where all is well") }
    }

    private func check() {
        for change in world.changes where change.verb == .put {
            let lost = Set(change.before).subtracting(change.after)
            let gained = Set(change.after).subtracting(change.before)
            let isLawful =
                lost.isSubset(of: ["cnt_1"]) && gained.isSubset(of: ["cnt_2"]) && change.after.contains("cnt_2")
            if !isLawful || Set(change.after).count != change.after.count || change.after.contains(MergeWorld.room) {
                broken.append("\(change.id): \(change.before) became \(change.after)")
            }
        }
        if !world.orphans.isEmpty { broken.append("deleted while on \(world.orphans)") }
        for (id, people) in world.people where people.contains("cnt_1") { broken.append("\(id) has it still") }
        if world.contacts.contains("cnt_1") == isDeletion { broken.append("deleted: \(!isDeletion)") }
        guard !hasOthers else { return }
        for (id, people) in start {
            let wanted = people.contains("cnt_1") ? Set(people).subtracting(["cnt_1"]).union(["cnt_2"]) : Set(people)
            if Set(world.people[id] ?? []) != wanted { broken.append("\(id) is \(world.people[id] ?? [])") }
        }
    }

    private func undo() {
        let journal = FakeJournal()
        for event in events { journal.append(event, token: nil) }
        let process = MergeProcess(world, journal: journal, dice: dice)
        let written = Set(world.changes.map(\.id)).sorted()
        for (number, id) in written.enumerated() {
            process.send(number, #""engagement_id":"\#(id)","run":"r""#, method: "engagement.undo")
        }
        process.wait(300)
        for (id, people) in start where Set(world.people[id] ?? []) != Set(people) {
            broken.append("\(id) is \(world.people[id] ?? []) after the undo, and was \(people): \(process.answers)")
        }
    }
}
