/// Limits how often something begins: a rate per second, with a burst of one second's worth, at least one.
///
/// Stores the instant at which the bucket would be full again (the generic cell rate algorithm of ITU-T I.371), so
/// rounding loses nothing. Keeps no clock: the caller passes the time.
public struct TokenBucket: Sendable {
    /// Seconds until one more may begin when the bucket is empty.
    private let interval: Double
    /// Seconds in which an empty bucket gains a burst less one.
    private let tolerance: Double
    private var fullAt = Instant(nanoseconds: 0)

    /// A full bucket of `rate` per second; the rate is above 0 and finite.
    public init(rate: Double) {
        interval = 1 / rate
        tolerance = (max(1, rate) - 1) * interval
    }

    /// Whether one may begin now.
    package func hasOne(_ now: Instant) -> Bool { fullAt.seconds(since: now) - tolerance <= 1e-9 }

    /// Takes one and returns nil; or takes nothing and returns when to ask again.
    public mutating func take(_ now: Instant) -> Instant? {
        let ahead = fullAt.seconds(since: now) - tolerance
        if ahead > 1e-9 { return now + max(ahead, 1e-6) }
        fullAt = max(fullAt, now) + interval
        return nil
    }
}
