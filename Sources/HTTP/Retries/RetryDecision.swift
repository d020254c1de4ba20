/// What follows an attempt.
public enum RetryDecision: Equatable, Sendable {
    /// No further attempt; the call ends.
    case stop(StopReason)
    /// Another attempt in `after` seconds. `freshConnection`: not on a pooled connection.
    case retry(after: Double, freshConnection: Bool)
    /// Another attempt now, on a fresh connection; it costs no token.
    case immediate

    /// Why there is no further attempt.
    public enum StopReason: Equatable, Sendable {
        /// The API gave a usable answer.
        case answered
        /// The same request would fail the same way.
        case final
        /// The change may have been made, and the request must not be sent twice.
        case notRepeatable
        /// All attempts were made.
        case attempts
        /// The API asks for a longer wait than a call may last.
        case hintTooLong
        /// The call's deadline comes before the next attempt could begin.
        case deadline
        /// The process's retry budget is empty.
        case budget
    }
}
