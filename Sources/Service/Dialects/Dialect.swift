import Bytes
import JSON
import JSONRPC

/// What a stream speaks. `HostStream` decides which one it is.
protocol Dialect: AnyObject {
    /// What a request means here. Calls of the table are answered `plainly` in any dialect.
    func meaning(of request: Request, isInBatch: Bool, plainly: PlainFace) -> Meaning
    /// Whether a message may be an array (JSON-RPC 2.0 §6).
    var hasBatches: Bool { get }
    /// Whether a client leaves by ending its input: what it has asked by then gets a moment and no more.
    var isLeftByEnding: Bool { get }
    /// Whether the dialect itself still owes the answer to the request with this id.
    func owesAnswer(to id: Bytes) -> Bool
    /// Gives up what the dialect owes the answer to; false when there is no such request.
    func giveUp(_ id: Bytes) -> Bool
    /// Answers what the dialect still owes an answer to, because the stream ends: calls `send` with each id and what
    /// appends its `"result":…`.
    func settle(_ send: ([UInt8], (ByteBuffer) -> Void) -> Void)
    /// Begins a response to the request with this id, up to the comma behind the id. The dialect says what stands there
    /// when there is no id, or none that it knows.
    func appendHead(of id: JSONSlice?, to frame: ByteBuffer)
    /// Begins the response to a call, whose id is spelled like this, up to the comma behind the id.
    func appendHead(spelled id: Bytes, to frame: ByteBuffer)
}
