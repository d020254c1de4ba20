/// A day of the Gregorian calendar, extended to the time before its introduction.
public struct CivilDate: Equatable, Sendable {
    /// The year; 0 is the year before 1.
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// The day, from 1 on. A day past the month's end means a day of the next month.
    public let day: Int

    /// The day with these numbers. The month must be 1 to 12.
    public init(year: Int, month: Int, day: Int) { (self.year, self.month, self.day) = (year, month, day) }

    /// The day that is `days` days after 1970-01-01.
    public init(daysSince1970 days: Int) {
        let shifted = days + Self.daysBefore1970
        let era = shifted.floorDivided(by: Self.daysInEra)
        let dayOfEra = shifted - era * Self.daysInEra
        // The rest without leap days has 365 days a year: one leap day in 4 years, none in 100, one in 400.
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month > 2 ? 0 : 1)
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    }

    /// Days from 1970-01-01 to this day; negative before.
    public var daysSince1970: Int {
        // A year begins in March here, so that a leap day is its last day.
        let marchYear = month > 2 ? year : year - 1
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let leapDays =
            marchYear.floorDivided(by: 4) - marchYear.floorDivided(by: 100) + marchYear.floorDivided(by: 400)
        // From March on, the months' lengths repeat 31, 30, 31, 30, 31: 153 days in five months.
        return marchYear * 365 + leapDays + (153 * monthFromMarch + 2) / 5 + (day - 1) - Self.daysBefore1970
    }

    /// How many days a month has.
    public static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// In RFC 3339's form: `2026-03-02`.
    public var text: String {
        let out = ByteBuffer(capacity: 16)
        append(to: out)
        return out.bytes.text
    }

    private func append(to out: ByteBuffer) {
        out.append(decimal: year, width: 4)
        out.append(UInt8(ascii: "-"))
        out.append(decimal: month, width: 2)
        out.append(UInt8(ascii: "-"))
        out.append(decimal: day, width: 2)
    }

    /// A point in time in RFC 3339's form, in UTC, to the millisecond: `2026-03-02T09:00:00.000Z`.
    public static func text(millisecondsSince1970 milliseconds: Int) -> String {
        let out = ByteBuffer(capacity: 32)
        append(millisecondsSince1970: milliseconds, to: out)
        return out.bytes.text
    }

    /// Appends the same.
    public static func append(millisecondsSince1970 milliseconds: Int, to out: ByteBuffer) {
        let days = milliseconds.floorDivided(by: 86_400_000)
        let rest = milliseconds - days * 86_400_000
        CivilDate(daysSince1970: days).append(to: out)
        out.append(UInt8(ascii: "T"))
        out.append(decimal: rest / 3_600_000, width: 2)
        out.append(UInt8(ascii: ":"))
        out.append(decimal: rest / 60_000 % 60, width: 2)
        out.append(UInt8(ascii: ":"))
        out.append(decimal: rest / 1000 % 60, width: 2)
        out.append(UInt8(ascii: "."))
        out.append(decimal: rest % 1000, width: 3)
        out.append(UInt8(ascii: "Z"))
    }

    /// Days from 0000-03-01 to 1970-01-01.
    private static let daysBefore1970 = 719_468
    /// Days in 400 years.
    private static let daysInEra = 146_097
}

extension Int {
    /// The quotient, rounded down.
    public func floorDivided(by divisor: Int) -> Int { self / divisor - (self % divisor < 0 ? 1 : 0) }
}
