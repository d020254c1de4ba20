import Bytes
import HTTP
import Testing

@Suite struct AttemptOutcomeTests {
    /// An exchange as a transport leaves it.
    struct Ending: Sendable {
        var status = 0
        var sent = true
        var bytes = true
        var reused = false
        var failure: TransferFailure?
        var abandoned = false
        var usable = true
        var retryAfter: String?
    }

    static func outcome(_ ending: Ending, _ repeatability: Repeatability) -> AttemptOutcome {
        let exchange = Exchange(
            tag: 0, request: HTTPRequest(.get, target: ByteBuffer("/".utf8)), body: ByteBuffer(), connectTimeoutMs: 0)
        exchange.status = ending.status
        exchange.wasSent = ending.sent
        exchange.gotBytes = ending.bytes
        exchange.reusedConnection = ending.reused
        exchange.failure = ending.failure
        if let retryAfter = ending.retryAfter { withBytes(retryAfter) { exchange.note(.retryAfter, $0) } }
        return AttemptOutcome(
            exchange, wasAbandoned: ending.abandoned, repeatability: repeatability, bodyIsUsable: ending.usable,
            wallClock: 0)
    }

    static let noAnswer = AttemptOutcome.noAnswer(staleConnection: false)
    static let stale = AttemptOutcome.noAnswer(staleConnection: true)

    /// How it ended, then the outcome for a read and for a write.
    static let cases: [(Ending, AttemptOutcome, AttemptOutcome)] = [
        (Ending(sent: false, bytes: false, failure: .resolve), .unsent, .unsent),
        (Ending(sent: false, bytes: false, failure: .connect), .unsent, .unsent),
        (Ending(sent: false, bytes: false, failure: .proxy), .unsent, .unsent),
        (Ending(sent: false, bytes: false, failure: .connectTimeout), .unsent, .unsent),
        (Ending(sent: false, bytes: false, failure: .broken), .unsent, .unsent),
        (Ending(sent: false, bytes: false, abandoned: true), .unsent, .unsent),
        (Ending(sent: false, bytes: false, failure: .tls(reason: "x")), .tlsRefused, .tlsRefused),
        (Ending(bytes: false, failure: .tls(reason: "x")), noAnswer, noAnswer),
        (Ending(bytes: false, failure: .broken), noAnswer, noAnswer),
        (Ending(bytes: false, reused: true, failure: .broken), stale, stale),
        (Ending(bytes: true, reused: true, failure: .broken), noAnswer, noAnswer),
        (Ending(bytes: false, failure: .resend), stale, stale),
        (Ending(bytes: false, reused: true, abandoned: true), noAnswer, noAnswer),
        (Ending(status: 200), .status(200, retryAfter: nil), .status(200, retryAfter: nil)),
        (Ending(status: 204, retryAfter: "3"), .status(204, retryAfter: nil), .status(204, retryAfter: nil)),
        (Ending(status: 200, usable: false), .unusableBody, .unusableBody),
        (Ending(status: 200, failure: .encoding), .unusableBody, .unusableBody),
        (Ending(status: 200, failure: .broken), noAnswer, .unusableBody),
        (Ending(status: 200, abandoned: true), noAnswer, .unusableBody),
        (Ending(status: 100, failure: .broken), noAnswer, noAnswer),
        (Ending(status: 404), .status(404, retryAfter: nil), .status(404, retryAfter: nil)),
        (Ending(status: 404, failure: .broken), .status(404, retryAfter: nil), .status(404, retryAfter: nil)),
        (Ending(status: 500, failure: .encoding), .status(500, retryAfter: nil), .status(500, retryAfter: nil)),
        (Ending(status: 429, usable: false, retryAfter: "3"), .status(429, retryAfter: 3), .status(429, retryAfter: 3)),
        (Ending(status: 503, abandoned: true), .status(503, retryAfter: nil), .status(503, retryAfter: nil)),
        (Ending(status: 1_000), .status(1_000, retryAfter: nil), .status(1_000, retryAfter: nil)),
        (Ending(status: 200, failure: .tooLarge), .final, .final),
        (Ending(status: 200, failure: .headersTooLarge), .final, .final),
        (Ending(sent: false, failure: .local(reason: "memory")), .final, .final),
    ]

    @Test(arguments: cases.indices)
    func table(_ index: Int) {
        let (ending, read, write) = Self.cases[index]
        #expect(Self.outcome(ending, .read) == read)
        for kind in [Repeatability.replace, .create, .once] { #expect(Self.outcome(ending, kind) == write, "\(kind)") }
    }

    /// From the header fields to the wait, all random numbers 1.
    @Test(
        arguments: [
            ("3", nil, 3.3), ("-1", nil, 1), ("1.5", nil, 2.2), ("1, 2", nil, 1), ("soon", nil, 1),
            ("12345678901", nil, 1), ("Tue, 24 Nov 2026 09:00:10 GMT", "Tue, 24 Nov 2026 09:00:00 GMT", 11),
            ("Tue, 24 Nov 2026 09:00:10 GMT", "Tue, 24 Nov 2026 10:00:00 GMT", 1),
            ("Tue, 24 Nov 2026 09:00:10 GMT", "soon", nil),
        ] as [(String, String?, Double?)])
    func fromHeaderToWait(_ retryAfter: String, _ date: String?, _ wait: Double?) {
        // An hour before the server's clock.
        let wallClock = 1_795_510_800.0 - 3_600
        let exchange = Exchange(
            tag: 0, request: HTTPRequest(.get, target: ByteBuffer("/".utf8)), body: ByteBuffer(), connectTimeoutMs: 0)
        exchange.status = 429
        exchange.wasSent = true
        withBytes(retryAfter) { exchange.note(.retryAfter, $0) }
        if let date { withBytes(date) { exchange.note(.date, $0) } }
        var call = RetryProgress(.once, maxAttempts: 3)
        var budget = RetryBudget()
        let decision = RetryPolicy().decide(
            after: AttemptOutcome(exchange, repeatability: .once, bodyIsUsable: false, wallClock: wallClock),
            call: &call, remaining: 30, budget: &budget, random: { 1 })
        RetryPolicyTests.expect(
            decision, wait.map(RetryPolicyTests.wait) ?? .stop(.hintTooLong), "\(retryAfter)")
        #expect(budget.tokens == (wait == nil ? 500 : 495))
    }
}
