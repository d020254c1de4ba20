import Bytes
import HTTP
import JSONRPC
import Journal

/// What a call does next.
enum Step {
    /// Send a request. The procedure is told its outcome next.
    case send(APIRequest)
    /// Wait for the turn among the writes to this record, besides the call's own. The procedure is told `begun` when it
    /// has come. The turn before is over.
    case takeTurn(String)
    /// Ask a person. Their time is not the call's.
    indirect case askPerson(Question)
    /// Search the journal. The procedure is told the finding next.
    indirect case recall(JournalQuery)
    /// Note in the journal who was read back after the write; then perform `then`.
    indirect case noteLeft([String], then: Step)
    /// Tell the host how far the call is, if it wants to know; then perform `then`.
    indirect case tell(CallProgress, then: Step)
    /// End the call with a result. `data` defaults to the body of `exchange`; `members` and `meta` add members to the
    /// result and its `meta`, each with a comma before it.
    case finish(Exchange, data: ByteBuffer? = nil, members: ByteBuffer? = nil, meta: ByteBuffer? = nil)
    indirect case fail(RPCFailure)
}
