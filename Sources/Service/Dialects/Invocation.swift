import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// A request's call of a method of the table.
struct Invocation {
    let entry: MethodTable.Entry
    /// Not checked yet. Borrowed, from `holder` if there is one.
    let params: JSONSlice?
    /// Tells the outcome.
    let face: any Face
    /// Whether the call may destroy something.
    let permission: Permission
    /// The dialect's own refusal of the params; nil for none.
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
