import Bytes

/// What an MCP stream remembers between two requests: what `initialize` and `logging/setLevel` said, and which
/// subscriptions are open. The stateless revision uses only the last.
public struct Session {
    /// Whether the stream is MCP. From then on ids that can't be read are left out, not answered as `null`.
    public private(set) var isActive = false
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

    /// Makes the stream MCP, for good.
    public mutating func activate() { isActive = true }

    /// Whether a batch is refused here. Before the stream is MCP it is plain JSON-RPC, which has them.
    public var refusesBatches: Bool { isActive && negotiated?.allowsBatches != true }

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

/// The severities of log messages (RFC 5424 §6.2.1), the least serious first.
public enum LogLevel: String, CaseIterable, Comparable, Sendable {
    case debug, info, notice, warning, error, critical, alert, emergency

    /// Whether `left` is the less serious one.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
