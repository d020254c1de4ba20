import Bytes

/// The three forms of a date that RFC 9110 §5.6.7 obliges a recipient to accept, as seconds since 1970-01-01 00:00:00
/// UTC.
///
/// Names are case-sensitive, as the RFC says. The weekday must be one of the seven, but not the right one: it adds
/// nothing. A second of 60 is a leap second and allowed.
public enum HTTPDate {
    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
    ///
    /// - Parameter now: seconds since 1970. A two-digit year means the latest year that puts the date at most 50 years
    ///   after `now`.
    /// - Returns: seconds since 1970, negative before; nil for anything else.
    public static func seconds(_ value: Bytes, now: Double) -> Int? {
        var reader = FieldReader(value)
        if value.count == 24, reader.name(of: shortDays) != nil { return asctime(&reader) }
        reader = FieldReader(value)
        if value.count == 29, reader.name(of: shortDays) != nil { return fixdate(&reader) }
        reader = FieldReader(value)
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

    private static func fixdate(_ reader: inout FieldReader) -> Int? {
        guard reader.skip(", "), let day = reader.number(digits: 2), reader.skip(" "),
            let month = reader.name(of: months), reader.skip(" "), let year = reader.number(digits: 4),
            reader.skip(" "), let time = reader.time(), reader.skip(" GMT"), reader.isAtEnd
        else { return nil }
        return seconds(year: year, month: month + 1, day: day, time: time)
    }

    private static func rfc850(_ reader: inout FieldReader, now: Double) -> Int? {
        guard reader.skip(", "), let day = reader.number(digits: 2), reader.skip("-"),
            let month = reader.name(of: months), reader.skip("-"), let shortYear = reader.number(digits: 2),
            reader.skip(" "), let time = reader.time(), reader.skip(" GMT"), reader.isAtEnd
        else { return nil }
        // NaN and absurd clocks become the nearest value that the arithmetic below can bear.
        let now = now > -1e11 ? min(now, 1e11) : -1e11
        let limit = Int(now) + fiftyYears
        // 31,556,952 s is the Gregorian calendar's mean year, so this is within one of the limit's year.
        var year = 1971 + Int((Double(limit) / 31_556_952).rounded(.down))
        year -= (((year - shortYear) % 100) + 100) % 100
        while CivilDate(year: year, month: month + 1, day: day).daysSince1970 * 86_400 + time > limit { year -= 100 }
        return seconds(year: year, month: month + 1, day: day, time: time)
    }

    private static func asctime(_ reader: inout FieldReader) -> Int? {
        guard reader.skip(" "), let month = reader.name(of: months), reader.skip(" "),
            let day = reader.skip(" ") ? reader.number(digits: 1) : reader.number(digits: 2),
            reader.skip(" "), let time = reader.time(), reader.skip(" "), let year = reader.number(digits: 4),
            reader.isAtEnd
        else { return nil }
        return seconds(year: year, month: month + 1, day: day, time: time)
    }

    private static let fiftyYears = 50 * 31_556_952

    private static func seconds(year: Int, month: Int, day: Int, time: Int) -> Int? {
        guard (1...CivilDate.days(inMonth: month, of: year)).contains(day) else { return nil }
        return CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400 + time
    }
}

extension FieldReader {
    /// `hh:mm:ss` as seconds of the day.
    fileprivate mutating func time() -> Int? {
        guard let hour = number(digits: 2, in: 0...23), skip(":"), let minute = number(digits: 2, in: 0...59),
            skip(":"), let second = number(digits: 2, in: 0...60)
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }
}
