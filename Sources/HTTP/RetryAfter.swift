import Bytes

/// The field `Retry-After` of RFC 9110 §10.2.3.
public enum RetryAfter {
    /// How long the field asks to wait.
    ///
    /// - Parameters:
    ///   - value: the field's value: one to ten digits, or a date in one of the three forms.
    ///   - date: the value of the same answer's `Date`; a date in `value` is measured against it when it is readable,
    /// so     that a wrong clock on either side does no harm.
    ///   - wallClock: seconds since 1970, for when it isn't.
    /// - Returns: seconds, 0 for a date gone by; nil when malformed, which is to be taken as absent.
    public static func seconds(_ value: Bytes, date: Bytes?, wallClock: Double) -> Double? {
        let value = value.trimmed
        if let first = value.first, first.isDigit { return delay(value) }
        let reference = date.flatMap { HTTPDate.seconds($0.trimmed, now: wallClock) }.map(Double.init) ?? wallClock
        guard reference.isFinite, let until = HTTPDate.seconds(value, now: reference) else { return nil }
        return max(0, Double(until) - reference)
    }

    private static func delay(_ digits: Bytes) -> Double? {
        guard digits.count <= 10, digits.allSatisfy(\.isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Double($1 & 15) }
    }
}

extension Exchange {
    /// What the answer's `Retry-After` asks for in seconds; nil when it is absent, malformed or there twice.
    ///
    /// - Parameter wallClock: seconds since 1970, used when the answer has no readable `Date`.
    public func retryAfter(wallClock: Double) -> Double? {
        guard !repeatedRetryAfter, let value = self[.retryAfter] else { return nil }
        return RetryAfter.seconds(value, date: self[.date], wallClock: wallClock)
    }
}
