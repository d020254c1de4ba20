import HTTP
import Platform

/// The monotonic time of the loop's current turn. The loop reads it when a turn begins, and again when the turn brought
/// answers; in between it stands still.
public final class LoopClock {
    /// The time of the last reading.
    public private(set) var now: Instant

    /// A clock set to the current time.
    public init() { now = Self.read() }

    func update() { now = Self.read() }

    private static func read() -> Instant { Instant(nanoseconds: SystemClock.monotonicNanoseconds) }
}
