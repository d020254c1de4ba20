import Bytes
import JSON

/// The content of an error answer: the code and message of JSON-RPC 2.0 §5.1, and the members of its `data`.
public struct RPCFailure: Error {
    /// What happened.
    public let kind: Kind
    /// One sentence: what happened and what to do.
    public var message: String
    /// Whether the same call may succeed later.
    public var retryable = false
    /// Milliseconds to wait, when the API said so.
    public var retryAfterMs: Int?
    /// For writes: `no`, `yes` or `unknown`.
    public var applied: String?
    /// Requests that were sent; nil for calls that never get that far.
    public var attempts: Int?
    /// The HTTP status, when an answer came.
    public var status: Int?
    /// The API's name for the request.
    public var requestID: String?
    /// The API's version header.
    public var apiVersion: String?
    /// After a 403: the scopes that the call needs.
    public var requiredScopes: [String] = []
    /// The refused fields.
    public var errors: [FieldError] = []
    /// The actual contacts, if they differ from the expected ones.
    public var currentContactIDs: [String]?
    /// The API's error body, one JSON value.
    public var problem: [UInt8]?
    /// The low-level reason, in the words of the library that found it, without secrets.
    public var cause: String?

    /// A failure of `kind`.
    public init(_ kind: Kind, _ message: String, retryable: Bool = false, errors: [FieldError] = []) {
        self.kind = kind
        self.message = message
        self.retryable = retryable
        self.errors = errors
    }

    /// Passes all of the API's text to `conceal`, then cuts the repeated parts to a length that an answer can bear;
    /// `problem` stays whole.
    public mutating func boundForeignText(_ conceal: (UnsafeMutableRawBufferPointer) -> Void) {
        func bounded(_ text: String, _ limit: Int, _ mark: String = "…") -> String {
            if text.isEmpty { return text }
            var bytes = Array(text.utf8)
            bytes.withUnsafeMutableBytes(conceal)
            return String(decoding: bytes, as: UTF8.self).cut(after: limit, mark)
        }
        message = bounded(message, 2000)
        cause = cause.map { bounded($0, 500) }
        requestID = requestID.map { bounded($0, 200, "") }
        apiVersion = apiVersion.map { bounded($0, 200, "") }
        if var bytes = problem {
            bytes.withUnsafeMutableBytes(conceal)
            problem = bytes
        }
        errors = errors.map {
            FieldError(
                field: bounded($0.field, 200), code: bounded($0.code, 200), message: bounded($0.message, 1000))
        }
    }

    /// This failure with `change` applied to its own sentences. The API's text stays unchanged.
    public func mapMessages(_ change: (String) -> String) -> RPCFailure {
        var failure = self
        failure.message = change(message)
        if status == nil {
            failure.errors = errors.map { FieldError(field: $0.field, code: $0.code, message: change($0.message)) }
        }
        return failure
    }

    /// Extends the message's last sentence.
    public mutating func append(_ text: String) {
        if message.hasSuffix(".") { message.removeLast() }
        message += "; \(text)."
    }

    /// The code of the error object.
    public var code: Int { kind.code ?? status ?? -32603 }

    /// The printable message. It may contain the API's words, and people read it.
    public var sentence: String { message.printable }

    /// Writes the error object.
    public func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("code", code)
        json.member("message", sentence)
        json.name("data")
        json.beginObject()
        writeDataMembers(to: &json)
        json.endObject()
        json.endObject()
    }

    /// Writes the members of `data` into an open object.
    public func writeDataMembers(to json: inout JSONWriter) {
        json.member("kind", kind.rawValue)
        json.member("retryable", retryable)
        if let retryAfterMs { json.member("retry_after_ms", retryAfterMs) }
        if let applied { json.member("applied", applied) }
        if let attempts { json.member("attempts", attempts) }
        if let status { json.member("status", status) }
        if let requestID { json.member("request_id", requestID) }
        if let apiVersion { json.member("api_version", apiVersion) }
        if let cause { json.member("cause", cause.printable) }
        if let currentContactIDs { json.member("current_contact_ids", currentContactIDs) }
        if !requiredScopes.isEmpty { json.member("required_scopes", requiredScopes) }
        if !errors.isEmpty {
            json.name("errors")
            json.beginArray()
            for error in errors {
                json.beginObject()
                if !error.field.isEmpty { json.member("field", error.field) }
                if !error.code.isEmpty { json.member("code", error.code) }
                json.member("message", error.message)
                json.endObject()
            }
            json.endArray()
        }
        if let problem {
            json.name("problem")
            problem.withUnsafeBytes { json.raw($0) }
        }
    }
}

extension ByteBuffer {
    /// Appends the response member for the failure: `"error":…`.
    public func appendError(_ failure: RPCFailure) {
        append("\"error\":")
        var json = JSONWriter(self)
        failure.write(to: &json)
    }
}
