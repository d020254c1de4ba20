/// Points in time as RFC 3339 has them.
enum RFC3339 {
    /// The same point in UTC, `2026-01-01T00:00:00Z` with the fraction as spelled; nil for anything that is no such
    /// time.
    static func inUTC(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        var at = 0
        func number(_ width: Int, _ range: ClosedRange<Int>) -> Int? {
            guard at + width <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[at..<at + width] {
                guard byte.isDigit else { return nil }
                value = value * 10 + Int(byte & 15)
            }
            at += width
            return range.contains(value) ? value : nil
        }
        func take(_ letters: String) -> UInt8? {
            guard at < bytes.count, letters.utf8.contains(bytes[at]) else { return nil }
            at += 1
            return bytes[at - 1]
        }
        guard bytes.count <= 40, let year = number(4, 1...9999), take("-") != nil, let month = number(2, 1...12),
            take("-") != nil, let day = number(2, 1...days(month, year)), take("Tt") != nil,
            let hour = number(2, 0...23),
            take(":") != nil, let minute = number(2, 0...59), take(":") != nil, let second = number(2, 0...59)
        else { return nil }
        let fraction = at
        if take(".") != nil {
            while at < bytes.count, bytes[at].isDigit { at += 1 }
            guard at > fraction + 1 else { return nil }
        }
        let decimals = String(decoding: bytes[fraction..<at], as: UTF8.self)
        var minutes = dayNumber(year, month, day) * 1440 + hour * 60 + minute
        if take("Zz") == nil {
            guard let sign = take("+-"), let hours = number(2, 0...23), take(":") != nil, let rest = number(2, 0...59)
            else { return nil }
            minutes += (hours * 60 + rest) * (sign == UInt8(ascii: "-") ? 1 : -1)
        }
        guard at == bytes.count else { return nil }
        let (date, time) = (minutes.floorDivided(by: 1440), minutes.floorRemainder(by: 1440))
        let (newYear, newMonth, newDay) = civil(date)
        guard 0...9999 ~= newYear else { return nil }
        return "\(padded(newYear, 4))-\(padded(newMonth, 2))-\(padded(newDay, 2))T"
            + "\(padded(time / 60, 2)):\(padded(time % 60, 2)):\(padded(second, 2))\(decimals)Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func days(_ month: Int, _ year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days from 0000-03-01 on, in the Gregorian calendar.
    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        return year * 365 + year.floorDivided(by: 4) - year.floorDivided(by: 100) + year.floorDivided(by: 400)
            + (month * 153 + 2) / 5 + day - 1
    }

    private static func civil(_ number: Int) -> (year: Int, month: Int, day: Int) {
        var year = number.floorDivided(by: 366)
        while dayNumber(year + 1, 3, 1) <= number { year += 1 }
        let day = number - dayNumber(year, 3, 1)
        let month = (day * 5 + 2) / 153
        return (month < 10 ? year : year + 1, month < 10 ? month + 3 : month - 9, day - (month * 153 + 2) / 5 + 1)
    }
}

extension Int {
    fileprivate func floorDivided(by divisor: Int) -> Int { (self - floorRemainder(by: divisor)) / divisor }
    fileprivate func floorRemainder(by divisor: Int) -> Int { ((self % divisor) + divisor) % divisor }
}
