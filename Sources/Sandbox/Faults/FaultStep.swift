import Bytes

/// What happens to one request instead of normal service.
struct FaultStep {
    /// The status to answer without carrying the request out; nil to carry it out.
    var status: Int?
    /// The value of `Retry-After`.
    var retryAfter: String?
    /// Milliseconds to wait before anything else.
    var delayMs = 0
    var cut: Cut?
    /// Replaces the usual body.
    var body: ByteBuffer?
    var bodyType = Response.ContentType.json

    /// Applies this step to the usual answer.
    func applied(to response: Response) -> Response {
        var response = response
        if let body {
            (response.body, response.type, response.etag) = (body, bodyType, nil)
            if status == nil { response.status = 200 }
        }
        if let retryAfter { response.retryAfter = retryAfter }
        response.cut = cut
        return response
    }
}
