/// A point on the monotonic clock, which stops during suspend and never jumps.
public struct Instant: Comparable, Hashable, Sendable {
    /// Nanoseconds since an arbitrary start.
    public let nanoseconds: UInt64

    /// The point `nanoseconds` after the clock's start.
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Whether `left` comes before `right`.
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The point `seconds` later. A negative span and NaN count as 0, a longer one than 1e9 s (30 years) as that.
    public static func + (instant: Instant, seconds: Double) -> Instant {
        Instant(nanoseconds: instant.nanoseconds &+ UInt64((seconds > 0 ? min(seconds, 1e9) : 0) * 1e9))
    }

    /// Seconds from `earlier` to this point; negative when it comes before.
    public func seconds(since earlier: Instant) -> Double {
        Double(Int64(bitPattern: nanoseconds &- earlier.nanoseconds)) / 1e9
    }
}
