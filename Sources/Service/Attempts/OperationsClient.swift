import HTTP
import JSONRPC

/// What `Operations` reports to. A request is known by its slot.
protocol OperationsClient: AnyObject {
    /// The request is over.
    func ended(_ slot: Int, _ outcome: Outcome, _ now: Instant)
    /// The request goes on at `next`: after a failed attempt, or, without one, behind the throttle gate.
    func paused(_ slot: Int, after failure: RPCFailure?, attempts: Int, until next: Instant, _ now: Instant)
    /// An attempt that failed, in words.
    func failure(_ slot: Int, _ exchange: Exchange, wasAbandoned: Bool, wallClock: Double) -> RPCFailure
}
