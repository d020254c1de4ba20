import HTTP

/// The items of one stage of a job, each a call or several: which begin, which are tried again and when, and how many
/// run at once.
///
/// The first call of a stage goes alone, so that a token that may do nothing is found out by one call and not by many.
struct CallQueue {
    private var fresh: ArraySlice<Int>
    private var again: [(item: Int, at: Instant)] = []
    private var underWay = 0
    private var pausedUntil: Instant?
    /// Throttled replies since the last one that was not.
    private var strikes = 0
    /// Whether one call goes before the others: at the beginning, and after a pause.
    private var goesAlone = true
    /// Whether some call has shown that others may succeed.
    private var hasProof = false
    private var forbidden = 0
    private let limit: Int

    /// Seconds to wait when the API says nothing about it: the first time, and at most.
    private static let pause = (first: 1.0, longest: 60.0)
    /// The longest wait that is begun, in seconds.
    static let patience = 3600.0
    /// Refusals of the first calls that show that the token lacks a scope; a single one may be a private engagement.
    private static let forbiddenLimit = 3

    /// A queue of `items`, of which at most `limit` are under way.
    init(_ items: [Int], limit: Int) {
        fresh = items[...]
        self.limit = limit
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

    /// A call has ended, well or in a failure; true if the failure means that no other call can succeed.
    mutating func end(_ failure: JobFailure?) -> Bool {
        underWay -= 1
        if failure?.isForAll == true { return true }
        if let failure, failure.isKind(.forbidden), !hasProof {
            forbidden += 1
            return forbidden >= Self.forbiddenLimit
        }
        if failure?.isKind(.rateLimited) == true { return false }
        (hasProof, goesAlone) = (true, false)
        if failure == nil { strikes = 0 }
        return false
    }

    /// Tries `item` again, from `time` on.
    mutating func repeats(_ item: Int, at time: Instant) { again.append((item, time)) }

    /// Tries `item` again once the API takes calls again, and begins nothing before. False if that is too far away.
    mutating func throttled(_ item: Int, _ failure: JobFailure, at now: Instant) -> Bool {
        let usual = Self.pause.first * Double(1 << min(strikes, 10))
        let seconds = failure.retryAfter ?? min(Self.pause.longest, usual)
        guard seconds <= Self.patience else { return false }
        // One pause brings many replies of this kind.
        if pausedUntil.map({ $0 <= now }) ?? true { strikes += 1 }
        goesAlone = true
        let end = now + max(seconds, 0.05)
        pausedUntil = pausedUntil.map { max($0, end) } ?? end
        again.append((item, end))
        return true
    }

    /// Until when nothing begins, because the API limits the rate.
    func pauseEnd(at now: Instant) -> Instant? { pausedUntil.flatMap { $0 > now ? $0 : nil } }

    /// Begins nothing new any more; returns the items that were not begun. `staysFor` says which of the repeated ones
    /// are still repeated.
    mutating func close(staysFor isKept: (Int) -> Bool = { _ in false }) -> [Int] {
        let left = Array(fresh) + again.map(\.item).filter { !isKept($0) }
        fresh = []
        again.removeAll { !isKept($0.item) }
        return left
    }
}
