import Bytes
import JSON
import JSONRPC

/// The refusal of a request of the protocol.
package struct EditorRefusal: Error {
    /// What is wrong.
    package let failure: RPCFailure
    /// The protocol's own code, where it has one.
    let code: Int?

    init(_ failure: RPCFailure, code: Int? = nil) {
        self.failure = failure
        self.code = code
    }

    init(_ kind: RPCFailure.Kind, _ message: String) { self.init(RPCFailure(kind, message)) }

    /// A request before `initialize`.
    package static let notInitialized = EditorRefusal(
        RPCFailure(.invalidRequest, "The session has not begun: send initialize first."), code: -32002)

    /// The refusal of params that a request can't be served with.
    static func params(_ message: String) -> EditorRefusal { EditorRefusal(.invalidParams, message) }

    /// Appends the response's `"error":…`.
    package func append(to frame: ByteBuffer) {
        guard let code else { return frame.appendError(failure) }
        frame.append("\"error\":")
        var json = JSONWriter(frame)
        json.beginObject()
        json.member("code", code)
        json.member("message", failure.sentence)
        json.endObject()
    }
}
