import Bytes

/// The field `Retry-After` of RFC 9110 §10.2.3.
public enum RetryAfter {
    /// How long the field asks to wait.
    ///
    /// - Parameters:
    ///   - value: the field's value: one to ten digits, with decimals that count as a second more, or a date in one of
    ///     the three forms.
    ///   - date: the value of the same answer's `Date`; a date in `value` is measured against it when it is readable,
    ///     so that a wrong clock on either side does no harm.
    ///   - wallClock: seconds since 1970, for when it isn't.
    /// - Returns: seconds, 0 for a date gone by; nil when malformed, which is to be taken as absent.
    public static func seconds(_ value: Bytes, date: Bytes?, wallClock: Double) -> Double? {
        let value = value.trimmed
        if let first = value.first, first.isDigit { return delay(value) }
        let reference = date.flatMap { HTTPDate.seconds($0.trimmed, now: wallClock) }.map(Double.init) ?? wallClock
        guard reference.isFinite, let until = HTTPDate.seconds(value, now: reference) else { return nil }
        return max(0, Double(until) - reference)
    }

    /// RFC 9110 has whole seconds; some servers send fractions of one.
    private static func delay(_ value: Bytes) -> Double? {
        let point = value.firstPosition(of: UInt8(ascii: ".")) ?? value.count
        let digits = value.slice(0, point)
        guard digits.count <= 10, digits.allSatisfy(\.isDigit) else { return nil }
        let seconds = digits.reduce(0) { $0 * 10 + Double($1 & 15) }
        guard point < value.count else { return seconds }
        let decimals = value.dropping(point + 1)
        guard 1...20 ~= decimals.count, decimals.allSatisfy(\.isDigit) else { return nil }
        return decimals.contains { $0 != UInt8(ascii: "0") } ? seconds + 1 : seconds
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
