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

    /// Immediate retries at the start, and never more: as many as a pool of connections that all died at once may need,
    /// and few enough that 200 calls into an outage, 35 paid retries and these are no more than 300 requests.
    static let immediateCapacity = 64

    /// Immediate retries left, 0...64. They cost no tokens, but a server that answers once on each connection and then
    /// drops it would have one for every call.
    public private(set) var immediate = Self.immediateCapacity

    /// A budget of `tokens`, taken into 0...500.
    public init(tokens: Int = Self.capacity) { self.tokens = min(max(tokens, 0), Self.capacity) }

    /// Takes one immediate retry, of which there must be one left.
    public mutating func takeImmediate() { immediate = max(0, immediate - 1) }

    /// Pays for one retry, or counts the budget as found empty and takes nothing.
    public mutating func take(_ cost: Cost) -> Bool {
        guard tokens >= cost.rawValue else {
            timesEmpty += 1
            return false
        }
        tokens -= cost.rawValue
        return true
    }

    /// Notes a success. It gives back what its last retry cost, or one token when it paid for none, and one immediate
    /// retry.
    public mutating func succeeded(after lastCost: Cost?) {
        immediate = min(immediate + 1, Self.immediateCapacity)
        tokens = min(tokens + (lastCost?.rawValue ?? 1), Self.capacity)
    }
}
