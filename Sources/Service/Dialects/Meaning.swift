import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// What a request means in the dialect of its stream: all that the dispatcher needs to know of it.
enum Meaning {
    /// The API answers it.
    case call(Invocation)
    /// This process answers it: a method of the table that needs no API.
    case ownMethod(Method.Local, MethodTable.Entry)
    /// It is answered with what the closure appends: `"result":…`.
    case answer((ByteBuffer) -> Void)
    /// It is refused, by what the closure appends, `"error":…`.
    case refusal(RPCFailure, (ByteBuffer) -> Void)
    /// The dialect itself answers it later. What the closure appends, a message of its own, says that it stands.
    case acknowledgement((ByteBuffer) -> Void)
    /// The call with this id is given up, and never answered.
    case cancellation(JSONSlice)
    /// Nothing: a notification that changes nothing here.
    case nothing

    /// A refusal in the words of plain JSON-RPC.
    static func refusal(_ failure: RPCFailure) -> Meaning {
        .refusal(failure) { $0.appendError(failure) }
    }
}

/// A call of the table as a request asks for it.
struct Invocation {
    let entry: MethodTable.Entry
    /// To be checked. Borrowed, from `holder` where there is one.
    let params: JSONSlice?
    /// Tells the outcome.
    let face: any Face
    /// What stands between the call and what it would destroy.
    let permission: Permission
    /// What the dialect finds wrong with the params; nil for nothing.
    let refusal: RPCFailure?
    let holder: ByteBuffer?

    init(
        _ entry: MethodTable.Entry, _ params: JSONSlice?, face: any Face, _ permission: Permission,
        refusal: RPCFailure? = nil, holder: ByteBuffer? = nil
    ) {
        (self.entry, self.params, self.face, self.permission) = (entry, params, face, permission)
        (self.refusal, self.holder) = (refusal, holder)
    }
}
