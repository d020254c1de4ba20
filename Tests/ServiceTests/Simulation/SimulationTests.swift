import Bytes
import Foundation
import HTTP
import JSONRPC
import TestSupport
import Testing

@testable import Service

/// Whole sessions under a simulated loop, from a seed each: a host that says anything, stops reading and leaves at any
/// moment, over an API that fails in every way. Whatever happens, each promise holds.
///
/// `TESTS_SIMULATE=7` runs seed 7 alone and prints its session; `TESTS_SIMULATE=0..<20000` runs
/// these, and `TESTS_LONG` 10,000.
@Suite struct SimulationTests {
    private static let asked = ProcessInfo.processInfo.environment["TESTS_SIMULATE"]

    /// Seeds in blocks, so that a case is worth starting.
    private static let blocks: [Range<UInt64>] = {
        var seeds = 0..<UInt64(Rounds.count(300, long: 10_000))
        if let asked {
            let ends = asked.split(separator: "..<").compactMap { UInt64($0) }
            if let first = ends.first { seeds = first..<(ends.count > 1 ? max(ends[1], first) : first + 1) }
        }
        return stride(from: seeds.lowerBound, to: seeds.upperBound, by: 25).map { $0..<min($0 + 25, seeds.upperBound) }
    }()

    @Test(arguments: blocks)
    func everyPromiseHoldsInEverySession(seeds: Range<UInt64>) {
        for seed in seeds {
            let run = SessionRun(seed: seed, prints: Self.asked.map { !$0.contains("..<") } ?? false)
            run.play()
            guard !run.ledger.violations.isEmpty else { continue }
            let found = run.ledger.violations.joined(separator: "\n  ")
            Issue.record("seed \(seed): replay with TESTS_SIMULATE=\(seed)\n  \(found)")
        }
    }

    /// The simulation itself: the same seed is the same session to the last byte.
    @Test func aSeedReplays() {
        let runs = (0..<2).map { _ in
            let run = SessionRun(seed: 11, prints: false)
            run.play()
            return run
        }
        #expect(runs[0].outputHash == runs[1].outputHash && runs[0].outputHash != 0)
        #expect(runs[0].loop.turns == runs[1].loop.turns)
    }
}

/// One session as it runs.
final class SessionRun {
    let session: Session
    let ledger: Ledger
    let loop: SimulatedLoop
    private let service: RPCServer
    private let transport: FakeTransport
    private let prints: Bool
    private var isCalm = false
    private var begunBeforeTheEnd = 0
    private var lastStarted: [String: Int] = [:]
    /// Who takes part in the engagements that were written to.
    private var contacts: [String: [String]] = [:]
    private(set) var outputHash: UInt64 = 0

    init(seed: UInt64, prints: Bool) {
        session = Session(seed: seed)
        self.prints = prints
        ledger = Ledger(hasHeaders: session.hasHeaders)
        let dice = session.dice
        transport = FakeTransport(dice: dice) { _ in .silence }
        let transport = transport
        let surroundings = ServiceSurroundings(
            random: dice.uniform, wallClock: { 1_700_000_000 + transport.now.offset }, prepare: { .ready },
            refreshToken: { dice.chance(0.5) ? .ready : .failed("") },
            log: Logger(level: .error, format: .text) { _ in })
        service = RPCServer(settings: session.settings, surroundings: surroundings, transport: transport)
        loop = SimulatedLoop(service, transport, dice: dice)
        (loop.readLimit, loop.lateness) = (session.readLimit, session.lateness)
        loop.pipeCapacity = dice.pick([4096, 65_536, 1 << 20])
        transport.decide = { [unowned self] exchange in
            session.fate(exchange, isCalm: isCalm) { contacts[$0] ?? Session.firstContacts }
        }
        transport.onCarriedOut = { [unowned self] in carryOut($0) }
        transport.onStart = { [unowned self] in checkStart($0) }
        loop.onTurn = { [unowned self] in checkTurn() }
        loop.onRead = { [unowned self] offset in ledger.read(upTo: offset, at: loop.now) }
        loop.onOutput = { [unowned self] bytes in
            tell("<- \(String(decoding: bytes.prefix(400), as: UTF8.self))")
            outputHash = bytes.withUnsafeBytes { outputHash &* 31 &+ $0.fingerprint }
            ledger.take(bytes, at: loop.now)
        }
    }

    private func tell(_ text: @autoclosure () -> String) {
        if prints { print(String(format: "%9.3f", loop.now.offset), text()) }
    }

    func play() {
        let dice = session.dice
        let last = session.script(loop, ledger)
        let length = last.seconds(since: .start)
        if session.hostPauses {
            for _ in 0..<dice.int(1...3) {
                let from = Instant.start + dice.uniform() * (length + 1)
                loop.at(from) { [loop] in loop.hostReads = false }
                loop.at(from + dice.pick([0.01, 1, 20])) { [loop] in loop.hostReads = true }
            }
        }
        if prints {
            print(session.settings, "faults", session.faultRate, "end", session.earlyEnd as Any)
            for item in ledger.items { print(item) }
        }
        if let end = session.earlyEnd {
            leave(end, at: Instant.start + dice.uniform() * (length + 1))
        } else {
            comeToRest(after: last)
        }
        ledger.checkTruth(transport.records, isPunctual: !session.hostPauses)
    }

    /// The faults stop, the host reads: everything owed comes, new calls succeed, and the end of input is the end.
    private func comeToRest(after last: Instant) {
        _ = loop.run(until: last)
        isCalm = true
        loop.hostReads = true
        loop.at(last) { [loop] in loop.hostReads = true }
        // Every call may have its whole time, one after the other where they must; and the longest pause may be on.
        let waves = Double(ledger.items.count) * Double(session.settings.timeoutMs) / 1000
        _ = loop.run(for: waves + 100)
        ledger.checkComplete()
        if service.calls.inFlight > 0 {
            ledger.blame("\(service.calls.inFlight) calls are still in flight when all is calm")
        }
        loop.hostReads = true
        let before = ledger.replies["\"last\"", default: []].count
        let text = #"{"jsonrpc":"2.0","id":"last","method":"engagement.get","params":["ngmt_R0"]}"#
        if session.settings.timeoutMs > 400, !isShutDown {
            ledger.add(
                Sent(
                    end: loop.bytesRead + 1,
                    items: [Item(number: 0, id: "\"last\"", kind: .read, timeoutMs: session.settings.timeoutMs)],
                    isBatch: false, nulls: 0))
            loop.send(
                session.hasHeaders
                    ? Array("Content-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8) : Array((text + "\n").utf8))
            _ = loop.run(for: 2)
            let replies = ledger.replies["\"last\"", default: []]
            if replies.count != before + 1 || replies.last?.isResult != true {
                ledger.blame("a call when all is calm does not succeed: \(replies)")
            }
        }
        loop.closeInput()
        if loop.run(for: 1) != .ended { ledger.blame("the end of input is not the end") }
    }

    private var isShutDown: Bool { service.dispatcher.isShutDown }

    /// The host leaves in the middle of everything.
    private func leave(_ end: Session.End, at moment: Instant) {
        _ = loop.run(until: moment)
        let leftAt = loop.now
        tell("leaves: \(end)")
        // How long it may take at most, in seconds.
        let limit: Double
        switch end {
        case .inputEnds:
            loop.closeInput()
            loop.hostReads = true
            loop.at(loop.now + 30) { [loop] in loop.hostReads = true }
            limit = Double(ledger.items.count + 2) * (Double(session.settings.timeoutMs) / 1000 + 1) + 30
        case .signal, .exitMethod:
            loop.signal()
            limit = 2
        case .twoSignals:
            loop.signal()
            loop.at(loop.now + session.dice.seconds(0...1)) { [loop] in loop.signal() }
            limit = 2
        case .outputCloses:
            loop.at(loop.now) { [unowned self] in
                loop.closeOutput()
                begunBeforeTheEnd = transport.records.count
            }
            limit = 0.1
        }
        let outcome = loop.run(for: limit)
        if outcome != .ended { ledger.blame("\(end) at \(leftAt.offset): \(outcome) and not ended \(limit) s later") }
        switch end {
        case .inputEnds: ledger.checkComplete()
        case .signal, .exitMethod: if !session.hostPauses, loop.hostReads { ledger.checkComplete() }
        case .twoSignals: break
        case .outputCloses:
            if transport.records.count > begunBeforeTheEnd { ledger.blame("a request was begun although nobody reads") }
        }
    }

    /// The server's own record of what is written. An addition keeps all who were there when it was carried out.
    private func carryOut(_ record: FakeTransport.Record) {
        guard record.verb == .put else { return }
        let engagement = Session.engagement(record.target)
        let before = contacts[engagement] ?? Session.firstContacts
        let body = record.body.split(separator: "[").last?.split(separator: "]").first ?? ""
        let after = body.split(separator: ",").map { $0.filter { $0 != "\"" } }
        if after.contains(Session.room) { ledger.blame("a calendar resource was sent as a contact") }
        if ledger.additions.contains(Session.number(of: record)), !Set(before).isSubset(of: after) {
            ledger.blame("\(Session.number(of: record)) dropped of \(before) whoever is not in \(after)")
        }
        contacts[engagement] = after
    }

    // MARK: What holds at every moment

    private func checkStart(_ record: FakeTransport.Record) {
        let number = Session.number(of: record)
        tell("=> \(number) \(record.verb) \(record.target)")
        if transport.runningCount >= session.settings.maxConnections { ledger.blame("more exchanges than connections") }
        guard record.verb == .put else { return }
        for other in transport.records.dropLast() where other.isRunning && other.target == record.target {
            if other.verb == .put { ledger.blame("two writes to \(record.target) at once") }
        }
        if number < lastStarted[record.target, default: 0] {
            ledger.blame("\(number) was written to \(record.target) after \(lastStarted[record.target, default: 0])")
        }
        lastStarted[record.target] = max(number, lastStarted[record.target, default: 0])
    }

    private func checkTurn() {
        if service.calls.inFlight > session.settings.maxInFlight {
            ledger.blame("\(service.calls.inFlight) calls in flight")
        }
        // One more frame than the limit, and what the calls in flight had already.
        let bound = Output.limit + session.settings.maxInFlight * 90_000 + 240_000
        if service.output.count > bound, service.ending == .none { ledger.blame("\(service.output.count) bytes wait") }
        // What could not be taken up at once has its time from later on.
        if service.intake.holdsFrames { ledger.forgetArrival(of: ledger.items.map(\.number)) }
        for call in service.calls.deadlines {
            let late = loop.now.seconds(since: call.deadline)
            if late > 0.1 + 2 * session.lateness, service.ending != .over {
                ledger.blame("\(call.id) is \(late) s over its deadline")
            }
        }
    }
}
