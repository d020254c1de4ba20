import Bytes

/// What an MCP stream remembers between requests: the terms of `initialize` and `logging/setLevel`, and the open
/// subscriptions. The stateless revision uses only the subscriptions.
public struct Session {
    /// The revision that `initialize` agreed on.
    public internal(set) var negotiated: Revision?
    /// Whether `initialize` said that the client can ask a person.
    var elicits = false
    /// The lowest level of log messages that the client wants; nil until it asks.
    public internal(set) var logLevel: LogLevel?
    /// The ids, as spelled, of open `subscriptions/listen` requests.
    var subscriptions: [[UInt8]] = []

    /// Open subscriptions, at most.
    static let subscriptionLimit = 16

    /// A session without any terms yet.
    public init() {}

    /// Whether a message may be an array.
    public var hasBatches: Bool { negotiated?.allowsBatches == true }

    /// Whether any subscription is open.
    public var hasSubscriptions: Bool { !subscriptions.isEmpty }

    /// Forgets the open subscription `id`; false when there is none.
    public mutating func endSubscription(_ id: Bytes) -> Bool {
        guard let index = subscriptions.firstIndex(where: { $0.elementsEqual(id) }) else { return false }
        subscriptions.remove(at: index)
        return true
    }

    /// Whether `id` is that of an open subscription.
    public func hasSubscription(_ id: Bytes) -> Bool {
        !subscriptions.isEmpty && subscriptions.contains { $0.elementsEqual(id) }
    }
}
