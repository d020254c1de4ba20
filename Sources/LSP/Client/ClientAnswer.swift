import JSON
import JSONRPC

/// The client's answer to a request of ours.
package enum ClientAnswer {
    /// Its result, borrowed while the answer is handed over; nil where it names none.
    case result(JSONSlice?)
    /// It refuses: with the code of JSON-RPC, -32601 where it knows no such request.
    case refused(code: Int)

    /// Reads a response. One that says both, or something twice, is a refusal.
    package init(_ response: Response) {
        guard response.error == nil || response.error?.kind == .null, !response.isAmbiguous else {
            self = .refused(code: response.error?.member("code")?.integer ?? 0)
            return
        }
        self = .result(response.result)
    }
}
