import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// How the way and the outcome of one call are told to the host that made it. Knows nothing of HTTP's requests or
/// retries.
protocol Face: AnyObject {
    /// Of which trace the host says that the call is part (W3C Trace Context).
    var traceparent: String? { get }
    /// The call's params have been checked.
    func adopt(_ terms: CallTerms)
    /// Begins an answer so that the API's body can be received behind what stands there then.
    func begin(_ answer: ByteBuffer, id: Bytes, to destination: Destination)
    /// Makes an answer that `begin` has begun the frame to send, or puts another in its place. Throws what is to be
    /// told instead when the host can't take so much.
    func complete(
        _ answer: inout ByteBuffer, id: Bytes, _ result: CallResult, to destination: Destination
    ) throws(RPCFailure)
    /// Makes `answer` the frame that tells a failure.
    func fail(_ answer: ByteBuffer, id: Bytes, _ failure: RPCFailure, elapsed: Double, to destination: Destination)
    /// Sends the refusal of a request that becomes no call.
    func refuse(_ id: JSONSlice?, _ failure: RPCFailure, to destination: Destination)
    /// Whether the host wants to hear now and then that its call is still under way.
    var wantsSigns: Bool { get }
    /// The call is still under way, so many seconds after it was taken up.
    func tell(waitingFor wait: CallWait, seconds: Double)
    /// The call goes on after a pause.
    func tell(pause: CallPause)
    /// The call has come so far. `token` is what the host has asked to have named; empty when nothing.
    func tell(progress: CallProgress, token: [UInt8])
}
