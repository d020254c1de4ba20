import Bytes
import HTTP
import JSON
import JSONRPC

/// The protocol that a stream speaks. `HostStream` chooses it.
protocol Dialect: AnyObject {
    /// What a request means in this dialect. Methods of the table are answered by `plainly` in any dialect.
    func meaning(of request: Request, isInBatch: Bool, plainly: PlainFace, at now: Instant) -> Meaning
    /// The id of the call that a notification cancels; nil when it cancels none.
    func cancelledID(in notification: Request) -> JSONSlice?
    /// Whether a message may be an array (JSON-RPC 2.0 §6).
    var hasBatches: Bool { get }
    /// Whether a client leaves by ending its input. Its open calls then get the grace period only.
    var isLeftByEnding: Bool { get }
    /// Whether the dialect itself still owes an answer to the request with this id.
    func owesAnswer(to id: Bytes) -> Bool
    /// Gives up the request with this id that the dialect owes an answer to; false when there is none.
    func giveUp(_ id: Bytes) -> Bool
    /// Answers every request that the dialect still owes an answer to, because the stream ends. Calls `send` with each
    /// id and a closure that appends its `"result":…`.
    func answerOwed(_ send: ([UInt8], (ByteBuffer) -> Void) -> Void)
    /// Begins a response to the request with this id, up to the comma after the id. The dialect chooses the text for a
    /// missing or invalid id.
    func appendHead(of id: JSONSlice?, to frame: ByteBuffer)
    /// Begins the response to a call whose id is spelled like this, up to the comma after the id.
    func appendHead(spelled id: Bytes, to frame: ByteBuffer)
}

// As JSON-RPC 2.0 has it: the id as it was spelled, and null for one that is missing.
extension Dialect {
    func appendHead(of id: JSONSlice?, to frame: ByteBuffer) {
        appendHead(spelled: id?.bytes ?? Bytes("null"), to: frame)
    }

    func appendHead(spelled id: Bytes, to frame: ByteBuffer) {
        frame.append("{\"jsonrpc\":\"2.0\",\"id\":")
        frame.append(id)
        frame.append(",")
    }
}
