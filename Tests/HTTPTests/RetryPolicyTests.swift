import TestSupport
import Testing

@testable import HTTP

@Suite struct RetryPolicyTests {
    /// What a case expects after one attempt: the decision and the tokens left.
    struct Step: Sendable {
        let outcome: AttemptOutcome
        let decision: RetryDecision
        let tokens: Int
    }

    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        var repeatability = Repeatability.read
        var maxAttempts = 3
        var tokens = 500
        var cap = 20.0
        var remaining = 30.0
        let steps: [Step]
        var testDescription: String { name }
    }

    static func step(
        _ status: Int, after hint: Double? = nil, _ decision: RetryDecision, _ tokens: Int
    ) -> Step {
        Step(outcome: .status(status, retryAfter: hint), decision: decision, tokens: tokens)
    }

    static func wait(_ seconds: Double) -> RetryDecision { .retry(after: seconds, freshConnection: false) }

    /// Random numbers are all 1.
    static let vectors: [Vector] = [
        Vector(
            name: "recovers",
            steps: [step(500, wait(0.25), 486), step(502, wait(0.5), 472), step(200, .stop(.answered), 486)]),
        Vector(
            name: "gives up",
            steps: [step(500, wait(0.25), 486), step(500, wait(0.5), 472), step(500, .stop(.attempts), 472)]),
        Vector(name: "throttle", steps: [step(429, wait(1), 495), step(200, .stop(.answered), 500)]),
        Vector(name: "throttle told", steps: [step(429, after: 3, wait(3.3), 495), step(200, .stop(.answered), 500)]),
        Vector(name: "throttle told 0", steps: [step(429, after: 0, wait(1), 495)]),
        Vector(name: "throttle told 60", remaining: 100, steps: [step(429, after: 60, wait(61), 495)]),
        Vector(name: "told too long", steps: [step(429, after: 61, .stop(.hintTooLong), 500)]),
        Vector(name: "told for ever", steps: [step(503, after: .infinity, .stop(.hintTooLong), 500)]),
        Vector(name: "told past deadline", remaining: 2, steps: [step(429, after: 5, .stop(.deadline), 500)]),
        Vector(name: "one batch left", tokens: 14, steps: [step(500, wait(0.25), 0), step(500, .stop(.budget), 0)]),
        Vector(name: "empty", tokens: 13, steps: [step(500, .stop(.budget), 13)]),
        Vector(name: "empty, but for a throttle", tokens: 13, steps: [step(429, wait(1), 8)]),
        Vector(
            name: "stale connection",
            steps: [
                Step(outcome: .noAnswer(staleConnection: true), decision: .immediate, tokens: 500),
                step(200, .stop(.answered), 500),
            ]),
        Vector(
            name: "stale connection, budget empty", tokens: 0,
            steps: [
                Step(outcome: .noAnswer(staleConnection: true), decision: .immediate, tokens: 0),
                step(200, .stop(.answered), 1),
            ]),
        Vector(
            name: "stale twice",
            steps: [
                Step(outcome: .noAnswer(staleConnection: true), decision: .immediate, tokens: 500),
                Step(
                    outcome: .noAnswer(staleConnection: true), decision: .retry(after: 0.25, freshConnection: true),
                    tokens: 486),
                step(500, .stop(.attempts), 486),
            ]),
        Vector(
            name: "stale, one attempt allowed", maxAttempts: 1,
            steps: [Step(outcome: .noAnswer(staleConnection: true), decision: .stop(.attempts), tokens: 500)]),
        Vector(
            name: "stale at the deadline", remaining: 0.049,
            steps: [Step(outcome: .noAnswer(staleConnection: true), decision: .stop(.deadline), tokens: 500)]),
        Vector(
            name: "five attempts, cap 0.5", maxAttempts: 5, cap: 0.5,
            steps: [
                step(500, wait(0.25), 486), step(500, wait(0.5), 472), step(500, wait(0.5), 458),
                step(500, wait(0.5), 444), step(500, .stop(.attempts), 444),
            ]),
        Vector(name: "one attempt", maxAttempts: 1, steps: [step(500, .stop(.attempts), 500)]),
        Vector(name: "first try", tokens: 10, steps: [step(200, .stop(.answered), 11)]),
        Vector(name: "503 told is a throttle", steps: [step(503, after: 2, wait(2.2), 495)]),
        Vector(name: "500 told waits so long", steps: [step(500, after: 2, wait(2.2), 486)]),
        Vector(name: "just in time", remaining: 0.3, steps: [step(500, wait(0.25), 486)]),
        Vector(name: "just too late", remaining: 0.299, steps: [step(500, .stop(.deadline), 500)]),
        Vector(name: "hint no number", steps: [step(429, after: .nan, wait(1), 495)]),
        Vector(name: "hint negative", steps: [step(429, after: -1, wait(1), 495)]),
        Vector(
            name: "unusable body, once",
            steps: [
                Step(outcome: .unusableBody, decision: wait(0.25), tokens: 486),
                Step(outcome: .unusableBody, decision: .stop(.final), tokens: 486),
            ]),
        Vector(
            name: "refused after a retry gives nothing back",
            steps: [step(500, wait(0.25), 486), step(404, .stop(.final), 486)]),
    ]

    @Test(arguments: vectors)
    func golden(_ vector: Vector) {
        var policy = RetryPolicy()
        policy.longestWait = vector.cap
        var call = RetryProgress(vector.repeatability, maxAttempts: vector.maxAttempts)
        var budget = RetryBudget(tokens: vector.tokens)
        for (index, step) in vector.steps.enumerated() {
            let decision = policy.decide(
                after: step.outcome, call: &call, remaining: vector.remaining, budget: &budget, random: { 1 })
            Self.expect(decision, step.decision, "step \(index)")
            #expect(budget.tokens == step.tokens, "step \(index)")
        }
        #expect(call.finished == vector.steps.count)
    }

    /// Equal but for the last bits of the wait.
    static func expect(_ decision: RetryDecision, _ expected: RetryDecision, _ comment: Comment) {
        if case .retry(let wait, let fresh) = decision, case .retry(let otherWait, let otherFresh) = expected {
            #expect(abs(wait - otherWait) < 1e-9 && fresh == otherFresh, comment)
        } else {
            #expect(decision == expected, comment)
        }
    }

    /// One row of the eligibility table: what follows for a read, a replacement, a create and any other write.
    struct Row: Sendable {
        let outcome: AttemptOutcome
        let allowed: [Bool]
        var cost = 14
        var fresh = false
    }

    static let always = [true, true, true, true]
    static let repeatable = [true, true, true, false]
    static let never = [false, false, false, false]

    static let rows: [Row] =
        [
            Row(outcome: .unsent, allowed: always, cost: 0),
            Row(outcome: .tlsRefused, allowed: never),
            Row(outcome: .noAnswer(staleConnection: false), allowed: repeatable, fresh: true),
            Row(outcome: .status(408, retryAfter: nil), allowed: repeatable, fresh: true),
            Row(outcome: .status(429, retryAfter: nil), allowed: always, cost: 5),
            Row(outcome: .status(429, retryAfter: 1), allowed: always, cost: 5),
            Row(outcome: .status(503, retryAfter: 1), allowed: repeatable, cost: 5),
            Row(outcome: .unusableBody, allowed: [true, false, false, false]),
            Row(outcome: .final, allowed: never),
        ]
        + [500, 502, 503, 504, 520, 521, 522, 523, 524, 529, 530].map {
            Row(outcome: .status($0, retryAfter: nil), allowed: repeatable)
        }
        + [
            425, 501, 505, 506, 507, 508, 510, 511, 525, 599, 400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422,
            428, 431, 451, 301, 302, 303, 304, 307, 308, 0, 99, 101, 600, 1000, -1, Int.max, Int.min,
        ].flatMap { status in
            [nil, 1].map { Row(outcome: .status(status, retryAfter: $0), allowed: never) }
        }

    @Test(arguments: rows)
    func eligibility(_ row: Row) {
        let kinds: [Repeatability] = [.read, .replace, .create, .once]
        for (kind, allowed) in zip(kinds, row.allowed) {
            var call = RetryProgress(kind, maxAttempts: 3)
            var budget = RetryBudget()
            let decision = RetryPolicy().decide(
                after: row.outcome, call: &call, remaining: 30, budget: &budget, random: { 0.5 })
            if case .retry(_, let fresh) = decision {
                #expect(allowed && fresh == row.fresh, "\(kind)")
            } else {
                #expect(!allowed, "\(kind)")
                let mayWork = row.allowed[0] && row.outcome != .unusableBody
                #expect(decision == .stop(mayWork ? .notRepeatable : .final), "\(kind)")
            }
            #expect(budget.tokens == (allowed ? 500 - row.cost : 500), "\(kind)")
        }
    }

    /// Free retries are few: a server that answers once on every connection and then drops it would have one per call.
    @Test func immediateRetriesRunOutAndComeBack() {
        var budget = RetryBudget()
        func decide() -> RetryDecision {
            var call = RetryProgress(.replace, maxAttempts: 3)
            return RetryPolicy().decide(
                after: .noAnswer(staleConnection: true), call: &call, remaining: 30, budget: &budget, random: { 0.5 })
        }
        for _ in 0..<64 { #expect(decide() == .immediate) }
        #expect(budget.tokens == 500 && budget.immediate == 0)
        #expect(decide() == .retry(after: 0.125, freshConnection: true))
        #expect(budget.tokens == 486)
        budget.succeeded(after: nil)
        #expect(decide() == .immediate && budget.immediate == 0)
        for _ in 0..<100 { budget.succeeded(after: nil) }
        #expect(budget.immediate == 64)
    }

    @Test(arguments: [Repeatability.read, .replace, .create, .once])
    func immediateRetryOnlyForRepeatable(_ kind: Repeatability) {
        var call = RetryProgress(kind, maxAttempts: 3)
        var budget = RetryBudget()
        let decision = RetryPolicy().decide(
            after: .noAnswer(staleConnection: true), call: &call, remaining: 30, budget: &budget, random: { 0.5 })
        #expect(decision == (kind == .once ? .stop(.notRepeatable) : .immediate))
        #expect(call.usedImmediate == (kind != .once))
    }

    @Test(arguments: [
        // finished, max attempts, remaining, first byte of a read, connect
        (0, 3, 30, 15, 5), (1, 3, 15, 7.5, 5), (2, 3, 7, 7, 5), (0, 1, 30, 30, 5), (0, 3, 1.5, 1, 1),
        (0, 3, 0.8, 0.8, 0.8), (0, 3, 0.05, 0.05, 0.05), (0, 2, 8, 4, 4), (9, 3, 8, 8, 5),
    ])
    func firstByte(_ finished: Int, _ maxAttempts: Int, _ remaining: Double, _ limit: Double, _ connect: Double) {
        var call = RetryProgress(.read, maxAttempts: maxAttempts)
        var budget = RetryBudget()
        for _ in 0..<finished {
            _ = RetryPolicy().decide(
                after: .noAnswer(staleConnection: false), call: &call, remaining: 30, budget: &budget, random: { 0 })
        }
        #expect(RetryPolicy().firstByteLimit(call, remaining: remaining) == limit)
        #expect(
            RetryPolicy().firstByteLimit(call, remaining: remaining).map(RetryPolicy().connectLimit(firstByte:))
                == connect)
    }

    @Test func firstByteOfCreateAndTooLate() {
        let create = RetryProgress(.create, maxAttempts: 3)
        #expect(RetryPolicy().firstByteLimit(create, remaining: 30) == 30)
        #expect(RetryPolicy().connectLimit(firstByte: 30) == 5)
        // Nothing can follow what may not be repeated.
        #expect(RetryPolicy().firstByteLimit(RetryProgress(.once, maxAttempts: 3), remaining: 30) == 30)
        for remaining in [0.0499, 0, -1, .nan] {
            #expect(RetryPolicy().firstByteLimit(create, remaining: remaining) == nil)
        }
    }

    /// What never left costs nothing and is no attempt: four waits, within 8 s of the first try.
    @Test(arguments: Repeatability.allCases)
    func triesThatSentNothing(_ kind: Repeatability) {
        var call = RetryProgress(kind, maxAttempts: 2)
        var budget = RetryBudget(tokens: 0)
        func decide(_ outcome: AttemptOutcome, trying: Double, remaining: Double = 30) -> RetryDecision {
            RetryPolicy().decide(
                after: outcome, call: &call, remaining: remaining, trying: trying, budget: &budget, random: { 0 })
        }
        for wait in [0.25, 0.5, 1, 2] { #expect(decide(.unsent, trying: 0) == Self.wait(wait)) }
        #expect(call.finished == 0 && call.unsent == 4)
        #expect(decide(.unsent, trying: 0) == .stop(.attempts))
        call = RetryProgress(kind, maxAttempts: 2)
        #expect(decide(.unsent, trying: 7.75) == Self.wait(0.25))
        #expect(decide(.unsent, trying: 7.75) == .stop(.attempts), "later than 8 s after the first")
        call = RetryProgress(kind, maxAttempts: 2)
        #expect(decide(.unsent, trying: 0, remaining: 0.29) == .stop(.deadline))
        // One attempt is the switch for every retry.
        call = RetryProgress(kind, maxAttempts: 1)
        #expect(decide(.unsent, trying: 0) == .stop(.attempts))
        // The attempts are all there when something has left at last.
        (call, budget) = (RetryProgress(kind, maxAttempts: 2), RetryBudget())
        _ = decide(.unsent, trying: 0)
        #expect(decide(.status(429, retryAfter: nil), trying: 0) == Self.wait(0))
        #expect(decide(.status(429, retryAfter: nil), trying: 0) == .stop(.attempts))
    }

    static let anyOutcome: [AttemptOutcome] = rows.map(\.outcome) + [.noAnswer(staleConnection: true)]

    /// Whatever comes, no call passes its attempts, no wait its bounds, and the budget stays within 0...500.
    @Test(arguments: 1...20)
    func bounds(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var budget = RetryBudget(tokens: Int.random(in: -10...600, using: &generator))
        for _ in 0..<500 {
            let maxAttempts = Int.random(in: 0...6, using: &generator)
            let kind = Repeatability.allCases.randomElement(using: &generator) ?? .read
            var call = RetryProgress(kind, maxAttempts: maxAttempts)
            var waits = 0.0
            attempts: while true {
                var outcome = Self.anyOutcome.randomElement(using: &generator) ?? .unsent
                if case .status(let status, _) = outcome, Bool.random(using: &generator) {
                    outcome = .status(status, retryAfter: generator.uniform() * 70)
                }
                let remaining = generator.uniform() * 40 - 1
                let decision = RetryPolicy().decide(
                    after: outcome, call: &call, remaining: remaining, budget: &budget,
                    random: { generator.uniform() })
                #expect((0...500).contains(budget.tokens))
                switch decision {
                case .stop: break attempts
                case .immediate: #expect(remaining >= 0.05)
                case .retry(let wait, _):
                    #expect(wait >= 0 && wait <= remaining - 0.05)
                    if case .status(_, let hint?) = outcome {
                        #expect(wait >= hint && wait <= max(hint, 20) + 1)
                    } else {
                        waits += wait
                    }
                }
            }
            #expect(call.finished <= max(1, maxAttempts))
            #expect(kind != .once || !call.usedImmediate)
            // Doubling from at most one second each; and the waits after tries that sent nothing.
            #expect(waits <= Double(1 << max(0, maxAttempts)) + 4.2)
        }
    }

    /// 200 calls into an outage make at most 300 requests, whichever outage and whichever order the attempts end in.
    @Test(
        arguments: 1...10,
        [
            AttemptOutcome.status(500, retryAfter: nil), .noAnswer(staleConnection: false),
            .status(408, retryAfter: nil), .noAnswer(staleConnection: true),
        ])
    func outage(_ seed: Int, _ outcome: AttemptOutcome) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var budget = RetryBudget()
        var running = (0..<200).map { _ in RetryProgress(.read, maxAttempts: 3) }
        // As many connections as the pool holds can be stale, no more.
        var staleConnections = outcome == .noAnswer(staleConnection: true) ? 16 : 0
        var requests = 0
        while !running.isEmpty {
            let index = Int.random(in: running.indices, using: &generator)
            var thisOutcome = outcome
            if case .noAnswer(true) = outcome {
                thisOutcome = .noAnswer(staleConnection: staleConnections > 0)
                staleConnections -= 1
            }
            requests += 1
            let decision = RetryPolicy().decide(
                after: thisOutcome, call: &running[index], remaining: 30, budget: &budget,
                random: { generator.uniform() })
            if case .stop = decision { running.remove(at: index) }
        }
        #expect(requests <= 200 + 35 + 16)
        #expect(budget.timesEmpty >= 130)
    }

    /// With three in ten attempts failing for ever, retries stay few and calls go on.
    @Test func flapping() {
        var generator = SeededGenerator(seed: 7)
        var budget = RetryBudget()
        var requests = 0
        for _ in 0..<20_000 {
            var call = RetryProgress(.read, maxAttempts: 3)
            attempts: while true {
                requests += 1
                let status = generator.uniform() < 0.3 ? 503 : 200
                let decision = RetryPolicy().decide(
                    after: .status(status, retryAfter: nil), call: &call, remaining: 30, budget: &budget,
                    random: { generator.uniform() })
                if case .stop = decision { break attempts }
            }
        }
        #expect(requests <= 30_000)
    }

    @Test func budget() {
        var budget = RetryBudget(tokens: 20)
        #expect(budget.take(.transient) && budget.tokens == 6)
        let second = budget.take(.transient)
        #expect(!second && budget.tokens == 6 && budget.timesEmpty == 1)
        #expect(budget.take(.throttle) && budget.tokens == 1)
        budget.succeeded(after: .transient)
        budget.succeeded(after: nil)
        #expect(budget.tokens == 16)
        budget = RetryBudget(tokens: 490)
        budget.succeeded(after: .transient)
        #expect(budget.tokens == 500 && RetryBudget(tokens: 501).tokens == 500 && RetryBudget(tokens: -1).tokens == 0)
    }
}
