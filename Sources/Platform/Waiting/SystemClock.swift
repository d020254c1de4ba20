import Glibc

package enum SystemClock {
    /// Nanoseconds on the monotonic clock.
    package static var monotonicNanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Milliseconds since 1970, UTC, on the wall clock.
    package static var wallMilliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// Seconds since 1970, UTC, on the wall clock.
    package static var wallSeconds: Int { time(nil) }
}
