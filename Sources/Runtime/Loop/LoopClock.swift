import HTTP
import Platform

/// The monotonic time of the loop's current turn: read when it begins and once more when it brought answers, the same
/// for everything that happens in between.
public final class LoopClock {
    /// The time of the last reading.
    public private(set) var now: Instant

    /// A clock set to the current time.
    public init() { now = Self.read() }

    func update() { now = Self.read() }

    private static func read() -> Instant { Instant(nanoseconds: SystemClock.monotonicNanoseconds) }
}
