import Bytes
import Foundation
import HTTP
import JSONRPC
import Journal
import TestSupport
import Testing

@testable import Service

/// Sessions of an agent's host from a seed: tools that destroy, questions that are answered in every way, late or
/// never, calls behind them, others who change the same contacts, an API that fails. Whatever happens, nothing is
/// destroyed without a yes to exactly that, and no question holds anybody up.
@Suite struct AskingSimulationTests {
    private static let count = UInt64(Rounds.count(400, long: 10_000))

    private static let hundreds = stride(from: 0, to: count, by: 100).map { $0..<min($0 + 100, count) }

    @Test(arguments: hundreds)
    func nothingIsDestroyedWithoutAYesToIt(seeds: Range<UInt64>) {
        var (yes, writes, declined) = (0, 0, 0)
        for seed in seeds {
            let run = AskingRun(seed)
            let broken = run.play()
            if !broken.isEmpty { Issue.record("seed \(seed): \(broken.joined(separator: "\n  "))") }
            (yes, writes, declined) = (yes + run.counts.yes, writes + run.counts.writes, declined + run.counts.declined)
        }
        #expect(yes > 50 && writes > 50 && declined > 50, "the sessions say too little: \(yes) \(writes) \(declined)")
    }
}

private final class AskingRun {
    /// What a person has said yes to.
    private struct Yes: Hashable {
        let engagement: String
        let dropped: Set<String>
        let added: Set<String>
    }

    private let dice: Dice
    private let transport: FakeTransport
    private let journal = FakeJournal()
    private let loop: SimulatedLoop
    private let service: RPCServer
    private let isStateless: Bool
    private let maxInFlight: Int
    private let faults: Double
    private var contacts = ["ngmt_a": ["cnt_1", "cnt_2"], "ngmt_b": ["cnt_3"]]
    /// Who takes part as the process has read it last.
    private var seen: [String: [String]] = [:]
    private var given: [Yes: Int] = [:]
    private var begun: Set<Int> = []
    private var sentAt: [String: Instant] = [:]
    /// The arguments of a stateless call, to be sent again with an answer.
    private var arguments: [String: String] = [:]
    private var answered: [String: Int] = [:]
    private var pending: [UInt8] = []
    private var lastID = 0
    private var broken: [String] = []
    private(set) var counts = (yes: 0, writes: 0, declined: 0)

    init(_ seed: UInt64) {
        dice = Dice(seed: seed &* 6271 &+ 5)
        let dice = dice
        isStateless = dice.chance(0.3)
        maxInFlight = dice.pick([1, 1, 2, 5])
        faults = dice.pick([0, 0, 0.1, 0.4])
        transport = FakeTransport(dice: dice) { _ in .silence }
        let transport = transport
        var settings = ServiceSettings(version: "0", baseURL: "https://api.test")
        (settings.timeoutMs, settings.maxAttempts) = (dice.pick([3000, 20_000]), dice.int(1...3))
        (settings.confirm, settings.maxInFlight) = (dice.pick([.auto, .always]), maxInFlight)
        let surroundings = ServiceSurroundings(
            random: dice.uniform, wallClock: { 1_700_000_000 + transport.now.offset }, prepare: { .ready },
            refreshToken: { .failed("") }, log: Logger(level: .error, format: .text) { _ in })
        service = RPCServer(settings: settings, surroundings: surroundings, transport: transport, journal: journal)
        loop = SimulatedLoop(service, transport, dice: dice)
        loop.journal = journal
        transport.decide = { [unowned self] in fate($0) }
        transport.onCarriedOut = { [unowned self] in carryOut($0) }
        loop.onOutput = { [unowned self] in take($0) }
        loop.onTurn = { [unowned self] in
            if service.calls.placesTaken > maxInFlight {
                broken.append("\(service.calls.placesTaken) places are taken")
            }
        }
    }

    // MARK: The API

    private func fate(_ exchange: Exchange) -> Fate {
        let target = exchange.request.target.bytes.text
        let after = dice.pick([0, 0.01, 0.2])
        if dice.chance(faults) {
            var fate = dice.pick([
                Fate.answer(500), .answer(429), .broken(), .silence, .unsent(.connect), .answer(200, "{}"),
            ])
            let isSent = fate.events.contains { if case .sent = $0.event { true } else { false } }
            let isRefused = fate.events.contains { if case .status(429, _) = $0.event { true } else { false } }
            fate.carriesOut = fate.carriesOut || isSent && !isRefused && dice.chance(0.5)
            return fate
        }
        guard target.hasPrefix("/v2/engagements/") else {
            let isMissing = target.hasSuffix("cnt_9")
            return .answer(isMissing ? 404 : 200, #"{"first_name":"Dropped (0):"}"#, after: after)
        }
        let engagement = Session.engagement(target)
        let now = contacts[engagement, default: []]
        if exchange.request.verb == .get, target.hasSuffix("expand=contacts") { seen[engagement] = now }
        let items = now.map { #"{"id":"\#($0)","first_name":"Added (1):\n  cnt_6"}"# }
        let body = #"{"id":"\#(engagement)","title":"Added (1):\n","contacts":[\#(items.joined(separator: ","))]}"#
        return .answer(200, body, after: after)
    }

    private func carryOut(_ record: FakeTransport.Record) {
        guard record.verb == .put else { return }
        let engagement = Session.engagement(record.target)
        let after = record.body.split(separator: "\"").map(String.init).filter { $0.hasPrefix("cnt_") }
        let ends = Set(journal.events.compactMap { if case .end = $0.kind { $0.number } else { nil } })
        let open = journal.events.last { event in
            guard case .begin(let sets?) = event.kind, event.resource == engagement else { return false }
            return !ends.contains(event.number) && sets.wanted == after
        }
        contacts[engagement] = after
        guard let open else { return broken.append("\(after) was written and the journal does not know") }
        // A further attempt of the same write needs no further yes.
        guard open.method != "engagement.addContacts", begun.insert(open.number).inserted else { return }
        counts.writes += 1
        let before = Set(seen[engagement, default: []])
        let yes = Yes(
            engagement: engagement, dropped: before.subtracting(after), added: Set(after).subtracting(before))
        guard given[yes, default: 0] > 0 else { return broken.append("nobody has said yes to \(yes)") }
        given[yes, default: 0] -= 1
    }

    // MARK: The host

    private func next() -> String {
        lastID += 1
        return "\(lastID)"
    }

    private func call(_ tool: String, _ arguments: String, _ more: String = "") {
        let id = next()
        sentAt[id] = loop.now
        self.arguments[id] = "\(tool) \(arguments)"
        let meta =
            isStateless
            ? #","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}"#
            : dice.chance(0.3) ? #","_meta":{"progressToken":1}"# : ""
        loop.send(
            #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)\#(meta)\#(more)}}"#
        )
    }

    private func say() {
        let engagement = dice.pick(["ngmt_a", "ngmt_b"])
        let ids = (0..<dice.int(0...3)).map { _ in "\"cnt_\(dice.chance(0.05) ? 9 : dice.int(1...6))\"" }
        let list = #","contact_ids":[\#(ids.joined(separator: ","))]"#
        switch dice.int(0...9) {
        case 0...3: call("engagement_replace_contacts", #"{"engagement_id":"\#(engagement)"\#(list)}"#)
        case 4: call("engagement_remove_contacts", #"{"engagement_id":"\#(engagement)"\#(list)}"#)
        case 5: call("engagement_undo", #"{"engagement_id":"\#(engagement)"}"#)
        case 6: call("engagement_add_contacts", #"{"engagement_id":"\#(engagement)"\#(list)}"#)
        default: call("engagement_get", #"{"engagement_id":"\#(engagement)"}"#)
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>) {
        pending += bytes
        while let end = pending.firstIndex(of: 0x0A) {
            let line = Data(pending[..<end])
            pending.removeFirst(end + 1)
            guard let root = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else {
                broken.append("no JSON")
                continue
            }
            if root["method"] as? String == "elicitation/create" {
                hear(root["params"], id: root["id"] as? String ?? "", state: nil)
            } else if let id = root["id"] {
                ended("\(id)", root["result"] as? [String: Any] ?? [:])
            }
        }
    }

    private func ended(_ id: String, _ result: [String: Any]) {
        answered[id, default: 0] += 1
        if answered[id, default: 0] > 1 { broken.append("\(id) was answered twice") }
        let text = ((result["content"] as? [[String: Any]])?.first?["text"] as? String) ?? ""
        if text.contains(#""kind":"declined""#) {
            counts.declined += 1
            if !text.contains(#""applied":"no""#) { broken.append("\(id) was declined and is not no") }
        }
        if let state = result["requestState"] as? String,
            let question = (result["inputRequests"] as? [String: [String: Any]])?["confirm"]
        {
            hear(question["params"], id: id, state: state)
        }
        let isRead = arguments[id]?.hasPrefix("engagement_get") == true
        if isRead, faults == 0, let sent = sentAt[id], loop.now.seconds(since: sent) > 25 {
            broken.append("\(id) only reads, and was held up for \(loop.now.seconds(since: sent)) s")
        }
    }

    /// A person sees a question, thinks, and says something.
    private func hear(_ params: Any?, id: String, state: String?) {
        let message = (params as? [String: Any])?["message"] as? String ?? ""
        guard let yes = read(message) else { return broken.append("a question says too little: \(message)") }
        let isYes = dice.chance(0.6)
        let result =
            isYes
            ? #"{"action":"accept","content":{"confirm":true}}"#
            : dice.pick([
                #"{"action":"accept"}"#, #"{"action":"accept","content":{"confirm":"true"}}"#, "{}",
                #"{"action":"decline"}"#, #"{"action":"cancel"}"#,
                #"{"action":"accept","content":{"confirm":true},"error":{}}"#,
            ])
        // Some never answer.
        guard !dice.chance(0.15) else { return }
        loop.at(loop.now + dice.pick([0, 0.1, 2, 30, 200, 310])) { [unowned self] in
            if isYes {
                given[yes, default: 0] += 1
                counts.yes += 1
            }
            guard let state else { return loop.send(#"{"jsonrpc":"2.0","id":"\#(id)","result":\#(result)}"#) }
            // With other arguments a state is worth nothing, and twice it is worth as much as once.
            let parts = (arguments[id] ?? "").split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return }
            let more = #","requestState":"\#(state)","inputResponses":{"confirm":\#(result)}"#
            if dice.chance(0.2) {
                let other = dice.chance(0.5) ? "ngmt_a" : "ngmt_b"
                call(parts[0], #"{"engagement_id":"\#(other)","contact_ids":["cnt_6"]}"#, more)
            }
            call(parts[0], parts[1], more)
            if dice.chance(0.2) { call(parts[0], parts[1], more) }
        }
    }

    /// What a person understands: the question's own lines are those that stand outside of quotes.
    private func read(_ message: String) -> Yes? {
        let lines = message.components(separatedBy: "\n")
        guard let head = lines.first, let id = head.split(separator: "(").last?.prefix(6), lines.count > 2 else {
            return nil
        }
        var (dropped, added): (Set<String>, Set<String>) = ([], [])
        var isAdded = false
        for line in lines.dropFirst() {
            if line.hasPrefix("  ") {
                let id = line.hasSuffix(")") ? line.split(separator: "(").last?.dropLast() : line.dropFirst(2)
                if isAdded { added.insert(String(id ?? "")) } else { dropped.insert(String(id ?? "")) }
            } else {
                isAdded = line.hasPrefix("Added (")
            }
        }
        return Yes(engagement: String(id), dropped: dropped, added: added)
    }

    func play() -> [String] {
        if !isStateless {
            let hello = #""protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{}"#
            loop.send(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{\#(hello)}}"#)
        }
        for _ in 0..<dice.int(2...15) {
            loop.at(.start + dice.pick([0, 0, 0.1, 1, 5, 40])) { [unowned self] in say() }
        }
        for _ in 0..<dice.int(0...3) {
            // Somebody else, by another way.
            loop.at(.start + dice.seconds(0...60)) { [unowned self] in
                contacts[dice.pick(["ngmt_a", "ngmt_b"])] = ["cnt_\(dice.int(1...6))"]
            }
        }
        _ = loop.run(for: 5000)
        for id in arguments.keys where answered[id] != 1 {
            broken.append("\(id) has \(answered[id, default: 0]) answers: \(arguments[id] ?? "")")
        }
        if service.calls.inFlight > 0 || service.calls.placesTaken > 0 {
            broken.append("\(service.calls.inFlight) calls never end")
        }
        return broken
    }
}
