import Bytes

/// One answer, independent of its connection.
struct Response {
    enum ContentType {
        case json, problem, text

        var name: StaticString {
            switch self {
            case .json: "application/json"
            case .problem: "application/problem+json"
            case .text: "text/plain; charset=utf-8"
            }
        }
    }

    /// The value of `X-Api-Version`.
    static let apiVersion: StaticString = "2026-06-01"

    var status = 200
    var type = ContentType.json
    /// Must not change once it is in an answer: cached bodies are shared.
    var body: ByteBuffer
    /// The number of the request since the start or the last reset; 0 for control requests.
    var requestID = 0
    /// With its quotes.
    var etag: String?
    var allow: String?
    var challenge: String?
    var retryAfter: String?
    var cut: Cut?

    /// Whether the status allows a body (RFC 9110 §6.4.1).
    var hasBody: Bool { status != 204 && status != 304 && status >= 200 }

    /// Appends the status line and the header section. Without `connection`, HTTP/1.1's default applies.
    func appendHead(to out: ByteBuffer, connection: StaticString?) {
        out.append("HTTP/1.1 ")
        out.append(decimal: status)
        out.append(" ")
        out.append(text: Self.reason(status))
        if hasBody {
            out.append("\r\nContent-Type: ")
            out.append(type.name)
            out.append("\r\nContent-Length: ")
            out.append(decimal: body.count)
        }
        out.append("\r\nX-Api-Version: ")
        out.append(Self.apiVersion)
        if requestID > 0 { Self.append("X-Request-Id", Self.requestIDText(requestID), to: out) }
        if let etag { Self.append("ETag", etag, to: out) }
        if let allow { Self.append("Allow", allow, to: out) }
        if let challenge { Self.append("WWW-Authenticate", challenge, to: out) }
        if let retryAfter { Self.append("Retry-After", retryAfter, to: out) }
        if let connection {
            out.append("\r\nConnection: ")
            out.append(connection)
        }
        out.append("\r\n\r\n")
    }

    private static func append(_ name: StaticString, _ value: String, to out: ByteBuffer) {
        out.append("\r\n")
        out.append(name)
        out.append(": ")
        out.append(text: value)
    }

    /// `rid_sandbox7`; a request that is not counted has `rid_sandbox0`.
    static func requestIDText(_ number: Int) -> String { "rid_sandbox\(number)" }

    /// The reason phrase, also used as a problem's title.
    static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Status \(status)"
        }
    }
}
