import Bytes

/// The three forms of a date that RFC 9110 §5.6.7 makes a recipient accept, as seconds since 1970-01-01 00:00:00 UTC.
///
/// Names are compared with case, as the RFC says. The day of the week has to be one of the seven but not the right one:
/// it says nothing that the rest does not. A second of 60 is a leap second and allowed.
public enum HTTPDate {
    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
    ///
    /// - Parameter now: seconds since 1970, for the century of a two-digit year: the latest that makes the date come no
    ///   more than 50 years after `now`.
    /// - Returns: seconds since 1970, negative before; nil for anything else.
    public static func seconds(_ value: Bytes, now: Double) -> Int? {
        var reader = DateReader(rest: value)
        if value.count == 24, reader.name(of: shortDays) != nil { return asctime(&reader) }
        reader = DateReader(rest: value)
        if value.count == 29, reader.name(of: shortDays) != nil { return fixdate(&reader) }
        reader = DateReader(rest: value)
        if reader.name(of: longDays) != nil { return rfc850(&reader, now: now) }
        return nil
    }

    private static let shortDays: [StaticString] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let longDays: [StaticString] = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func fixdate(_ reader: inout DateReader) -> Int? {
        guard reader.skip(", "), let day = reader.number(digits: 2), reader.skip(" "),
            let month = reader.name(of: months), reader.skip(" "), let year = reader.number(digits: 4),
            reader.skip(" "), let time = reader.time(), reader.skip(" GMT"), reader.isAtEnd
        else { return nil }
        return seconds(year: year, month: month + 1, day: day, time: time)
    }

    private static func rfc850(_ reader: inout DateReader, now: Double) -> Int? {
        guard reader.skip(", "), let day = reader.number(digits: 2), reader.skip("-"),
            let month = reader.name(of: months), reader.skip("-"), let shortYear = reader.number(digits: 2),
            reader.skip(" "), let time = reader.time(), reader.skip(" GMT"), reader.isAtEnd
        else { return nil }
        // NaN and clocks far out of this world become the nearest that the arithmetic below can bear.
        let now = now > -1e11 ? min(now, 1e11) : -1e11
        let limit = Int(now) + fiftyYears
        // 31,556,952 s is the Gregorian calendar's mean year, so this is within one of the limit's year.
        var year = 1971 + Int((Double(limit) / 31_556_952).rounded(.down))
        year -= (((year - shortYear) % 100) + 100) % 100
        while (daysSince1970(year: year, month: month + 1, day: day) * 86_400) + time > limit { year -= 100 }
        return seconds(year: year, month: month + 1, day: day, time: time)
    }

    private static func asctime(_ reader: inout DateReader) -> Int? {
        guard reader.skip(" "), let month = reader.name(of: months), reader.skip(" "),
            let day = reader.skip(" ") ? reader.number(digits: 1) : reader.number(digits: 2),
            reader.skip(" "), let time = reader.time(), reader.skip(" "), let year = reader.number(digits: 4),
            reader.isAtEnd
        else { return nil }
        return seconds(year: year, month: month + 1, day: day, time: time)
    }

    private static let fiftyYears = 50 * 31_556_952

    private static func seconds(year: Int, month: Int, day: Int, time: Int) -> Int? {
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lastDay =
            switch month {
            case 2: isLeapYear ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        guard (1...lastDay).contains(day) else { return nil }
        return daysSince1970(year: year, month: month, day: day) * 86_400 + time
    }

    /// Days from 1970-01-01 in the Gregorian calendar. Counts years from March, so that a leap day is a year's last.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let leapDays = floorDivide(marchYear, 4) - floorDivide(marchYear, 100) + floorDivide(marchYear, 400)
        // The months from March on have 31, 30, 31, 30, 31 days, again and again: 153 in five.
        return marchYear * 365 + leapDays + (153 * monthFromMarch + 2) / 5 + (day - 1) - 719_468
    }

    private static func floorDivide(_ number: Int, _ divisor: Int) -> Int {
        number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
    }
}

/// Takes one date apart from the left. Every step either takes what it names or leaves the rest as it was.
private struct DateReader {
    var rest: Bytes

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ literal: StaticString) -> Bool {
        guard rest.starts(with: literal) else { return false }
        rest = rest.dropping(literal.utf8CodeUnitCount)
        return true
    }

    /// The position in `names` of the one that comes next.
    mutating func name(of names: [StaticString]) -> Int? {
        for (index, name) in names.enumerated() where skip(name) { return index }
        return nil
    }

    /// A number of exactly `digits` digits.
    mutating func number(digits: Int) -> Int? {
        guard rest.count >= digits else { return nil }
        var number = 0
        for byte in rest.prefix(digits) {
            guard byte.isDigit else { return nil }
            number = number * 10 + Int(byte & 15)
        }
        rest = rest.dropping(digits)
        return number
    }

    /// `hh:mm:ss` as seconds of the day.
    mutating func time() -> Int? {
        guard let hour = number(digits: 2), hour < 24, skip(":"), let minute = number(digits: 2), minute < 60,
            skip(":"), let second = number(digits: 2), second <= 60
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }
}
