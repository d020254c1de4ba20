/// The statuses after which the same request may succeed, and what each calls for.
public enum RetryableStatus: Equatable, Sendable {
    /// 408: the server has stopped waiting for the request, and closes the connection.
    case requestTimeout
    /// 429: the API limits the rate of calls.
    case throttled
    /// The API, or something in front of it, fails for now.
    case failing

    /// The case for `status`; nil if the same request would be refused again.
    public init?(_ status: Int) {
        switch status {
        case 408: self = .requestTimeout
        case 429: self = .throttled
        // No RFC defines those above 511: CDNs and hosts use them for servers that are down or overloaded.
        case 500, 502, 503, 504, 520...524, 529, 530: self = .failing
        default: return nil
        }
    }
}
