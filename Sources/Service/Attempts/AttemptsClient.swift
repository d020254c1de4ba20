import HTTP
import JSONRPC

/// What `Attempts` reports to. A request is known by its slot.
protocol AttemptsClient: AnyObject {
    /// The request is over. `evidence` is what all its attempts say together. Where it was answered, the exchange
    /// brings the buffer back.
    func ended(_ slot: Int, _ outcome: Outcome, evidence: WriteEvidence, at now: Instant)
    /// The next attempt begins at `next`, and no earlier: after a failure, or, without one, behind the throttle gate.
    /// `attempts` were sent so far.
    func paused(_ slot: Int, after failure: RPCFailure?, attempts: Int, until next: Instant, now: Instant)
    /// The words for an attempt that failed. `evidence` is what it says together with those before it.
    func failure(
        _ slot: Int, of exchange: Exchange, wasAbandoned: Bool, evidence: WriteEvidence, wallClock: Double
    ) -> RPCFailure
}
