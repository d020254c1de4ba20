import Bytes

/// What an MCP stream remembers between two requests: what `initialize` and `logging/setLevel` said, and which
/// subscriptions are open. The stateless revision uses only the last.
public struct Session {
    /// Whether another protocol's `initialize` has come, so that the stream is not going to be MCP.
    var isOthers = false
    /// The revision that `initialize` agreed on.
    public internal(set) var negotiated: Revision?
    /// Whether `initialize` said that the client can ask a person.
    var elicits = false
    /// From which level on the client wants log messages; nil until it asks.
    public internal(set) var logLevel: LogLevel?
    /// The ids, as spelled, of open `subscriptions/listen` requests.
    var subscriptions: [[UInt8]] = []

    /// Open subscriptions, at most.
    static let subscriptionLimit = 16

    /// A stream of which nothing is known yet.
    public init() {}

    /// Whether a message may be an array here.
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
