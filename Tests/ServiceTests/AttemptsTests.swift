import Bytes
import HTTP
import JSONRPC
import Testing

@testable import Service

/// Requests without the calls around them: who has the buffer, who has the evidence, and what can't be.
@Suite struct AttemptsTests {
    private final class Client: AttemptsClient {
        var ends: [(slot: Int, outcome: Outcome, evidence: WriteEvidence)] = []
        var pauses: [Int] = []
        var evidenceAtFailures: [Int] = []

        func ended(_ slot: Int, _ outcome: Outcome, evidence: WriteEvidence, at now: Instant) {
            ends.append((slot, outcome, evidence))
        }

        func paused(_ slot: Int, after failure: RPCFailure?, attempts: Int, until next: Instant, now: Instant) {
            pauses.append(attempts)
        }

        func failure(
            _ slot: Int, of exchange: Exchange, wasAbandoned: Bool, evidence: WriteEvidence, wallClock: Double
        ) -> RPCFailure {
            evidenceAtFailures.append(evidence.attempts)
            return RPCFailure(.network, "\(exchange.status)")
        }
    }

    /// Attempts over a transport whose fates are taken in order, the last one for ever.
    private final class Room {
        let transport: FakeTransport
        let client = Client()
        let attempts: Attempts
        private(set) var now = Instant.start

        init(_ fates: [Fate], maxRunning: Int = 4, prepare: @escaping () -> TokenAnswer = { .ready }) {
            var fates = fates
            transport = FakeTransport { _ in fates.count > 1 ? fates.removeFirst() : fates[0] }
            let surroundings = ServiceSurroundings(
                random: { 0.5 }, wallClock: { 0 }, prepare: prepare, refreshToken: { .failed("") },
                log: Logger(level: .error, format: .text) { _ in })
            attempts = Attempts(surroundings: surroundings, transport: transport, maxRunning: maxRunning, rate: nil)
            attempts.report(to: client)
            _ = attempts.prepare()
        }

        @discardableResult
        func send(
            _ slot: Int, _ verb: HTTPVerb = .get, _ text: String = "head", isChecked: Bool = false
        ) -> ByteBuffer {
            let buffer = ByteBuffer(text.utf8)
            let target = ByteBuffer("/v2/engagements/ngmt_\(slot)".utf8)
            let repeatability = verb == .get ? Repeatability.read : .replace
            let request = APIRequest(verb, target: target, repeatability, about: nil)
            attempts.send(
                slot, request, into: buffer, deadline: now + 30, maxAttempts: 3, isChecked: isChecked, at: now)
            attempts.startReady(at: now)
            return buffer
        }

        func run(_ seconds: Double) {
            let end = now + seconds
            while now < end {
                now = min(end, [transport.nextEvent, attempts.nextWake].compactMap(\.self).min() ?? end)
                for exchange in transport.advance(now) { attempts.finished(exchange, at: now) }
                attempts.serveTimers(at: now)
                attempts.startReady(at: now)
            }
        }
    }

    /// One buffer goes through all attempts, and comes back in the last one's exchange behind its head.
    @Test func theBufferIsHandedOn() throws {
        let room = Room([.answer(500, "no"), .answer(503, "nor now"), .answer(200, "[1]")])
        let buffer = room.send(0)
        room.run(5)
        let bodies = room.transport.records.map(\.exchange.body)
        #expect(bodies.count == 3 && bodies.allSatisfy { $0 === buffer })
        guard case .answered(let exchange) = try #require(room.client.ends.first).outcome else {
            Issue.record("\(room.client.ends)")
            return
        }
        #expect(exchange.body === buffer && buffer.bytes.text == "head[1]" && exchange.headroom == 4)
    }

    /// What an outcome or a failure tells with it counts the attempt that it is about.
    @Test func evidenceComesWithTheOutcome() {
        let room = Room([.broken(), .answer(200)])
        room.send(0, .put)
        room.run(5)
        #expect(room.client.evidenceAtFailures == [1] && room.client.pauses == [1])
        #expect(room.client.ends.map(\.evidence.attempts) == [2] && room.client.ends.map(\.evidence.applied) == [.yes])
    }

    /// What makes a checked request outdated is a refusal or the gate, and neither a token, a network nor a write that
    /// may have been made. The retry that was paid for is paid back.
    @Test(arguments: ["429", "401", "unsent", "503"]) func onlyAThrottleMakesItOutdated(why: String) {
        let fates: [String: Fate] = [
            "429": .answer(429, "{}", [(.retryAfter, "4")]), "401": .answer(401), "unsent": .unsent(.connect),
            "503": .answer(503, "{}", [(.retryAfter, "4")]),
        ]
        var token = TokenAnswer.ready
        let first = fates[why] ?? .silence
        let room = Room(why == "unsent" ? [first, first, first, first, .answer(200)] : [first, .answer(200)]) { token }
        room.send(0, .put, isChecked: true)
        token = .awaited
        room.run(5)
        token = .ready
        room.attempts.tokenArrived(at: room.now)
        room.run(10)
        let ends = room.client.ends.map(\.outcome)
        #expect(ends.count == 1 && ends.first?.isOutdated == (why == "429"), "\(ends)")
        if why == "429" { #expect(room.attempts.counts.budget.tokens == RetryBudget.capacity) }
    }

    /// In each phase: the evidence is returned, nothing is reported, and the slot's next request is none the wiser.
    @Test(arguments: ["waits for a token", "waits for a connection", "waits at the gate", "runs", "backs off"])
    func givingUpReturnsTheEvidence(phase: String) {
        let fates: [String: [Fate]] = [
            "runs": [.silence, .answer(200)], "backs off": [.broken(), .answer(200)],
            "waits at the gate": [.answer(429, "{}", [(.retryAfter, "5")]), .answer(200)],
        ]
        var token = phase == "waits for a token" ? TokenAnswer.awaited : .ready
        let room = Room(fates[phase] ?? [.answer(200)], maxRunning: phase == "waits for a connection" ? 0 : 4) { token }
        if phase == "waits at the gate" {
            room.send(1)
            room.run(0.05)
        }
        room.send(0, .put)
        room.run(0.05)
        let wasSent = phase == "runs" || phase == "backs off"
        #expect(room.transport.records.count { $0.verb == .put } == (wasSent ? 1 : 0))
        let evidence = room.attempts.giveUp(0)
        #expect(evidence.attempts == (wasSent ? 1 : 0) && evidence.applied == (wasSent ? .unknown : .no))
        #expect(room.attempts.giveUp(0).attempts == 0 && room.attempts.giveUp(99).attempts == 0, "nothing is there")
        token = .ready
        room.attempts.tokenArrived(at: room.now)
        room.run(20)
        #expect(!room.client.ends.contains { $0.slot == 0 } && room.transport.runningCount == 0)
        room.send(0)
        room.run(20)
        let ends = room.client.ends.filter { $0.slot == 0 }
        #expect(ends.map(\.evidence.attempts) == (phase == "waits for a connection" ? [] : [1]))
    }

    /// A slot has one request: an earlier one is given up, and nothing of it reaches the later one.
    @Test func aSecondRequestInASlotTakesTheFirstOnesPlace() {
        let room = Room([.answer(500, after: 0.5), .answer(200, after: 1)])
        room.send(0)
        room.run(0.1)
        room.send(0)
        #expect(room.transport.runningCount == 1)
        room.run(5)
        #expect(room.client.ends.map(\.evidence.attempts) == [1] && room.client.evidenceAtFailures.isEmpty)
    }

    /// An exchange that no slot has is nobody's, and so is one that was given up when its end was on the way.
    @Test func anExchangeOfNobodyChangesNothing() {
        let room = Room([.silence])
        room.send(0)
        let exchange = room.transport.records[0].exchange
        _ = room.attempts.giveUp(0)
        room.send(0)
        room.attempts.finished(exchange, at: room.now)
        let stranger = Exchange(tag: 7, request: exchange.request, body: ByteBuffer(), connectTimeoutMs: 0)
        room.attempts.finished(stranger, at: room.now)
        #expect(room.client.ends.isEmpty && room.transport.runningCount == 1)
    }
}
