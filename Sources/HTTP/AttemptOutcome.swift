/// What a request does to the API when it arrives twice.
public enum Repeatability: CaseIterable, Sendable {
    /// GET: nothing.
    case read
    /// PUT of the full set, DELETE: the second finds things as the first left them.
    case replace
    /// POST with an `external_id`: the second finds the first one's object.
    case create
    /// PATCH and any other POST: possibly the change a second time.
    case once

    /// Whether it may be sent again although an earlier one may have been carried out.
    public var mayRepeat: Bool { self != .once }
}

/// How one attempt ended, as far as the decision to try again goes.
public enum AttemptOutcome: Equatable, Sendable {
    /// Nothing went on the wire: name, connection, proxy, or no time left for them.
    case unsent
    /// The TLS handshake was refused, by either side.
    case tlsRefused
    /// It was sent and no usable answer came. `staleConnection`: it ran on a pooled connection and not one byte came,
    /// so the server had most likely closed that one before.
    case noAnswer(staleConnection: Bool)
    /// An answer came. `retryAfter`: what its `Retry-After` asked for in seconds, if anything.
    case status(Int, retryAfter: Double?)
    /// A 2xx whose body can't be used, or an answer that is not the API's.
    case unusableBody
    /// Our own limit on size, no memory, cancelled: never again.
    case final
}

extension AttemptOutcome {
    /// How `exchange` ended.
    ///
    /// A final status counts even when its body was cut; except for a 2xx to a read, where the body is the answer. An
    /// answer about another resource is none.
    ///
    /// - Parameters:
    ///   - exchange: a finished or abandoned exchange.
    ///   - wasAbandoned: whether our own timers gave it up while it ran.
    ///   - repeatability: what the request is.
    ///   - bodyIsUsable: whether the body of a complete 2xx is what was asked for.
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
            // libcurl wants to send again only where a pooled connection, or an HTTP/2 stream, brought nothing.
            let foundDead = exchange.failure == .resend || (exchange.reusedConnection && !exchange.gotBytes)
            self = .noAnswer(staleConnection: foundDead && !wasAbandoned)
        }
    }
}
