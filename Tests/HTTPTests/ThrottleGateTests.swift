import TestSupport
import Testing

@testable import HTTP

@Suite struct ThrottleGateTests {
    static let start = Instant(nanoseconds: 1_000_000_000_000)

    static func at(_ seconds: Double) -> Instant { start + seconds }

    static func shut(for seconds: Double, at instant: Instant = start) -> ThrottleGate {
        var gate = ThrottleGate()
        _ = gate.answered(isThrottle: true, retryAfter: seconds, now: instant)
        return gate
    }

    @Test func openLetsAllPass() {
        var gate = ThrottleGate()
        for _ in 0..<3 { #expect(gate.admit(deadline: Self.at(1), now: Self.start, share: 0.5) == .pass) }
        let wakes = gate.answered(isThrottle: false, now: Self.start)
        #expect(!wakes && gate.isOpen)
    }

    @Test(arguments: [nil, 0, -1, .nan] as [Double?])
    func throttleWithoutHintDoesNotShut(_ hint: Double?) {
        var gate = ThrottleGate()
        let wakes = gate.answered(isThrottle: true, retryAfter: hint, now: Self.start)
        #expect(!wakes && gate.isOpen)
    }

    @Test func deadlineBeforeOpeningFailsAtOnce() {
        var gate = Self.shut(for: 3)
        #expect(gate.admit(deadline: Self.at(2.999), now: Self.at(1), share: 0) == .refuse(retryAfterMs: 2_000))
        #expect(gate.admit(deadline: Self.at(2), now: Self.at(1.9995), share: 0) == .refuse(retryAfterMs: 1_001))
        #expect(gate.admit(deadline: Self.at(3), now: Self.at(1), share: 0) == .wait(until: Self.at(3)))
    }

    @Test(arguments: [61, 3_600, 99_999_999, .infinity])
    func neverLongerThanAMinute(_ hint: Double) {
        var gate = Self.shut(for: hint)
        #expect(gate.admit(deadline: Self.at(1_000), now: Self.start, share: 0) == .wait(until: Self.at(60)))
        #expect(gate.admit(deadline: Self.at(1_000), now: Self.at(60), share: 0) == .probe)
    }

    @Test func neverOpensEarlier() {
        var gate = Self.shut(for: 10)
        for hint in [1.0, 5, nil] {
            let wakes = gate.answered(isThrottle: true, retryAfter: hint, now: Self.at(1))
            #expect(!wakes)
            #expect(gate.admit(deadline: Self.at(99), now: Self.at(1), share: 0) == .wait(until: Self.at(10)))
        }
        // An answer that was on its way when the gate shut opens nothing.
        let wakes = gate.answered(isThrottle: false, now: Self.at(1))
        #expect(!wakes)
        #expect(gate.admit(deadline: Self.at(99), now: Self.at(1), share: 0) == .wait(until: Self.at(10)))
        let moved = gate.answered(isThrottle: true, retryAfter: 20, now: Self.at(2))
        #expect(moved, "those whose time is over before the new opening are to fail now")
        #expect(gate.admit(deadline: Self.at(99), now: Self.at(3), share: 0) == .wait(until: Self.at(22)))
    }

    @Test func probeFirstThenTheOthersSpread() {
        var gate = Self.shut(for: 5)
        #expect(gate.admit(deadline: Self.at(30), now: Self.at(5), share: 0.9) == .probe)
        #expect(gate.admit(deadline: Self.at(30), now: Self.at(5), share: 0.5) == .wait(until: Self.at(5.25)))
        let wakes = gate.answered(isThrottle: false, now: Self.at(5.1))
        #expect(wakes)
        // A tenth of 5 s, half of it for a share of a half.
        #expect(gate.admit(deadline: Self.at(30), now: Self.at(5.1), share: 0.5) == .wait(until: Self.at(5.1) + 0.25))
        #expect(gate.admit(deadline: Self.at(30), now: Self.at(5.1), share: 0) == .pass)
        #expect(gate.admit(deadline: Self.at(30), now: Self.at(5.1) + 0.25, share: 0.5) == .pass)
        #expect(!gate.isOpen)
        #expect(gate.admit(deadline: Self.at(30), now: Self.at(5.1) + 0.5, share: 0.99) == .pass)
        #expect(gate.isOpen)
        let again = gate.answered(isThrottle: false, now: Self.at(6))
        #expect(!again)
    }

    @Test func silentProbeHoldsTheOthersAQuarterSecond() {
        var gate = Self.shut(for: 60)
        #expect(gate.admit(deadline: Self.at(99), now: Self.at(60), share: 0) == .probe)
        let release = Self.at(60) + 0.25
        #expect(gate.admit(deadline: Self.at(99), now: Self.at(60.2), share: 0.5) == .wait(until: release))
        #expect(gate.admit(deadline: Self.at(99), now: release, share: 0.5) == .wait(until: release + 0.5))
        #expect(gate.admit(deadline: Self.at(99), now: release, share: 0) == .pass)
        // The probe's answer comes late and changes nothing.
        let wakes = gate.answered(isThrottle: false, now: Self.at(60.4))
        #expect(!wakes)
        #expect(gate.admit(deadline: Self.at(99), now: Self.at(60.4), share: 0.5) == .wait(until: release + 0.5))
    }

    @Test(arguments: [(2.0, 2.0), (nil, 1.0), (0, 1.0)] as [(Double?, Double)])
    func throttledProbeShutsAgain(_ hint: Double?, _ pause: Double) {
        var gate = Self.shut(for: 5)
        #expect(gate.admit(deadline: Self.at(30), now: Self.at(5), share: 0) == .probe)
        let wakes = gate.answered(isThrottle: true, retryAfter: hint, now: Self.at(5.1))
        #expect(wakes)
        let opening = Self.at(5.1) + pause
        #expect(gate.admit(deadline: Self.at(30), now: Self.at(5.1), share: 0) == .wait(until: opening))
        #expect(
            gate.admit(deadline: Self.at(6), now: Self.at(5.1), share: 0) == .refuse(retryAfterMs: Int(pause * 1_000)))
        #expect(gate.admit(deadline: Self.at(30), now: opening, share: 0) == .probe)
        #expect(gate.admit(deadline: Self.at(30), now: opening, share: 0) == .wait(until: opening + 0.25))
    }

    @Test func throttledFollowerShutsAgain() {
        var gate = Self.shut(for: 10)
        #expect(gate.admit(deadline: Self.at(30), now: Self.at(10), share: 0) == .probe)
        _ = gate.answered(isThrottle: false, now: Self.at(10.1))
        _ = gate.answered(isThrottle: true, retryAfter: 2, now: Self.at(10.2))
        #expect(gate.admit(deadline: Self.at(30), now: Self.at(10.2), share: 0) == .wait(until: Self.at(10.2) + 2))
    }

    @Test func followersWithLittleTimeAreNotHeldPastIt() {
        var gate = Self.shut(for: 60)
        #expect(gate.admit(deadline: Self.at(99), now: Self.at(60), share: 0) == .probe)
        _ = gate.answered(isThrottle: false, now: Self.at(60))
        let admission = gate.admit(deadline: Self.at(60.4), now: Self.at(60), share: 1)
        #expect(admission == .wait(until: Self.at(60) + Self.at(60.4).seconds(since: Self.at(60)) / 2))
        #expect(gate.admit(deadline: Self.at(60), now: Self.at(60), share: 1) == .pass)
    }

    /// A world of calls, one server and one clock that jumps from event to event.
    struct World {
        var gate = ThrottleGate()
        var generator: SeededGenerator
        var departures: [Instant] = []
        var refused = 0

        /// Runs calls that all ask at `shutAt`, with the answers that `server` gives, each 20 ms after its request.
        mutating func run(
            calls: [Instant], from begin: Instant, server: (Int) -> (isThrottle: Bool, retryAfter: Double?)
        ) {
            var waiting = calls.map { (deadline: $0, share: generator.uniform(), wake: begin) }
            var answers: [(at: Instant, isThrottle: Bool, retryAfter: Double?)] = []
            var steps = 0
            while !waiting.isEmpty, steps < 100_000 {
                steps += 1
                let nextWake = waiting.indices.min { waiting[$0].wake < waiting[$1].wake } ?? 0
                let nextAnswer = answers.indices.min { answers[$0].at < answers[$1].at }
                if let nextAnswer, answers[nextAnswer].at <= waiting[nextWake].wake {
                    let answer = answers.remove(at: nextAnswer)
                    let wakes = gate.answered(
                        isThrottle: answer.isThrottle, retryAfter: answer.retryAfter, now: answer.at)
                    if wakes { for index in waiting.indices { waiting[index].wake = answer.at } }
                    continue
                }
                let call = waiting[nextWake]
                switch gate.admit(deadline: call.deadline, now: call.wake, share: call.share) {
                case .pass, .probe:
                    let answer = server(departures.count)
                    departures.append(call.wake)
                    answers.append((call.wake + 0.02, answer.isThrottle, answer.retryAfter))
                    waiting.remove(at: nextWake)
                case .wait(let until):
                    #expect(until > call.wake, "a wait has to end later")
                    waiting[nextWake].wake = until
                case .refuse:
                    refused += 1
                    waiting.remove(at: nextWake)
                }
            }
            #expect(waiting.isEmpty, "nobody waits for ever")
        }
    }

    @Test(arguments: 1...10)
    func noHerd(_ seed: Int) {
        var world = World(generator: SeededGenerator(seed: UInt64(seed)))
        world.gate = Self.shut(for: 10)
        let deadlines = (0..<64).map { Self.at($0 < 4 ? 9 : 30) }
        world.run(calls: deadlines, from: Self.at(1)) { _ in (false, nil) }
        #expect(world.refused == 4 && world.departures.count == 60)
        let offsets = world.departures.map { $0.seconds(since: Self.at(10)) }
        #expect(offsets[0] == 0)
        #expect(offsets.dropFirst().allSatisfy { $0 >= 0.02 && $0 <= 1.02 })
        let bursts = Dictionary(grouping: offsets.dropFirst()) { Int($0 * 100) }.values.map(\.count)
        #expect((bursts.max() ?? 0) <= 8, "of 59 calls, in 10 ms")
    }

    @Test func fourThrottledProbes() {
        var world = World(generator: SeededGenerator(seed: 3))
        world.gate = Self.shut(for: 2)
        world.run(calls: (0..<20).map { _ in Self.at(30) }, from: Self.start) { ($0 < 4, $0 < 4 ? 2 : nil) }
        #expect(world.departures.count == 20)
        let offsets = world.departures.map { $0.seconds(since: Self.start) }
        for probe in 0..<5 { #expect(abs(offsets[probe] - 2.02 * Double(probe) - 2) < 1e-6) }
        #expect(offsets[5] >= offsets[4] + 0.02)
    }

    /// A server that throttles for ever gets one request at each opening, and every call ends.
    @Test func throttledForEver() {
        var world = World(generator: SeededGenerator(seed: 4))
        world.gate = Self.shut(for: 5)
        world.run(calls: (0..<50).map { Self.at(Double($0)) }, from: Self.start) { _ in (true, 5) }
        #expect(world.departures.count + world.refused == 50)
        #expect(world.departures.count <= 10)
    }

    @Test(arguments: 1...20)
    func neverStuck(_ seed: Int) {
        var world = World(generator: SeededGenerator(seed: UInt64(seed)))
        var chance = SeededGenerator(seed: UInt64(seed) &* 77)
        world.gate = Self.shut(for: chance.uniform() * 80)
        let deadlines = (0..<100).map { _ in Self.at(chance.uniform() * 120) }
        world.run(calls: deadlines, from: Self.start) { _ in
            chance.uniform() < 0.3
                ? (true, Bool.random(using: &chance) ? chance.uniform() * 10 : nil) : (false, nil)
        }
        #expect(world.departures.count + world.refused == 100)
    }
}
