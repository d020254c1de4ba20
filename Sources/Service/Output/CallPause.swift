import JSONRPC

/// Why and for how long a call waits before its next request.
struct CallPause {
    /// The failure of the last attempt; nil when the API's rate limit makes the call wait.
    let failure: RPCFailure?
    /// Requests of the call sent so far.
    let attempts: Int
    /// Seconds until the next request.
    let seconds: Double
}
