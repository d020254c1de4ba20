import Bytes
import JSON

/// A refusal, as the API words it: `application/problem+json` (RFC 9457) with `request_id` and field errors.
struct Problem: Error, Equatable, Sendable {
    /// Field errors that one answer lists, at most.
    static let errorLimit = 100

    let status: Int
    let detail: String
    var errors: [FieldError] = []
    /// The methods that the path accepts, for a 405.
    var allow: String?
    /// The challenge of a 401.
    var challenge: String?

    init(_ status: Int, _ detail: String, errors: [FieldError] = []) {
        self.status = status
        self.detail = detail
        self.errors = errors
    }

    /// A 422 with one field error.
    static func validation(_ field: String, _ code: String, _ message: String) -> Problem {
        validation([FieldError(field: field, code: code, message: message)])
    }

    /// A 422 with field errors.
    static func validation(_ errors: [FieldError]) -> Problem {
        Problem(422, "The request is well-formed, but \(errors.count) of its values can't be used.", errors: errors)
    }

    func response(requestID: Int) -> Response {
        let out = ByteBuffer(capacity: 512)
        var json = JSONWriter(out)
        json.beginObject()
        json.member("type", "https://app.askelephant.ai/errors/\(Self.word(status))")
        json.member("title", Response.reason(status))
        json.member("status", status)
        json.member("detail", detail)
        json.member("request_id", Response.requestIDText(requestID))
        if !errors.isEmpty {
            json.name("errors")
            json.beginArray()
            for error in errors.prefix(Self.errorLimit) {
                json.beginObject()
                json.member("field", error.field)
                json.member("code", error.code)
                json.member("message", error.message)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        var response = Response(status: status, type: .problem, body: out, requestID: requestID)
        response.allow = allow
        response.challenge = challenge
        return response
    }

    /// The last segment of the problem's `type`.
    static func word(_ status: Int) -> String {
        switch status {
        case 400: "bad_request"
        case 401: "unauthorized"
        case 403: "forbidden"
        case 404: "not_found"
        case 405: "method_not_allowed"
        case 409: "conflict"
        case 412: "precondition_failed"
        case 413: "payload_too_large"
        case 422: "validation_failed"
        case 429: "rate_limited"
        case 503: "service_unavailable"
        case 500...: "internal_error"
        default: "request_failed"
        }
    }
}
