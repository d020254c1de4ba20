/// What one call's attempts have used up.
public struct RetryProgress: Sendable {
    /// The request's repeatability.
    public let repeatability: Repeatability
    /// Attempts allowed, at least 1. The immediate retry counts as one: the number is a promise about what the server
    /// sees, and 1 switches every retry off.
    public let maxAttempts: Int
    /// Finished attempts that were sent.
    public private(set) var finished = 0
    /// Finished tries that sent nothing. They cost the API nothing, and don't count as attempts.
    public private(set) var unsent = 0
    /// Retries with a wait before them.
    public private(set) var waits = 0
    /// Whether the immediate retry was used.
    private(set) var usedImmediate = false
    private(set) var sawUnusableBody = false
    /// What the last wait has cost.
    public private(set) var lastCost: RetryBudget.Cost?

    /// A call before its first attempt.
    public init(_ repeatability: Repeatability, maxAttempts: Int) {
        self.repeatability = repeatability
        self.maxAttempts = max(1, maxAttempts)
    }

    /// Counts a finished try that sent nothing.
    mutating func addUnsent() { unsent += 1 }

    /// Counts a finished attempt.
    mutating func addAttempt() { finished += 1 }

    /// Notes that an attempt brought a body that can't be used.
    mutating func noteUnusableBody() { sawUnusableBody = true }

    /// Uses up the immediate retry.
    mutating func useImmediate() { usedImmediate = true }

    /// Counts a wait that has cost this.
    mutating func addWait(for cost: RetryBudget.Cost) { (waits, lastCost) = (waits + 1, cost) }
}
