import Bytes

/// A request to the API.
public struct HTTPRequest {
    /// The HTTP method.
    public let verb: HTTPVerb
    /// Path and query, percent-encoded, without the base URL.
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
