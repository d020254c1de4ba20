/// How often something may begin: so many times a second, with a burst of one second's worth, of one at least.
///
/// Kept as the instant at which the bucket would be full again (the generic cell rate algorithm of ITU-T I.371), so
/// that nothing is rounded away between looks at it. Keeps no clock: the caller says when it is.
public struct TokenBucket: Sendable {
    /// Seconds until one more may begin, with the bucket empty.
    private let interval: Double
    /// Seconds that an empty bucket takes to hold a burst less one.
    private let tolerance: Double
    private var fullAt = Instant(nanoseconds: 0)

    /// A full bucket of `rate` a second: above 0, and finite.
    public init(rate: Double) {
        interval = 1 / rate
        tolerance = (max(1, rate) - 1) * interval
    }

    /// Takes one, or says when to ask again and takes nothing.
    public mutating func take(_ now: Instant) -> Instant? {
        let ahead = fullAt.seconds(since: now) - tolerance
        if ahead > 1e-9 { return now + max(ahead, 1e-6) }
        fullAt = max(fullAt, now) + interval
        return nil
    }
}
