import Bytes

/// A received request. Borrowed from its parser.
struct IncomingRequest {
    let method: Bytes
    /// The target up to the question mark, as sent.
    let path: Bytes
    /// The query after the question mark, as sent; nil without one.
    var query: Bytes?
    var host: Bytes?
    var authorization: Bytes?
    var body = Bytes(start: nil, count: 0)
}
