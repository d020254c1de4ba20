import Glibc
import HTTP

/// The monotonic time of the loop's current turn: read once a turn, the same for everything that happens in it.
public final class LoopClock {
    /// When the turn began.
    public private(set) var now: Instant

    /// A clock set to the current time.
    public init() { now = Self.read() }

    func update() { now = Self.read() }

    private static func read() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }
}
