import Bytes

/// The field `Retry-After` of RFC 9110 §10.2.3.
public enum RetryAfter {
    /// How long the field asks to wait.
    ///
    /// - Parameters:
    ///   - value: digits, whose decimals are rounded up; or a date in one of the three forms. A number near the clock,
    ///     in seconds or milliseconds since 1970, is that moment. The same value several times, with commas between,
    ///     counts once.
    ///   - date: the same answer's `Date`. If it is readable, a date in `value` is measured against it, so that a wrong
    ///     clock on either side does no harm.
    ///   - wallClock: seconds since 1970, for when it isn't.
    /// - Returns: seconds, 0 for a past date; nil when malformed, which counts as absent.
    public static func seconds(_ value: Bytes, date: Bytes?, wallClock: Double) -> Double? {
        let value = single(value.trimmed)
        let reference = date.flatMap { HTTPDate.seconds($0.trimmed, now: wallClock) }.map(Double.init) ?? wallClock
        if let first = value.first, first.isDigit { return number(value).flatMap { delay($0, reference) } }
        guard reference.isFinite, let until = HTTPDate.seconds(value, now: reference) else { return nil }
        return max(0, Double(until) - reference)
    }

    /// The longest wait that an error reports, in seconds: a day.
    public static let longestTold = 86_400.0

    /// A number within this many seconds of the clock, a year, is a moment.
    private static let nearness = 31_556_952.0

    /// Seconds to wait for `number`, which some servers mean as a moment; nil when it makes sense as neither.
    private static func delay(_ number: Double, _ reference: Double) -> Double? {
        for moment in [number, (number / 1000).rounded(.up)] where abs(moment - reference) < nearness {
            // If the clock is near 1970, a number up to a year could be either; it counts as seconds.
            if moment > nearness { return max(0, moment - reference) }
        }
        return number < 1e10 + 1 ? number : nil
    }

    /// `2` of `2, 2`, because proxies join repeated fields; any other value unchanged. A date may contain a comma.
    private static func single(_ value: Bytes) -> Bytes {
        guard value.contains(UInt8(ascii: ",")) else { return value }
        let parts = value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { Bytes(rebasing: $0) }
        for period in [1, 2] where parts.count > period && parts.count.isMultiple(of: period) {
            let isRepeated = parts.indices.dropFirst(period)
                .allSatisfy { parts[$0].trimmed.equals(parts[$0 - period].trimmed) }
            let first = parts.prefix(period).reduce(period - 1) { $0 + $1.count }
            if isRepeated { return value.slice(0, first).trimmed }
        }
        return value
    }

    /// RFC 9110 allows only whole seconds; some servers send fractions.
    private static func number(_ value: Bytes) -> Double? {
        let point = value.firstPosition(of: UInt8(ascii: ".")) ?? value.count
        let digits = value.slice(0, point)
        guard digits.count <= 13, digits.allSatisfy(\.isDigit) else { return nil }
        let seconds = digits.reduce(0) { $0 * 10 + Double($1 & 15) }
        guard point < value.count else { return seconds }
        let decimals = value.dropping(point + 1)
        guard 1...20 ~= decimals.count, decimals.allSatisfy(\.isDigit) else { return nil }
        return decimals.contains { $0 != UInt8(ascii: "0") } ? seconds + 1 : seconds
    }
}

extension Exchange {
    /// The seconds that the answer's `Retry-After` asks for; nil if it is absent, malformed or contradicts itself.
    ///
    /// - Parameter wallClock: seconds since 1970, used when the answer has no readable `Date`.
    public func retryAfter(wallClock: Double) -> Double? {
        guard !repeatedRetryAfter, let value = self[.retryAfter] else { return nil }
        return RetryAfter.seconds(value, date: self[.date], wallClock: wallClock)
    }
}
