/// What to do after an attempt.
public enum RetryDecision: Equatable, Sendable {
    /// No further attempt: the call ends with what there is.
    case stop(StopReason)
    /// Another attempt `after` seconds, not on a pooled connection when `freshConnection`.
    case retry(after: Double, freshConnection: Bool)
    /// Another attempt now, on a fresh connection; it cost no token.
    case immediate

    /// Why there is no further attempt.
    public enum StopReason: Equatable, Sendable {
        /// The API answered as hoped.
        case answered
        /// The same request would fail the same way.
        case final
        /// The change may have been made, and the request is not one to send twice.
        case notRepeatable
        /// The attempts are used up.
        case attempts
        /// The API asks for a longer wait than is worth holding a call for.
        case hintTooLong
        /// The call's deadline comes before the next attempt could begin.
        case deadline
        /// The process has no retry left to spend.
        case budget
    }
}

/// One call's way through its attempts.
public struct RetryProgress: Sendable {
    /// What the request is.
    public let repeatability: Repeatability
    /// Attempts allowed, at least 1. The immediate retry is one of them: this is a promise about what the server sees,
    /// and 1 is the caller's way to switch every retry off.
    public let maxAttempts: Int
    /// Attempts finished that were sent.
    public fileprivate(set) var finished = 0
    /// Tries finished that never reached the wire. They cost the API nothing, and are no attempts.
    public fileprivate(set) var unsent = 0
    /// Retries with a wait before them.
    public fileprivate(set) var waits = 0
    /// Whether the retry that costs nothing was used.
    public fileprivate(set) var usedImmediate = false
    fileprivate var sawUnusableBody = false
    fileprivate var lastCost: RetryBudget.Cost?

    /// A call before its first attempt.
    public init(_ repeatability: Repeatability, maxAttempts: Int) {
        self.repeatability = repeatability
        self.maxAttempts = max(1, maxAttempts)
    }
}

/// When a failed attempt is followed by another, how long it waits, and how long an attempt may take to begin
/// answering.
///
/// Has no clock and no randomness of its own.
public struct RetryPolicy: Sendable {
    /// The longest wait before the first retry after no answer, 408 or 5xx, in seconds; doubles with each.
    public var transientWait = 0.25
    /// The same after 429 without `Retry-After`.
    public var throttledWait = 1.0
    /// No wait of our own choice is longer, in seconds.
    public var longestWait = 20.0
    /// A `Retry-After` of more seconds ends the call at once.
    public var longestHint = 60.0
    /// What is added to a `Retry-After`, as a part of it, so that not everybody comes back in the same moment.
    public var hintSpread = 0.1
    /// What is added to a `Retry-After` at most, in seconds.
    public var longestHintSpread = 1.0
    /// No attempt begins with less than this many seconds to the deadline.
    public var leastTime = 0.05
    /// The least time that an attempt with others to follow has for its first byte, in seconds.
    public var leastFirstByte = 1.0
    /// Connecting and TLS may take this many seconds together.
    public var longestConnect = 5.0
    /// Looking a name up may take this many seconds: the C library asks the second name server after 5 s, and the first
    /// one again after 10.
    public var longestLookup = 11.0
    /// Tries of one call that may end without anything having been sent.
    public var unsentTries = 5
    /// No such try begins later than so many seconds after the first.
    public var longestUnsent = 8.0
    /// What is added to the wait after such a try, as a part of it.
    public var unsentSpread = 0.1

    /// The policy with its usual numbers.
    public init() {}

    /// How long the next attempt may take to its first header byte, in seconds.
    ///
    /// Half of what is left, so that a black hole doesn't eat the time of the attempts behind it. All that is left
    /// where none can follow: for the last attempt, and for a request that may not be repeated; and for a create, where
    /// the API fetches the media before it answers.
    ///
    /// - Returns: seconds, or nil when too little is left to begin.
    public func firstByteLimit(_ call: RetryProgress, remaining: Double) -> Double? {
        guard remaining >= leastTime else { return nil }
        let isLast = call.finished + 1 >= call.maxAttempts
        if isLast || call.repeatability == .create || !call.repeatability.mayRepeat { return remaining }
        return min(remaining, max(leastFirstByte, remaining / 2))
    }

    /// How long an attempt may take to connect, in seconds, that has so many for its first byte.
    public func connectLimit(firstByte limit: Double) -> Double { min(limit, longestConnect) }

    /// How long the name lookup of an attempt may take, in seconds, that has so many left in all.
    public func lookupLimit(remaining: Double) -> Double {
        // Before the attempt's own limit, which knows less of what was waited for.
        max(leastTime, min(longestLookup, remaining / 2 - leastTime))
    }

    /// Decides what follows an attempt, counts it, and pays or credits the budget.
    ///
    /// A 401 is final here. The caller may try once more, with another token.
    ///
    /// - Parameters:
    ///   - outcome: how the attempt ended.
    ///   - call: the call's way so far.
    ///   - remaining: seconds to the call's deadline.
    ///   - trying: seconds since the first of the tries began that have sent nothing; 0 when something was sent.
    ///   - budget: the process's budget.
    ///   - random: a uniform number in 0..<1, anew each time; asked for at most twice.
    public func decide(
        after outcome: AttemptOutcome, call: inout RetryProgress, remaining: Double, trying: Double = 0,
        budget: inout RetryBudget, random: () -> Double
    ) -> RetryDecision {
        if outcome == .unsent { return decide(afterUnsent: &call, remaining, trying, random) }
        call.finished += 1
        if case .status(200..<300, _) = outcome {
            budget.succeeded(after: call.lastCost)
            return .stop(.answered)
        }
        let verdict = verdict(outcome, call)
        if outcome == .unusableBody { call.sawUnusableBody = true }
        guard case .again(let cost, let hint, let freshConnection) = verdict else {
            return .stop(verdict == .never ? .final : .notRepeatable)
        }
        guard call.finished < call.maxAttempts else { return .stop(.attempts) }
        if outcome == .noAnswer(staleConnection: true), !call.usedImmediate, budget.immediate > 0 {
            guard remaining >= leastTime else { return .stop(.deadline) }
            budget.takeImmediate()
            call.usedImmediate = true
            return .immediate
        }
        if let hint, hint > longestHint { return .stop(.hintTooLong) }
        let wait = wait(cost, hint: hint, waits: call.waits, random: random)
        guard wait <= remaining - leastTime else { return .stop(.deadline) }
        guard budget.take(cost) else { return .stop(.budget) }
        call.waits += 1
        call.lastCost = cost
        return .retry(after: wait, freshConnection: freshConnection)
    }

    /// Nothing was sent: trying again is free for the API, and for the budget.
    private func decide(
        afterUnsent call: inout RetryProgress, _ remaining: Double, _ trying: Double, _ random: () -> Double
    ) -> RetryDecision {
        let wait =
            Double(sign: .plus, exponent: call.unsent, significand: transientWait) * (1 + unsentSpread * random())
        call.unsent += 1
        // One attempt is the caller's way to switch every retry off.
        guard call.maxAttempts > 1, call.unsent < unsentTries, trying + wait <= longestUnsent else {
            return .stop(.attempts)
        }
        guard wait <= remaining - leastTime else { return .stop(.deadline) }
        return .retry(after: wait, freshConnection: false)
    }

    private enum Verdict: Equatable {
        case never
        case notRepeatable
        case again(RetryBudget.Cost, hint: Double?, freshConnection: Bool)
    }

    /// Whether the outcome allows another attempt, before counting, time and budget have their say.
    private func verdict(_ outcome: AttemptOutcome, _ call: RetryProgress) -> Verdict {
        switch outcome {
        case .tlsRefused, .final, .unsent: return .never
        case .noAnswer:
            // Where one pooled connection was dead, its neighbours may be too.
            return repeating(call, .again(.transient, hint: nil, freshConnection: true))
        case .unusableBody:
            guard call.repeatability == .read, !call.sawUnusableBody else { return .never }
            return .again(.transient, hint: nil, freshConnection: false)
        case .status(let status, let retryAfter):
            let hint = retryAfter.flatMap { $0 >= 0 ? $0 : nil }
            switch RetryableStatus(status) {
            case .requestTimeout: return repeating(call, .again(.transient, hint: hint, freshConnection: true))
            // It was refused before anything was done.
            case .throttled: return .again(.throttle, hint: hint, freshConnection: false)
            case .failing:
                let cost = status == 503 && hint != nil ? RetryBudget.Cost.throttle : .transient
                return repeating(call, .again(cost, hint: hint, freshConnection: false))
            case nil: return .never
            }
        }
    }

    private func repeating(_ call: RetryProgress, _ verdict: Verdict) -> Verdict {
        call.repeatability.mayRepeat ? verdict : .notRepeatable
    }

    /// Seconds before the next attempt: uniform below a bound that doubles, never below what the API asked for.
    private func wait(_ cost: RetryBudget.Cost, hint: Double?, waits: Int, random: () -> Double) -> Double {
        let first = cost == .throttle ? throttledWait : transientWait
        let own = random() * min(longestWait, Double(sign: .plus, exponent: min(waits, 64), significand: first))
        guard let hint else { return own }
        return max(own, hint) + random() * min(longestHintSpread, hintSpread * hint)
    }
}
