import Glibc

/// A point on the monotonic clock until which a test waits.
public struct Deadline: Sendable {
    private let end: Double

    /// The point `seconds` from now.
    public init(in seconds: Double) { end = Deadline.now + seconds }

    /// Seconds on the monotonic clock.
    public static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Milliseconds that are left, rounded up; 0 when it has passed.
    public var millisecondsLeft: Int32 { Int32(max(0, ((end - Deadline.now) * 1000).rounded(.up))) }

    /// Whether it has passed.
    public var hasPassed: Bool { Deadline.now >= end }
}

/// Sleeps. Only for the few waits without an observable end.
public func pause(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }
