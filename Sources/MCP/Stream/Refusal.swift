import Bytes
import JSON
import JSONRPC

/// The error that refuses an MCP request.
public struct Refusal: Error {
    /// The failure, as plain JSON-RPC tells it.
    public let failure: RPCFailure
    /// MCP's own code, if it has one.
    private var ownCode: Int?
    /// The requested version, if it is not served with this request.
    private var requestedVersion: String?
    /// The missing resource.
    private var uri: String?
    /// Whether the reason is a client that can't ask people.
    private var wantsElicitation = false

    /// A refusal that plain JSON-RPC would word the same way.
    public init(_ failure: RPCFailure) { self.failure = failure }

    /// Bad params: the member at `field` is invalid.
    init(_ field: String, _ code: String, _ message: String) {
        failure = RPCFailure(
            .invalidParams, message, errors: [FieldError(field: field, code: code, message: message)])
    }

    /// The request names a version that is not served with it (-32022).
    static func unsupported(_ version: String) -> Refusal {
        var hint = "choose one of data.supported"
        if Revision(rawValue: version) != nil { hint = "\(version) begins with initialize" }
        var refusal = Refusal(
            RPCFailure(.invalidRequest, "MCP \(version.quoted) is not served with this request; \(hint)."))
        refusal.ownCode = -32022
        refusal.requestedVersion = version.cut(after: 200)
        return refusal
    }

    /// The request needs a client that can ask a person, and this one has not declared it (-32021).
    public static func missingElicitation(_ failure: RPCFailure) -> Refusal {
        var refusal = Refusal(failure)
        (refusal.ownCode, refusal.wantsElicitation) = (-32021, true)
        return refusal
    }

    static func noResource(
        _ uri: String, _ message: String, in revision: Revision, cause: RPCFailure? = nil
    ) -> Refusal {
        var failure = cause ?? RPCFailure(.notFound, message)
        failure.message = message
        var refusal = Refusal(failure)
        refusal.ownCode = revision.resourceNotFoundCode
        refusal.uri = uri
        return refusal
    }

    /// The code of the error object.
    public var code: Int { ownCode ?? failure.code }

    /// Appends `"error":…`.
    public func append(to out: ByteBuffer) {
        out.append("\"error\":")
        var json = JSONWriter(out)
        write(to: &json)
    }

    /// Writes the error object.
    public func write(to json: inout JSONWriter) {
        guard ownCode != nil else { return failure.write(to: &json) }
        json.beginObject()
        json.member("code", code)
        json.member("message", failure.sentence)
        json.name("data")
        json.beginObject()
        if let requestedVersion {
            json.member("supported", Revision.offered.filter { $0 != requestedVersion })
            json.member("requested", requestedVersion)
        }
        if wantsElicitation {
            json.name("requiredCapabilities")
            json.beginObject()
            json.name("elicitation")
            json.beginObject()
            json.name("form")
            json.beginObject()
            json.endObject()
            json.endObject()
            json.endObject()
        }
        if let uri { json.member("uri", uri) }
        failure.writeDataMembers(to: &json)
        json.endObject()
        json.endObject()
    }
}
