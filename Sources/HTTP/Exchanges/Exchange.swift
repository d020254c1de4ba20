import Bytes

/// One attempt at one request: the request, the answer, and how far the attempt got.
///
/// A `Transport` fills it in on the loop's thread. Read it when the transport has reported it as finished.
public final class Exchange {
    /// The header fields of an answer that this program reads.
    public enum Field: Int, CaseIterable, Sendable {
        case etag, apiVersion, retryAfter, date, requestID, contentType, wafAction, location
    }

    /// The caller's number for what this exchange belongs to.
    public let tag: Int
    /// The request.
    public let request: HTTPRequest
    /// Whether it must not run on a pooled connection.
    public let needsFreshConnection: Bool
    /// Whether the request may be sent again if its outcome is unknown. One that may not uses no connection that the
    /// server may be about to close.
    public let mayRepeat: Bool
    /// Milliseconds for the name lookup.
    public let lookupTimeoutMs: Int
    /// Milliseconds for connecting and TLS together.
    public let connectTimeoutMs: Int
    /// The answer's decoded body, after `headroom` bytes of the caller's. The exchange owns the buffer from its start;
    /// whoever receives the finished exchange owns both.
    public let body: ByteBuffer
    /// Bytes of `body` that are not the answer's.
    public let headroom: Int

    /// The HTTP status; 0 until a status line came.
    public var status = 0
    /// Whether the request was sent: libcurl had a connection, and the gate let it through.
    public var wasSent = false
    /// Whether the host's name is being looked up, or was at the exchange's end.
    public var isLookingUp = false
    /// Whether a host accepted the connection, in an attempt that sent nothing.
    public var reachedHost = false
    /// Whether any byte of an answer came, interim answers (1xx) included.
    public var gotBytes = false
    /// Whether the final answer has begun.
    public var answerBegan = false
    /// Whether it ran on a connection that another request had used before.
    public var reusedConnection = false
    /// The transport's number for its connection, which no other connection has had.
    public var connection: Int?
    /// When the last byte of the final answer came.
    public var lastByteAt = Instant(nanoseconds: 0)
    /// Why there is no complete answer; nil if there is one.
    public var failure: TransferFailure?
    /// The low-level reason for the failure or the unusable body, in the words of its source.
    public var cause: String?
    /// Whether the answer is about another resource than the requested one.
    public var isAnothers = false
    /// Whether `Retry-After` came several times with different values, which voids it.
    package private(set) var repeatedRetryAfter = false

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

    /// An exchange before its start.
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

    /// Sets the failure of an exchange that was abandoned before the request was sent: the step whose time ran out.
    public func runOutOfTime() {
        guard !wasSent, failure == nil else { return }
        failure = isLookingUp ? .lookupTimeout : reachedHost ? .handshakeTimeout : .connectTimeout
    }

    /// Whether a time limit ended the exchange before the request was sent.
    public var ranOutOfTime: Bool {
        failure == .lookupTimeout || failure == .connectTimeout || failure == .handshakeTimeout
    }

    /// The answer's decoded body.
    public var answer: Bytes { body.bytes.dropping(headroom) }

    /// Takes the emptied buffer back, for the next attempt. Don't use this exchange's body afterwards.
    public func emptiedBody() -> ByteBuffer {
        body.truncate(to: headroom)
        return body
    }

    /// The value of a header field without white space around it; nil if it did not come. Borrowed.
    public subscript(field: Field) -> Bytes? {
        let span = withUnsafeBytes(of: &fieldRanges) { $0.bindMemory(to: Span.self)[field.rawValue] }
        guard span.end > 0 else { return nil }
        return fieldBytes.bytes.slice(Int(span.start), Int(span.end))
    }

    /// Forgets the fields of an interim answer (1xx), because the next status line has come.
    public func forgetFields() {
        guard fieldBytes.count > 0 else { return }
        fieldBytes.truncate(to: 0)
        fieldRanges = Self.noFields
        repeatedRetryAfter = false
    }

    /// Lets `change` overwrite the values of all fields in place, without changing their lengths.
    public func changeFields(_ change: (UnsafeMutableRawBufferPointer) -> Void) {
        if fieldBytes.count > 0 { change(fieldBytes.mutableBytes) }
    }

    /// Adds a header field. The first of several counts.
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
