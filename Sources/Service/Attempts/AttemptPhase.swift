import Bytes
import HTTP

/// The phase of a request, with the data that is valid only in it. The buffer for the answer has one owner: the phase
/// while the request waits, the exchange while it runs.
enum AttemptPhase {
    /// The slot has no request.
    /// Valid next: `waitsForToken`, `atGate`, `waitsForConnection`.
    case free
    /// There is no token yet; or it was refused, and another one is being fetched.
    /// Valid next: `atGate`, `waitsForConnection`, `free`.
    case waitsForToken(ByteBuffer)
    /// The throttle gate is shut. The request asks again at `until`; `share` is its place among those that follow the
    /// probe.
    /// Valid next: `atGate`, `waitsForConnection`, `free`.
    case atGate(ByteBuffer, share: Double, until: Instant)
    /// An attempt has failed, and the next one must wait; or the request is to be sent later.
    /// Valid next: `atGate`, `waitsForConnection`, `free`.
    case backingOff(ByteBuffer, until: Instant)
    /// It may go once there is a connection, unless the gate shuts before. `admission` counts how often the gate had
    /// shut when the request passed.
    /// Valid next: `running`, `atGate`, `waitsForConnection`, `free`.
    case waitsForConnection(ByteBuffer, admission: Int)
    /// On the wire, with the process's token `tokenNumber`. `lookAt` is the time of the next look, even if nothing
    /// comes.
    /// Valid next: `running`, `waitsForToken`, `backingOff`, `atGate`, `waitsForConnection`, `free`.
    case running(Exchange, firstByteBy: Instant, tokenNumber: Int, lookAt: Instant)

    /// Whether the slot has no request.
    var isFree: Bool {
        if case .free = self { true } else { false }
    }
    /// Whether the request has a connection.
    var isRunning: Bool {
        if case .running = self { true } else { false }
    }

    /// The next time that moves the request on, at the latest its deadline; nil without a request.
    func wake(deadline: Instant) -> Instant? {
        switch self {
        case .free: nil
        case .waitsForToken, .waitsForConnection: deadline
        case .atGate(_, _, let until), .backingOff(_, let until): min(until, deadline)
        case .running(_, _, _, let lookAt): min(lookAt, deadline)
        }
    }
}
