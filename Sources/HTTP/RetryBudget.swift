/// How many more retries the whole process may spend, so that an outage is not made worse by everybody trying again.
///
/// First attempts are always free. The numbers are those of the AWS SDKs' standard mode of 2026.
public struct RetryBudget: Sendable {
    /// What one retry takes.
    public enum Cost: Int, CaseIterable, Sendable {
        /// After no answer, 408 or a 5xx.
        case transient = 14
        /// After 429, or 503 with `Retry-After`.
        case throttle = 5
    }

    /// Tokens at the start, and never more.
    public static let capacity = 500

    /// Tokens left, 0...500.
    public private(set) var tokens: Int
    /// How often a retry was wanted and not affordable.
    public private(set) var timesEmpty = 0

    /// A budget of `tokens`, taken into 0...500.
    public init(tokens: Int = Self.capacity) { self.tokens = min(max(tokens, 0), Self.capacity) }

    /// Pays for one retry, or counts the budget as found empty and takes nothing.
    public mutating func take(_ cost: Cost) -> Bool {
        guard tokens >= cost.rawValue else {
            timesEmpty += 1
            return false
        }
        tokens -= cost.rawValue
        return true
    }

    /// Notes a success: the cost of its last retry comes back, or one token when it needed none that was paid for.
    public mutating func succeeded(after lastCost: Cost?) {
        tokens = min(tokens + (lastCost?.rawValue ?? 1), Self.capacity)
    }
}
