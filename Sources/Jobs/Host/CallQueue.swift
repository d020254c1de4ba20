import HTTP

/// The items of one stage of a job, each a call or several: which begin, which are tried again and when, and how many
/// run at once.
///
/// The first call of a stage goes alone, so that a token that may do nothing is found out by one call and not by many.
struct CallQueue {
    /// Why nothing begins for a while.
    enum Pause { case rate, outage }

    private var fresh: ArraySlice<Int>
    private var again: [(item: Int, at: Instant)] = []
    private var underWay = 0
    private var isClosed = false
    private var pausedUntil: Instant?
    private var reason = Pause.rate
    /// Pauses since the last reply that was not the cause of one.
    private var strikes = 0
    /// Whether one call goes before the others: at the beginning, and after a pause.
    private var goesAlone = true
    /// Whether some call has shown that others may succeed.
    private var hasProof: Bool
    /// Whether some call has reached the API.
    private(set) var hasReached: Bool
    /// Since when there is no way to the API.
    private var outageBeganAt: Instant?
    private var forbidden = 0
    private let limit: Int

    /// Seconds to wait when the API says nothing about it: the first time, and at most.
    private static let pause = (first: 1.0, longest: 60.0)
    /// The longest wait that is begun, in seconds.
    private static let patience = 3600.0
    /// Seconds for which a job waits for the network to come back, and the longest of its pauses.
    private static let outage = (patience: 120.0, pause: 15.0)
    /// Refusals of the first calls that show that the token lacks a scope though the API does not say so; fewer may be
    /// private engagements.
    private let forbiddenLimit: Int

    /// A queue of `items`, of which at most `limit` are under way.
    ///
    /// - Parameters:
    ///   - proven: whether the token is known to suffice.
    ///   - reached: whether the API was reached by calls before.
    init(_ items: [Int], limit: Int, proven: Bool = false, reached: Bool = false, forbiddenLimit: Int = 20) {
        fresh = items[...]
        self.limit = limit
        self.forbiddenLimit = forbiddenLimit
        (hasProof, hasReached) = (proven, reached)
    }

    /// Whether nothing is left and nothing is under way.
    var isDone: Bool { fresh.isEmpty && again.isEmpty && underWay == 0 }

    private var room: Int { goesAlone ? 1 : limit }

    /// When the next item may begin though nothing ends before.
    var wakeAt: Instant? {
        guard underWay < room else { return nil }
        let next = again.map(\.at).min()
        guard !fresh.isEmpty || next != nil else { return nil }
        guard let pausedUntil else { return next }
        return max(pausedUntil, fresh.isEmpty ? next ?? pausedUntil : pausedUntil)
    }

    /// The next item whose call may begin now.
    mutating func next(at now: Instant) -> Int? {
        guard underWay < room else { return nil }
        if let end = pausedUntil {
            if now < end { return nil }
            pausedUntil = nil
        }
        if let index = again.firstIndex(where: { $0.at <= now }) {
            underWay += 1
            return again.remove(at: index).item
        }
        guard let item = fresh.popFirst() else { return nil }
        underWay += 1
        return item
    }

    /// The item that came last has no call after all.
    mutating func leaveOut() { underWay -= 1 }

    /// The call of `item` has ended, well or in a failure.
    ///
    /// - Parameters:
    ///   - isAgain: whether it may be made again after a pause.
    ///   - isProof: whether such an end shows that the token may do what the calls do.
    ///   - isOwn: whether a refusal is known to be about this item alone.
    mutating func end(
        _ item: Int, _ failure: JobFailure?, at now: Instant, again isAgain: Bool = true, proof isProof: Bool = true,
        own isOwn: Bool = false
    ) -> CallEnd {
        underWay -= 1
        guard let failure else {
            (outageBeganAt, strikes, hasReached) = (nil, 0, true)
            pass(isProof)
            return .done
        }
        if failure.isForAll { return .hopeless }
        let mayRepeat = isAgain && !isClosed
        if failure.neverLeft { return sitOut(item, mayRepeat, now) }
        (outageBeganAt, hasReached) = (nil, true)
        if failure.isKind(.rateLimited) {
            return mayRepeat && throttle(item, failure.retryAfter, now) ? .again : .done
        }
        if failure.isKind(.forbidden), !hasProof { return isMeantForAll(failure, isOwn) ? .hopeless : .done }
        pass(isProof)
        return .done
    }

    private mutating func pass(_ isProof: Bool) {
        if isProof { hasProof = true }
        if hasProof { goesAlone = false }
    }

    /// Whether the API's no, said to one of the first calls, is its no to all. It is not if it was said to a private
    /// engagement.
    private mutating func isMeantForAll(_ failure: JobFailure, _ isOwn: Bool) -> Bool {
        guard !isOwn, failure.lack != .forPrivate else { return false }
        forbidden += 1
        return failure.lack == .general || forbidden >= forbiddenLimit
    }

    /// Tries `item` again, from `time` on.
    mutating func repeats(_ item: Int, at time: Instant) { again.append((item, time)) }

    /// Waits for the network to come back, if it was there before: an address that leads nowhere is mended by no
    /// waiting.
    private mutating func sitOut(_ item: Int, _ mayRepeat: Bool, _ now: Instant) -> CallEnd {
        if isClosed { return .done }
        let began = outageBeganAt ?? now
        outageBeganAt = began
        guard hasReached, mayRepeat, now.seconds(since: began) < Self.outage.patience else { return .hopeless }
        rest(item, for: usual(upTo: Self.outage.pause), because: .outage, now)
        return .again
    }

    /// Begins nothing before the API takes calls again. False if that is too far away.
    private mutating func throttle(_ item: Int, _ hint: Double?, _ now: Instant) -> Bool {
        let seconds = hint ?? usual(upTo: Self.pause.longest)
        guard seconds <= Self.patience else { return false }
        rest(item, for: seconds, because: .rate, now)
        return true
    }

    private func usual(upTo most: Double) -> Double { min(most, Self.pause.first * Double(1 << min(strikes, 10))) }

    private mutating func rest(_ item: Int, for seconds: Double, because reason: Pause, _ now: Instant) {
        // One pause brings many replies of this kind.
        if pausedUntil.map({ $0 <= now }) ?? true { strikes += 1 }
        goesAlone = true
        let end = now + max(seconds, 0.05)
        pausedUntil = pausedUntil.map { max($0, end) } ?? end
        self.reason = reason
        again.append((item, end))
    }

    /// Until when nothing begins, and why.
    func pauseEnd(at now: Instant) -> (end: Instant, reason: Pause)? {
        pausedUntil.flatMap { $0 > now ? ($0, reason) : nil }
    }

    /// Begins nothing new any more; returns the items that were not begun. `staysFor` says which of the repeated ones
    /// are still repeated.
    mutating func close(staysFor isKept: (Int) -> Bool = { _ in false }) -> [Int] {
        isClosed = true
        let left = Array(fresh) + again.map(\.item).filter { !isKept($0) }
        fresh = []
        again.removeAll { !isKept($0.item) }
        return left
    }
}
