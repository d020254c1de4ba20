/// The statuses after which the same request may do better, and what each asks for.
public enum RetryableStatus: Equatable, Sendable {
    /// 408: the server has given up waiting for the request and closes the connection.
    case requestTimeout
    /// 429: the API limits the rate of calls.
    case throttled
    /// The API, or what stands before it, fails for now.
    case failing

    /// What `status` asks for; nil when the same request would be refused again.
    public init?(_ status: Int) {
        switch status {
        case 408: self = .requestTimeout
        case 429: self = .throttled
        // No RFC has those above 511: CDNs and hosts answer with them for servers that are down or overloaded.
        case 500, 502, 503, 504, 520...524, 529, 530: self = .failing
        default: return nil
        }
    }
}
