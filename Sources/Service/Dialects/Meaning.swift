import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// What a request means in its stream's dialect. The dispatcher acts on it.
enum Meaning {
    /// Call the API.
    case call(Invocation)
    /// Answer a method of the table that needs no API.
    case ownMethod(Method.Local, MethodTable.Entry)
    /// Answer with the `"result":…` that the closure appends.
    case answer((ByteBuffer) -> Void)
    /// Refuse with the `"error":…` that the closure appends.
    case refusal(RPCFailure, (ByteBuffer) -> Void)
    /// Send the message that the closure appends. The dialect itself answers the request later.
    case acknowledgement((ByteBuffer) -> Void)
    /// Give up the call with this id, and never answer it.
    case cancellation(JSONSlice)
    /// Ignore it: a notification that changes nothing.
    case nothing

    /// A refusal in the words of plain JSON-RPC.
    static func refusal(_ failure: RPCFailure) -> Meaning {
        .refusal(failure) { $0.appendError(failure) }
    }
}
