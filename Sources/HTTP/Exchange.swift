import Bytes

/// The methods of RFC 9110 that the API uses.
public enum HTTPVerb: Int, CaseIterable, Sendable {
    case get, put, post, patch, delete

    /// The method's name on the wire.
    public var name: String {
        switch self {
        case .get: "GET"
        case .put: "PUT"
        case .post: "POST"
        case .patch: "PATCH"
        case .delete: "DELETE"
        }
    }

    /// Whether a request with this method says how long its body is even when it has none (RFC 9110 §8.6).
    public var usuallyHasBody: Bool { self != .get && self != .delete }
}

/// What to ask the API.
public struct HTTPRequest {
    /// The HTTP method.
    public let verb: HTTPVerb
    /// Path and query, percent-encoded, to follow the base URL.
    public let target: ByteBuffer
    /// A JSON text, or nil for a request without a body.
    public let body: ByteBuffer?

    /// A request for `target`.
    public init(_ verb: HTTPVerb, target: ByteBuffer, body: ByteBuffer? = nil) {
        self.verb = verb
        self.target = target
        self.body = body
    }
}

/// Whom TLS was spoken with.
public enum TLSPeer: Equatable, Sendable {
    /// The API's host.
    case api
    /// The proxy before it.
    case proxy
}

/// Why an attempt brought no complete answer.
public enum TransferFailure: Error, Equatable, Sendable {
    /// The name has no address.
    case resolve
    /// Nobody listens there, or no route leads there.
    case connect
    /// Nothing on this machine can be reached, because its loopback interface is down.
    case loopback
    /// The proxy could not be reached.
    case proxy
    /// The proxy answered CONNECT with this status, which is none of the API's.
    case proxyRefused(Int)
    /// TLS with `peer` failed: `reason` says how.
    case tls(reason: String, peer: TLSPeer = .api)
    /// The server ended TLS because it wants a certificate of ours.
    case clientCertificateWanted
    /// The connection ended before the answer was whole.
    case broken
    /// Something other than HTTP came back.
    case notHTTP
    /// libcurl wanted to send the same request a second time by itself, and was stopped.
    case resend
    /// The body passed the size limit, after decoding.
    case tooLarge
    /// The header section passed its limit.
    case headersTooLarge
    /// The body could not be decoded as its `Content-Encoding` says.
    case encoding
    /// The time for looking the name up ran out.
    case lookupTimeout
    /// The time for connecting ran out.
    case connectTimeout
    /// The time for connecting ran out inside the TLS handshake.
    case handshakeTimeout
    /// The connection ended inside the TLS handshake, without a word of why.
    case handshakeEnded
    /// The body is larger than the memory there is.
    case noMemory
    /// No memory for the request, or a refusal of libcurl to take the request at all.
    case local(reason: String)

    /// Whether the same request would fail the same way: a proxy that wants a login, or forbids the host.
    public var isFinal: Bool {
        if case .proxyRefused(let status) = self { return 400..<500 ~= status && RetryableStatus(status) == nil }
        return false
    }
}

/// One attempt at one request: what it asks, what came back, and how far it got.
///
/// Filled in by a `Transport` on the loop's thread; read when it says the exchange has finished.
public final class Exchange {
    /// The header fields of an answer that this program looks at.
    public enum Field: Int, CaseIterable, Sendable {
        case etag, apiVersion, retryAfter, date, requestID, contentType, wafAction, location
    }

    /// The caller's own mark, to find what this exchange belongs to.
    public let tag: Int
    /// What is asked.
    public let request: HTTPRequest
    /// Never to run on a pooled connection.
    public let needsFreshConnection: Bool
    /// Whether the request may be sent again when nobody knows what became of it. One that may not takes no connection
    /// that the server may be about to close.
    public let mayRepeat: Bool
    /// Milliseconds for the name lookup.
    public let lookupTimeoutMs: Int
    /// Milliseconds for connecting and TLS together.
    public let connectTimeoutMs: Int
    /// The answer's decoded body, behind `headroom` bytes that the caller wrote before. The exchange owns the buffer
    /// from its beginning on; whoever is given the finished exchange owns it with it.
    public let body: ByteBuffer
    /// Bytes of `body` that are not the answer's.
    public let headroom: Int

    /// The HTTP status; 0 until a status line came.
    public var status = 0
    /// Whether the request went on the wire: libcurl's connection stood and it was let through once.
    public var wasSent = false
    /// Whether the host's name is being looked up, or was when the exchange ended.
    public var isLookingUp = false
    /// Whether a host took the connection that nothing was sent on in the end.
    public var reachedHost = false
    /// Whether any byte of an answer came, interim answers (1xx) included.
    public var gotBytes = false
    /// Whether the final answer has begun.
    public var answerBegan = false
    /// Whether it ran on a connection that an earlier request had used.
    public var reusedConnection = false
    /// The transport's name for the connection that it ran on, which no other connection has had.
    public var connection: Int?
    /// When the last byte of the final answer came.
    public var lastByteAt = Instant(nanoseconds: 0)
    /// Why there is no complete answer; nil when there is one.
    public var failure: TransferFailure?
    /// The low-level reason for the failure or for a body that can't be used, in the words of whoever found it.
    public var cause: String?
    /// Whether the answer speaks of another resource than the one that was asked for.
    public var isAnothers = false
    /// Whether `Retry-After` came more than once and not the same each time, which makes it void.
    public private(set) var repeatedRetryAfter = false

    private let fieldBytes = ByteBuffer(capacity: 128)
    private var fieldRanges = Exchange.noFields

    private struct Span {
        var start: Int32
        var end: Int32
        static let none = Span(start: 0, end: 0)
    }

    private static var noFields: (Span, Span, Span, Span, Span, Span, Span, Span) {
        (.none, .none, .none, .none, .none, .none, .none, .none)
    }

    /// An exchange that has not begun.
    public init(
        tag: Int, request: HTTPRequest, body: ByteBuffer, needsFreshConnection: Bool = false, mayRepeat: Bool = true,
        lookupTimeoutMs: Int? = nil, connectTimeoutMs: Int
    ) {
        self.tag = tag
        self.request = request
        self.body = body
        headroom = body.count
        self.needsFreshConnection = needsFreshConnection
        self.mayRepeat = mayRepeat
        self.lookupTimeoutMs = lookupTimeoutMs ?? connectTimeoutMs
        self.connectTimeoutMs = connectTimeoutMs
    }

    /// Names the step whose time ran out, of an exchange that was abandoned before the request was sent.
    public func runOutOfTime() {
        guard !wasSent, failure == nil else { return }
        failure = isLookingUp ? .lookupTimeout : reachedHost ? .handshakeTimeout : .connectTimeout
    }

    /// Whether the time ran out before the request was sent.
    public var ranOutOfTime: Bool {
        failure == .lookupTimeout || failure == .connectTimeout || failure == .handshakeTimeout
    }

    /// The answer's decoded body.
    public var answer: Bytes { body.bytes.dropping(headroom) }

    /// The buffer as it was handed over, for the next attempt. This exchange has no body any more.
    public func emptiedBody() -> ByteBuffer {
        body.truncate(to: headroom)
        return body
    }

    /// The value of a header field without white space around it, or nil when it did not come. Borrowed.
    public subscript(field: Field) -> Bytes? {
        let span = withUnsafeBytes(of: &fieldRanges) { $0.bindMemory(to: Span.self)[field.rawValue] }
        guard span.end > 0 else { return nil }
        return fieldBytes.bytes.slice(Int(span.start), Int(span.end))
    }

    /// Forgets the fields of an interim answer (1xx) when the next status line comes.
    public func forgetFields() {
        guard fieldBytes.count > 0 else { return }
        fieldBytes.truncate(to: 0)
        fieldRanges = Self.noFields
        repeatedRetryAfter = false
    }

    /// Lets `change` overwrite the values of all fields in place. Their lengths stay.
    public func changeFields(_ change: (UnsafeMutableRawBufferPointer) -> Void) {
        if fieldBytes.count > 0 { change(fieldBytes.mutableBytes) }
    }

    /// Notes a header field. Of a repeated one the first counts.
    public func note(_ field: Field, _ value: Bytes) {
        let start = fieldBytes.count
        withUnsafeMutableBytes(of: &fieldRanges) {
            let spans = $0.bindMemory(to: Span.self)
            let first = spans[field.rawValue]
            guard first.end == 0 else {
                if field == .retryAfter, !fieldBytes.bytes.slice(Int(first.start), Int(first.end)).equals(value) {
                    repeatedRetryAfter = true
                }
                return
            }
            guard !value.isEmpty else { return }
            fieldBytes.append(value)
            spans[field.rawValue] = Span(start: Int32(start), end: Int32(fieldBytes.count))
        }
    }
}

/// Carries exchanges out. One method to begin, one to abandon; the finished come back through the delegate's turn.
public protocol Transport: AnyObject {
    /// Begins `exchange`. Never calls back from inside.
    func start(_ exchange: Exchange)
    /// Abandons a running exchange at once; it will not be reported. Never blocks.
    func cancel(_ exchange: Exchange)
    /// Closes the connection that a finished exchange came on, because what comes on it may not be believed: no further
    /// request goes out on it.
    func distrustConnection(of exchange: Exchange)
}
