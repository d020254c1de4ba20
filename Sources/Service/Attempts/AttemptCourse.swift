import HTTP
import JSONRPC

/// One request through all its phases: its time, and what its attempts so far mean for the next one and for its end.
struct AttemptCourse {
    /// A failure is large and seldom there: by reference, so that a course costs little to copy.
    private enum LastFailure {
        case none
        indirect case some(RPCFailure)
    }

    let request: APIRequest
    /// When it has to be over.
    let deadline: Instant
    private var progress: RetryProgress
    private var gathered = WriteEvidence()
    private var failure = LastFailure.none
    /// When the first of the tries began that have sent nothing.
    private var unsentSince: Instant?
    private var wantsFreshConnection = false
    private var hasAskedForToken = false

    /// - Parameter maxAttempts: at least 1.
    init(_ request: APIRequest, deadline: Instant, maxAttempts: Int) {
        self.request = request
        self.deadline = deadline
        progress = RetryProgress(request.repeatability, maxAttempts: maxAttempts)
    }

    /// What the attempts that are over say together.
    var evidence: WriteEvidence { gathered }
    /// What to answer when no further attempt can be made: the failure of the last one.
    var lastFailure: RPCFailure? {
        if case .some(let failure) = failure { failure } else { nil }
    }
    /// Whether the next attempt must not run on a pooled connection.
    var needsFreshConnection: Bool { wantsFreshConnection }

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

    /// Whether another token is to be asked for after a 401: once, whatever comes of it.
    mutating func mayAskForToken() -> Bool {
        defer { hasAskedForToken = true }
        return !hasAskedForToken
    }

    /// What follows an attempt that ended like this. Counts it, and pays for a retry out of the budget.
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
