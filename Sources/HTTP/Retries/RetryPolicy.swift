/// Decides whether a failed attempt is followed by another, how long that waits, and how long it may take to begin
/// answering.
///
/// Has no clock and no randomness of its own.
public struct RetryPolicy: Sendable {
    /// The longest wait before the first retry after no answer, 408 or 5xx, in seconds; doubles with each.
    var transientWait = 0.25
    /// The longest wait before the first retry after 429 without `Retry-After`.
    var throttledWait = 1.0
    /// The longest wait without `Retry-After`, in seconds.
    var longestWait = 20.0
    /// A `Retry-After` of more seconds ends the call at once.
    var longestHint = 60.0
    /// The random part added to a `Retry-After`, as a fraction of it, so that clients don't all return at the same
    /// moment.
    var hintSpread = 0.1
    /// The longest random part added to a `Retry-After`, in seconds.
    var longestHintSpread = 1.0
    /// No attempt begins with fewer than this many seconds to the deadline.
    public var leastTime = 0.05
    /// The least time for the first byte of an attempt that others may follow, in seconds.
    var leastFirstByte = 1.0
    /// Seconds that connecting and TLS may take together.
    var longestConnect = 5.0
    /// Seconds that a name lookup may take: the C library asks the second name server after 5 s, and the first one
    /// again after 10.
    var longestLookup = 11.0
    /// Tries of one call that may end without sending anything.
    var unsentTries = 5
    /// The latest start of such a try, in seconds after the first.
    var longestUnsent = 8.0
    /// The random part added to the wait after such a try, as a fraction of it.
    var unsentSpread = 0.1

    /// The policy with its usual numbers.
    public init() {}

    /// How long the next attempt may take to its first header byte, in seconds.
    ///
    /// Half of the rest, so that a black hole leaves time for the next attempts. All of it if none can follow: for the
    /// last attempt, and for a request that may not be repeated; and for a create, because the API fetches the media
    /// before it answers.
    ///
    /// - Returns: seconds, or nil when too little is left to begin.
    public func firstByteLimit(_ call: RetryProgress, remaining: Double) -> Double? {
        guard remaining >= leastTime else { return nil }
        let isLast = call.finished + 1 >= call.maxAttempts
        if isLast || call.repeatability == .create || !call.repeatability.mayRepeat { return remaining }
        return min(remaining, max(leastFirstByte, remaining / 2))
    }

    /// Seconds that an attempt may take to connect, given its limit for the first byte.
    public func connectLimit(firstByte limit: Double) -> Double { min(limit, longestConnect) }

    /// Seconds that an attempt's name lookup may take, given the seconds left.
    public func lookupLimit(remaining: Double) -> Double {
        // Below the attempt's own limit, whose failure would say less.
        max(leastTime, min(longestLookup, remaining / 2 - leastTime))
    }

    /// Decides what follows an attempt, counts it, and pays or credits the budget.
    ///
    /// A 401 is final here. The caller may try once more, with another token.
    ///
    /// - Parameters:
    ///   - outcome: how the attempt ended.
    ///   - call: what the call has used up so far.
    ///   - remaining: seconds to the call's deadline.
    ///   - trying: seconds since the first of the tries that sent nothing; 0 if one sent something.
    ///   - budget: the process's budget.
    ///   - random: returns a new uniform number in 0..<1; called at most twice.
    public func decide(
        after outcome: AttemptOutcome, call: inout RetryProgress, remaining: Double, trying: Double = 0,
        budget: inout RetryBudget, random: () -> Double
    ) -> RetryDecision {
        if outcome == .unsent { return decide(afterUnsent: &call, remaining, trying, random) }
        call.addAttempt()
        if case .status(200..<300, _) = outcome {
            budget.succeeded(after: call.lastCost)
            return .stop(.answered)
        }
        let verdict = verdict(outcome, call)
        if outcome == .unusableBody { call.noteUnusableBody() }
        guard case .again(let cost, let hint, let freshConnection) = verdict else {
            return .stop(verdict == .never ? .final : .notRepeatable)
        }
        guard call.finished < call.maxAttempts else { return .stop(.attempts) }
        if outcome == .noAnswer(staleConnection: true), !call.usedImmediate, budget.immediate > 0 {
            guard remaining >= leastTime else { return .stop(.deadline) }
            budget.takeImmediate()
            call.useImmediate()
            return .immediate
        }
        if let hint, hint > longestHint { return .stop(.hintTooLong) }
        let wait = wait(cost, hint: hint, waits: call.waits, random: random)
        guard wait <= remaining - leastTime else { return .stop(.deadline) }
        guard budget.take(cost) else { return .stop(.budget) }
        call.addWait(for: cost)
        return .retry(after: wait, freshConnection: freshConnection)
    }

    /// Nothing was sent, so another try costs neither the API nor the budget anything.
    private func decide(
        afterUnsent call: inout RetryProgress, _ remaining: Double, _ trying: Double, _ random: () -> Double
    ) -> RetryDecision {
        let wait =
            Double(sign: .plus, exponent: call.unsent, significand: transientWait) * (1 + unsentSpread * random())
        call.addUnsent()
        // A limit of one attempt switches every retry off.
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

    /// Whether the outcome allows another attempt, regardless of counts, time and budget.
    private func verdict(_ outcome: AttemptOutcome, _ call: RetryProgress) -> Verdict {
        switch outcome {
        case .tlsRefused, .final, .unsent: return .never
        case .noAnswer:
            // If one pooled connection was dead, others may be too.
            return repeating(call, .again(.transient, hint: nil, freshConnection: true))
        case .unusableBody:
            guard call.repeatability == .read, !call.sawUnusableBody else { return .never }
            return .again(.transient, hint: nil, freshConnection: false)
        case .status(let status, let retryAfter):
            let hint = retryAfter.flatMap { $0 >= 0 ? $0 : nil }
            switch RetryableStatus(status) {
            case .requestTimeout: return repeating(call, .again(.transient, hint: hint, freshConnection: true))
            // The API refused it before doing anything.
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

    /// Seconds before the next attempt: random below a bound that doubles, never less than the API asked for.
    private func wait(_ cost: RetryBudget.Cost, hint: Double?, waits: Int, random: () -> Double) -> Double {
        let first = cost == .throttle ? throttledWait : transientWait
        let own = random() * min(longestWait, Double(sign: .plus, exponent: min(waits, 64), significand: first))
        guard let hint else { return own }
        return max(own, hint) + random() * min(longestHintSpread, hintSpread * hint)
    }
}
