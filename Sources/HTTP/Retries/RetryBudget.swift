/// Limits the retries of the whole process, so that they don't make an outage worse.
///
/// First attempts are free. The numbers are those of the AWS SDKs' standard mode of 2026.
public struct RetryBudget: Sendable {
    /// The price of one retry.
    public enum Cost: Int, CaseIterable, Sendable {
        /// After no answer, 408 or a 5xx.
        case transient = 14
        /// After 429, or 503 with `Retry-After`.
        case throttle = 5
    }

    /// Tokens at the start, and at most.
    public static let capacity = 500

    /// Tokens left, 0...500.
    public private(set) var tokens: Int
    /// How many retries the budget could not pay for.
    public private(set) var timesEmpty = 0

    /// Immediate retries at the start, and at most: enough for a pool of connections that all died at once, and few
    /// enough that 200 calls into an outage, with 35 paid retries, make at most 300 requests.
    static let immediateCapacity = 64

    /// Immediate retries left, 0...64. They cost no tokens. They are limited because a server that answers once on each
    /// connection and then drops it would cause one per call.
    public private(set) var immediate = Self.immediateCapacity

    /// A budget of `tokens`, clamped to 0...500.
    public init(tokens: Int = Self.capacity) { self.tokens = min(max(tokens, 0), Self.capacity) }

    /// Takes one immediate retry. Call it only if one is left.
    mutating func takeImmediate() { immediate = max(0, immediate - 1) }

    /// Pays for one retry. If the budget can't, takes nothing and counts that.
    public mutating func take(_ cost: Cost) -> Bool {
        guard tokens >= cost.rawValue else {
            timesEmpty += 1
            return false
        }
        tokens -= cost.rawValue
        return true
    }

    /// Gives the price of a retry back that is not made.
    public mutating func giveBack(_ cost: Cost) { giveBack(tokens: cost.rawValue) }

    private mutating func giveBack(tokens count: Int) { tokens = min(tokens + count, Self.capacity) }

    /// Notes a success. Gives back one immediate retry, and the price of the call's last retry, or one token if it paid
    /// for none.
    public mutating func succeeded(after lastCost: Cost?) {
        immediate = min(immediate + 1, Self.immediateCapacity)
        giveBack(tokens: lastCost?.rawValue ?? 1)
    }
}
