/// Why an attempt brought no complete answer.
public enum TransferFailure: Error, Equatable, Sendable {
    /// The name has no address.
    case resolve
    /// Nobody listens at the address, or no route leads there.
    case connect
    /// The loopback interface is down, so nothing on this machine can be reached.
    case loopback
    /// The proxy could not be reached.
    case proxy
    /// The proxy answered CONNECT with this status; the API never saw the request.
    case proxyRefused(Int)
    /// TLS with `peer` failed for `reason`.
    case tls(reason: String, peer: Peer = .api)
    /// The server ended TLS because it wants a client certificate.
    case clientCertificateWanted
    /// The connection ended before the answer was complete.
    case broken
    /// The answer was not HTTP.
    case notHTTP
    /// libcurl wanted to send the request a second time by itself, and was stopped.
    case resend
    /// The decoded body exceeded the size limit.
    case tooLarge
    /// The header section exceeded its limit.
    case headersTooLarge
    /// The body could not be decoded as its `Content-Encoding` says.
    case encoding
    /// The time for the name lookup ran out.
    case lookupTimeout
    /// The time for connecting ran out.
    case connectTimeout
    /// The time for connecting ran out inside the TLS handshake.
    case handshakeTimeout
    /// The connection ended inside the TLS handshake, without a reason.
    case handshakeEnded
    /// There is no memory for the body.
    case noMemory
    /// There is no memory for the request, or libcurl refused it.
    case local(reason: String)

    /// The other side of a TLS handshake.
    public enum Peer: Equatable, Sendable {
        /// The API's host.
        case api
        /// The proxy before it.
        case proxy
    }

    /// Whether the same request would fail the same way: the proxy wants a login, or forbids the host.
    public var isFinal: Bool {
        if case .proxyRefused(let status) = self { return 400..<500 ~= status && RetryableStatus(status) == nil }
        return false
    }
}
