/// What all attempts of a call together say about whether its write was carried out.
///
/// An attempt without an answer stays unknown even if a later one is refused: a 412 or 409 may mean that the earlier
/// one succeeded (RFC 9110 §13.1.1).
public struct WriteEvidence: Sendable {
    /// Requests that were sent.
    public private(set) var attempts = 0
    /// Whether the write was carried out.
    public private(set) var applied = Applied.no

    /// No attempt yet.
    public init() {}

    /// Adds an attempt.
    ///
    /// - Parameters:
    ///   - wasSent: whether the request was sent.
    ///   - status: the final answer's status, 0 without one. It counts once its line was read: an unusable, cut or
    ///     abandoned body does not change what the server did.
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
    /// one of a firewall or a page.
    public mutating func note(_ exchange: Exchange) {
        if exchange.failure == .clientCertificateWanted {
            // TLS ended before the server read any request.
            if exchange.wasSent { attempts += 1 }
        } else {
            note(wasSent: exchange.wasSent, status: exchange.isAnswered ? exchange.status : 0)
        }
    }

    /// What one answer's status says by itself.
    ///
    /// A redirect means that the server did nothing and points elsewhere. Except 303, with which a server that did it
    /// may point to the result (RFC 9110 §15.4.4).
    private static func verdict(_ status: Int) -> Applied {
        switch status {
        case 200..<300: .yes
        case 303, 408: .unknown
        case 300..<500: .no
        default: .unknown
        }
    }
}
