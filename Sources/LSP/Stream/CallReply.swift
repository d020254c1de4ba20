import JSON
import JSONRPC

/// The outcome of a call with no host behind it.
package enum CallReply {
    /// The call's result: `data` and what the method adds. Borrowed while the reply is handed over.
    case result(JSONSlice)
    /// Why there is none.
    case failure(RPCFailure)
}
