import Bytes
import Foundation
import HTTP
import JSONRPC
import Journal
import TestSupport
import Testing

@testable import Service

/// Edits of two engagements from a seed, over an API and a journal that fail in every way, ended at any moment. Three
/// laws: nobody is lost whom no call asked to drop; what answers say was applied and changed is what the server did;
/// and the journal knows of every write before it leaves, with at most one end for each.
@Suite struct EditSimulationTests {
    private static let count = UInt64(Rounds.count(400, long: 10_000))

    private static let hundreds = stride(from: 0, to: count, by: 100).map { $0..<min($0 + 100, count) }

    @Test(arguments: hundreds)
    func theThreeLawsHold(seeds: Range<UInt64>) {
        for seed in seeds {
            let broken = EditRun(seed).play()
            if !broken.isEmpty { Issue.record("seed \(seed): \(broken.joined(separator: "\n  "))") }
        }
    }
}

private final class EditRun {
    private struct Call {
        let id: Int
        let engagement: String
        let method: String
        let ids: [String]
    }

    private let dice: Dice
    private let transport: FakeTransport
    private let journal = FakeJournal()
    private let loop: SimulatedLoop
    private var contacts = ["ngmt_a": ["cnt_1", "cnt_2"], "ngmt_b": ["cnt_3"]]
    private var calls: [Call] = []
    /// The sets that the server took, in order, with what they replaced.
    private var carriedOut: [(engagement: String, before: [String], after: [String], begun: Int)] = []
    private var pending: [UInt8] = []
    private var answers: [Int: (applied: String?, isResult: Bool, verified: Bool, wanted: [String], before: [String])] =
        [:]
    private var broken: [String] = []

    init(_ seed: UInt64) {
        dice = Dice(seed: seed &* 7919 &+ 1)
        let dice = dice
        transport = FakeTransport(dice: dice) { _ in .silence }
        let transport = transport
        var settings = ServiceSettings(version: "0", baseURL: "https://api.test")
        (settings.timeoutMs, settings.maxAttempts) = (dice.pick([3000, 20_000]), dice.int(1...3))
        let surroundings = ServiceSurroundings(
            random: dice.uniform, wallClock: { 1_700_000_000 + transport.now.offset }, prepare: { .ready },
            refreshToken: { .failed("") }, log: Logger(level: .error, format: .text) { _ in })
        let service = RPCServer(settings: settings, surroundings: surroundings, transport: transport, journal: journal)
        loop = SimulatedLoop(service, transport, dice: dice)
        loop.journal = journal
        let faults = dice.pick([0, 0.1, 0.4])
        journal.fails = { dice.chance(faults / 4) }
        transport.decide = { [unowned self] in fate($0, faults) }
        transport.onCarriedOut = { [unowned self] in carryOut($0) }
        loop.onOutput = { [unowned self] in take($0) }
    }

    private static func engagement(_ target: String) -> String { target.contains("ngmt_a") ? "ngmt_a" : "ngmt_b" }

    private func fate(_ exchange: Exchange, _ faults: Double) -> Fate {
        let target = exchange.request.target.bytes.text
        let items = contacts[Self.engagement(target), default: []].map { #"{"id":"\#($0)"}"# }
        let room = #"{"id":"cnt_room","is_calendar_resource":true}"#
        let body = #"{"contacts":[\#((items + [room]).joined(separator: ","))]}"#
        guard dice.chance(faults) else { return .answer(200, body, after: dice.pick([0, 0.01, 0.2])) }
        var fate = dice.pick([
            Fate.answer(500), .answer(429), .answer(404), .answer(422, "{}"), .broken(), .broken(status: 200), .silence,
            .unsent(.connect), .answer(200, "<html>"), .answer(200, "{}"), .stall(200), .anothers(),
        ])
        let isTold = fate.events.contains { if case .status(200, _) = $0.event { true } else { false } }
        let isSent = fate.events.contains { if case .sent = $0.event { true } else { false } }
        let isRefused = fate.events.contains { if case .status(400..<500, _) = $0.event { true } else { false } }
        let isAnothers = fate.events.contains {
            if case .body(let bytes) = $0.event {
                String(decoding: bytes, as: UTF8.self).contains(Fate.another)
            } else {
                false
            }
        }
        fate.carriesOut = isTold && !isAnothers || isSent && !isRefused && dice.chance(0.5)
        return fate
    }

    private func carryOut(_ record: FakeTransport.Record) {
        guard record.verb == .put else { return }
        let engagement = Self.engagement(record.target)
        let after = record.body.split(separator: "\"").map(String.init).filter { $0.hasPrefix("cnt_") }
        let before = contacts[engagement, default: []]
        contacts[engagement] = after
        var ends: Set<Int> = []
        for event in journal.events { if case .end = event.kind { ends.insert(event.number) } }
        let open = journal.events.last { event in
            guard case .begin(let sets?) = event.kind, event.resource == engagement else { return false }
            return !ends.contains(event.number) && sets.wanted == after
        }
        if open == nil { broken.append("\(after) was written and the journal does not know") }
        carriedOut.append((engagement, before, after, open?.number ?? 0))
    }

    private func take(_ bytes: ArraySlice<UInt8>) {
        pending += bytes
        while let end = pending.firstIndex(of: 0x0A) {
            let line = Data(pending[..<end])
            pending.removeFirst(end + 1)
            guard let root = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
                let id = root["id"] as? Int
            else { continue }
            if answers[id] != nil { broken.append("\(id) was answered twice") }
            let result = root["result"] as? [String: Any]
            let changes = result?["changes"] as? [String: Any]
            let data = (root["error"] as? [String: Any])?["data"] as? [String: Any]
            let kept = changes?["kept"] as? [String] ?? []
            answers[id] = (
                data?["applied"] as? String, result != nil, changes?["verified"] as? Bool ?? false,
                kept + (changes?["added"] as? [String] ?? []), changes?["before"] as? [String] ?? []
            )
        }
    }

    func play() -> [String] {
        for id in 1...dice.int(2...12) {
            let engagement = dice.pick(["ngmt_a", "ngmt_b"])
            let ids = (0..<dice.int(0...3)).map { _ in "cnt_\(dice.int(1...6))" }
            let method = dice.pick(["addContacts", "removeContacts", "replaceContacts", "undo"])
            calls.append(Call(id: id, engagement: engagement, method: method, ids: ids))
            let list = method == "undo" ? "" : ",\"contact_ids\":[\(ids.map { "\"\($0)\"" }.joined(separator: ","))]"
            let more = method == "replaceContacts" && dice.chance(0.5) ? ",\"report_changes\":true" : ""
            let line =
                #"{"jsonrpc":"2.0","id":\#(id),"method":"engagement.\#(method)","params":{"engagement_id":"\#(engagement)"\#(list)\#(more)}}"#
            loop.at(.start + dice.pick([0, 0, 0.1, 1])) { [unowned self] in loop.send(line) }
            if dice.chance(0.1) {
                loop.at(.start + dice.seconds(0...2)) { [unowned self] in
                    loop.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":\#(id)}}"#)
                }
            }
        }
        // Killed: nothing more happens, whatever was under way.
        let isKilled = dice.chance(0.3)
        _ = loop.run(for: isKilled ? dice.seconds(0...3) : 500)
        if !isKilled, answers.count != calls.count {
            broken.append("\(calls.count - answers.count) calls have no answer")
        }
        checkLosses()
        checkAnswers()
        checkJournal(isKilled)
        return broken
    }

    /// What each write dropped is what a call of its method asked to drop. Judged by the calls, not by what the process
    /// noted; and strictly, because writes to one engagement go one at a time.
    private func checkLosses() {
        for write in carriedOut {
            guard let event = journal.events.first(where: { $0.number == write.begun }) else { continue }
            let lost = Set(write.before).subtracting(write.after)
            let same = calls.filter { "engagement.\($0.method)" == event.method && $0.engagement == write.engagement }
            let isAsked =
                switch event.method {
                case "engagement.addContacts": lost.isEmpty
                case "engagement.removeContacts": lost.isSubset(of: same.flatMap(\.ids))
                case "engagement.replaceContacts": same.contains { Set($0.ids) == Set(write.after) }
                default:
                    journal.events.contains { event in
                        if case .begin(let sets?) = event.kind { Set(sets.before) == Set(write.after) } else { false }
                    }
                }
            if !isAsked { broken.append("\(event.method) made \(write.before) \(write.after), which nobody asked for") }
        }
    }

    private func checkAnswers() {
        for call in calls {
            guard let answer = answers[call.id] else { continue }
            let alone = calls.count { $0.engagement == call.engagement } == 1
            let writes = carriedOut.filter { $0.engagement == call.engagement }
            if alone, answer.applied == "no", !writes.isEmpty { broken.append("\(call.id) says no, and it was made") }
            if alone, answer.applied == "yes", writes.isEmpty {
                broken.append("\(call.id) says yes, and it was not made")
            }
            guard answer.isResult, answer.verified else { continue }
            // What was verified was once the set.
            let sets =
                writes.map { Set($0.after) } + writes.map { Set($0.before) } + [Set(contacts[call.engagement] ?? [])]
            if !sets.contains(Set(answer.wanted)) { broken.append("\(call.id): \(answer.wanted) was never the set") }
            if call.method == "addContacts", !Set(answer.before).isSubset(of: answer.wanted) {
                broken.append("\(call.id) added, and dropped")
            }
        }
    }

    private func checkJournal(_ isKilled: Bool) {
        var (begun, ended): (Set<Int>, Set<Int>) = ([], [])
        for event in journal.events {
            if case .begin = event.kind {
                if !begun.insert(event.number).inserted { broken.append("\(event.number) was begun twice") }
            } else if !begun.contains(event.number) || !ended.insert(event.number).inserted {
                broken.append("\(event.number) ended, but not once and after it was begun")
            }
        }
        for case (let number, .end(let applied, _, _)) in journal.events.map({ ($0.number, $0.kind) }) {
            let wasMade = carriedOut.contains { $0.begun == number }
            if applied == "no" && wasMade || applied == "yes" && !wasMade {
                broken.append("\(number) ended \(applied)")
            }
        }
    }
}
