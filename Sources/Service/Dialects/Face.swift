import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// Tells the host a call's progress and outcome, in the words of its protocol. It decides nothing about the call.
protocol Face: AnyObject {
    /// The host's trace that the call belongs to (W3C Trace Context); nil for none.
    var traceparent: String? { get }
    /// Takes the call's terms, once its params are checked.
    func adopt(_ terms: CallTerms)
    /// Begins an answer. The API's body may be received into the same buffer after it.
    func beginAnswer(_ answer: ByteBuffer, id: Bytes, to destination: Destination)
    /// Completes the answer that `beginAnswer` began, or replaces it. Throws the failure to tell instead, when the
    /// answer is too long for the host.
    func complete(
        _ answer: inout ByteBuffer, id: Bytes, _ result: CallResult, to destination: Destination
    ) throws(RPCFailure)
    /// Fills `answer` with a failure.
    func fail(_ answer: ByteBuffer, id: Bytes, _ failure: RPCFailure, elapsed: Double, to destination: Destination)
    /// Appends the `"error":…` of a request that never becomes a call.
    func appendRefusal(_ failure: RPCFailure, to frame: ByteBuffer)
    /// Whether the host wants regular signs that its call is still under way.
    var wantsSigns: Bool { get }
    /// The call is still under way after `seconds`.
    func tell(waitingFor wait: CallWait, seconds: Double)
    /// The call pauses before its next request.
    func tell(pause: CallPause)
    /// The call has come this far. `token` is the host's progress token, as spelled; empty for none.
    func tell(progress: CallProgress, token: [UInt8])
}
