import HTTP
import JSONRPC

/// One request through all its phases: its time, and what its attempts so far mean for the next one and for the end.
struct AttemptCourse {
    /// A failure is large and rare; `indirect` keeps a course cheap to copy.
    private enum LastFailure {
        case none
        indirect case some(RPCFailure)
    }

    let request: APIRequest
    /// When the request must be over.
    let deadline: Instant
    /// Whether it can be outdated.
    private let isChecked: Bool
    /// When the API or the gate first told it to wait.
    private var pausedSince: Instant?
    private var progress: RetryProgress
    private var gathered = WriteEvidence()
    private var failure = LastFailure.none
    /// When the first of the tries that sent nothing began.
    private var unsentSince: Instant?
    private var wantsFreshConnection = false
    private var hasAskedForToken = false

    /// - Parameter maxAttempts: at least 1.
    init(_ request: APIRequest, deadline: Instant, maxAttempts: Int, isChecked: Bool) {
        self.request = request
        self.deadline = deadline
        self.isChecked = isChecked
        progress = RetryProgress(request.repeatability, maxAttempts: maxAttempts)
    }

    /// What the finished attempts say together.
    var evidence: WriteEvidence { gathered }
    /// The failure of the last attempt, for when no other can be made.
    var lastFailure: RPCFailure? {
        if case .some(let failure) = failure { failure } else { nil }
    }
    /// Whether the next attempt must use a fresh connection.
    var needsFreshConnection: Bool { wantsFreshConnection }

    /// When a request that is to be sent later begins: early enough to be answered within its time, or at its end if
    /// too little is left. Nil for one that begins at once.
    func delayedStart(_ now: Instant) -> Instant? {
        guard request.delay > 0 else { return nil }
        let latest = remaining(now) - Self.answerSeconds
        return latest < Self.leastDelay ? deadline : now + min(request.delay, latest)
    }

    /// Seconds kept for the answer to a delayed request, and the shortest delay.
    private static let (answerSeconds, leastDelay) = (1.0, 0.5)

    /// Whether a pause was so long that what the request rests on may be true no more. One that may have been carried
    /// out is repeated all the same: what it rests on would be its own result.
    func isOutdated(_ now: Instant) -> Bool {
        guard isChecked, gathered.applied == .no, let pausedSince else { return false }
        return now.seconds(since: pausedSince) >= Self.freshSeconds
    }

    /// It is told to wait.
    mutating func pauses(_ now: Instant) { if pausedSince == nil { pausedSince = now } }

    /// What its last retry was paid with; nil where none was.
    var lastCost: RetryBudget.Cost? { progress.lastCost }

    /// Seconds for which what was read counts as read just now. Reading again costs a request where the API has just
    /// refused one, so a shorter pause is not worth it.
    private static let freshSeconds = 3.0

    func remaining(_ now: Instant) -> Double { deadline.seconds(since: now) }

    /// Seconds that an attempt has for its first byte; nil when too little is left to begin one.
    func firstByteLimit(_ policy: RetryPolicy, _ now: Instant) -> Double? {
        policy.firstByteLimit(progress, remaining: remaining(now))
    }

    mutating func attemptBegins(_ now: Instant) { if unsentSince == nil { unsentSince = now } }

    mutating func attemptEnded(_ exchange: Exchange) {
        gathered.note(exchange)
        if exchange.wasSent { unsentSince = nil }
    }

    mutating func attemptFailed(_ failure: RPCFailure) { self.failure = .some(failure) }

    /// Whether to ask for another token after a 401. True once per request.
    mutating func mayAskForToken() -> Bool {
        defer { hasAskedForToken = true }
        return !hasAskedForToken
    }

    /// Decides what follows an attempt, counts it, and pays for a retry from the budget.
    mutating func decide(
        _ policy: RetryPolicy, after outcome: AttemptOutcome, budget: inout RetryBudget, random: () -> Double,
        _ now: Instant
    ) -> RetryDecision {
        let decision = policy.decide(
            after: outcome, call: &progress, remaining: remaining(now),
            trying: unsentSince.map { now.seconds(since: $0) } ?? 0, budget: &budget, random: random)
        switch decision {
        case .stop: break
        case .immediate: wantsFreshConnection = true
        case .retry(_, let freshConnection): wantsFreshConnection = freshConnection
        }
        return decision
    }
}
