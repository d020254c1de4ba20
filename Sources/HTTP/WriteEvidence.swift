/// Whether a write changed something, as far as can be known.
public enum Applied: String, CaseIterable, Sendable {
    /// Nothing was sent, or all that was sent was refused.
    case no
    /// It may have, or not: look before relying on either.
    case unknown
    /// The API said 2xx.
    case yes

    /// Joins the evidence of two writes of one call. A change that was made stays made, and a refusal of one write does
    /// not disprove the other.
    public func joined(with other: Applied) -> Applied {
        if self == .yes || other == .yes { return .yes }
        return self == .unknown || other == .unknown ? .unknown : .no
    }
}

/// What a call's attempts, all together, say about whether its write was carried out.
///
/// An attempt without an answer stays unknown even when a later one is refused: a 412 or 409 may well mean that the
/// earlier one had worked (RFC 9110 §13.1.1).
public struct WriteEvidence: Sendable {
    /// Requests that went on the wire.
    public private(set) var attempts = 0
    /// Whether the write was carried out.
    public private(set) var applied = Applied.no

    /// No attempt yet.
    public init() {}

    /// Adds an attempt.
    ///
    /// - Parameters:
    ///   - wasSent: whether the request went on the wire.
    ///   - status: the status of the final answer, 0 when there was none. It counts as soon as its line was read: that
    ///     the body was unusable, cut or abandoned changes nothing about what the server did.
    public mutating func note(wasSent: Bool, status: Int) {
        guard wasSent else { return }
        attempts += 1
        switch Self.verdict(status) {
        case .yes: applied = .yes
        case .unknown where applied == .no: applied = .unknown
        default: break
        }
    }

    /// Adds a finished, abandoned or cancelled exchange. An answer about another resource counts as none, and so does
    /// one of a firewall or a page in the API's place.
    public mutating func note(_ exchange: Exchange) {
        if exchange.failure == .clientCertificateWanted {
            // TLS has ended before the server looked at any request.
            if exchange.wasSent { attempts += 1 }
        } else {
            note(wasSent: exchange.wasSent, status: exchange.isAnswered ? exchange.status : 0)
        }
    }

    /// What the status of one answer says by itself.
    ///
    /// A redirect means that the server asked to be called elsewhere instead of doing it. Only 303 is different: it is
    /// also how a server that did it points to the result (RFC 9110 §15.4.4).
    private static func verdict(_ status: Int) -> Applied {
        switch status {
        case 200..<300: .yes
        case 303, 408: .unknown
        case 300..<500: .no
        default: .unknown
        }
    }
}
