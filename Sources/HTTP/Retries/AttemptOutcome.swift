/// How one attempt ended, for the decision to retry.
public enum AttemptOutcome: Equatable, Sendable {
    /// Nothing was sent: no name, connection, proxy, or time.
    case unsent
    /// Either side refused the TLS handshake.
    case tlsRefused
    /// The request was sent, and no usable answer came. `staleConnection`: not one byte came on a pooled connection, so
    /// the server had probably closed it before.
    case noAnswer(staleConnection: Bool)
    /// An answer came. `retryAfter`: the seconds that its `Retry-After` asks for, if any.
    case status(Int, retryAfter: Double?)
    /// A 2xx whose body can't be used, or an answer that is not the API's.
    case unusableBody
    /// Our own size limit, no memory, or cancelled: never retried.
    case final
}

extension AttemptOutcome {
    /// How `exchange` ended.
    ///
    /// A final status counts even if its body was cut, except a 2xx to a read, whose body is the answer. An answer
    /// about another resource doesn't count.
    ///
    /// - Parameters:
    ///   - exchange: a finished or abandoned exchange.
    ///   - wasAbandoned: whether our own timers gave it up while it ran.
    ///   - repeatability: the request's.
    ///   - bodyIsUsable: whether the body of a complete 2xx is the requested one.
    ///   - wallClock: seconds since 1970, for `Retry-After`.
    public init(
        _ exchange: Exchange, wasAbandoned: Bool = false, repeatability: Repeatability, bodyIsUsable: Bool,
        wallClock: Double
    ) {
        switch exchange.failure {
        case .local, .tooLarge, .headersTooLarge, .noMemory:
            self = .final
            return
        case let failure? where failure.isFinal:
            self = .final
            return
        case .tls where !exchange.wasSent, .clientCertificateWanted:
            self = .tlsRefused
            return
        case _ where !exchange.wasSent:
            self = .unsent
            return
        default: break
        }
        let isComplete = exchange.failure == nil && !wasAbandoned
        switch exchange.status {
        case 200..<300 where exchange.isAnothers && repeatability == .read:
            self = .noAnswer(staleConnection: false)
        case 300..<600 where repeatability != .read && exchange.interposer == .firewall:
            self = .unusableBody
        case 200..<300 where isComplete && bodyIsUsable:
            self = .status(exchange.status, retryAfter: nil)
        case 200..<300 where isComplete || exchange.failure == .encoding || repeatability != .read:
            self = .unusableBody
        case 300..<600:
            self = .status(exchange.status, retryAfter: exchange.retryAfter(wallClock: wallClock))
        case 600... where isComplete:
            self = .status(exchange.status, retryAfter: nil)
        default:
            // libcurl wants to send again only if a pooled connection, or an HTTP/2 stream, brought nothing.
            let foundDead = exchange.failure == .resend || (exchange.reusedConnection && !exchange.gotBytes)
            self = .noAnswer(staleConnection: foundDead && !wasAbandoned)
        }
    }
}
