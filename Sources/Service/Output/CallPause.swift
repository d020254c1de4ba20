import JSONRPC

/// Why and for how long a call waits before its next request.
struct CallPause {
    /// What went wrong before; nil when it waits because the API limits the rate of calls.
    let failure: RPCFailure?
    /// Requests of the call that went on the wire so far.
    let attempts: Int
    /// Seconds until it goes on.
    let seconds: Double
}
