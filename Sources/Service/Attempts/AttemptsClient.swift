import HTTP
import JSONRPC

/// The receiver of `Attempts`' reports. A slot identifies the request.
protocol AttemptsClient: AnyObject {
    /// The request is over. `evidence`: what all its attempts say together. If it was answered, the exchange returns
    /// the buffer.
    func ended(_ slot: Int, _ outcome: Outcome, evidence: WriteEvidence, at now: Instant)
    /// The next attempt begins at `next` at the earliest: after `failure`, or, without one, after the throttle gate.
    /// `attempts`: how many were sent so far.
    func paused(_ slot: Int, after failure: RPCFailure?, attempts: Int, until next: Instant, now: Instant)
    /// Words the failure of an attempt. `evidence`: what it and the attempts before say together.
    func failure(
        _ slot: Int, of exchange: Exchange, wasAbandoned: Bool, evidence: WriteEvidence, wallClock: Double
    ) -> RPCFailure
}
