import Bytes
import Glibc

/// A point in time, in milliseconds since 1970 UTC.
struct Timestamp: Comparable, Hashable, Sendable {
    let milliseconds: Int

    init(milliseconds: Int) { self.milliseconds = milliseconds }

    static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    func adding(seconds: Int) -> Timestamp { Timestamp(milliseconds: milliseconds + seconds * 1000) }

    /// As in `2026-03-02T09:00:00.000Z`.
    var text: String {
        func padded(_ number: some BinaryInteger, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        let time = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
        return "\(date)T\(time).\(padded(milliseconds % 1000, 3))Z"
    }

    /// Reads ISO 8601: a date, or a date and a time of day in UTC or with an offset. Nil for all else.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        var at = 0
        func number(_ width: Int, _ range: ClosedRange<Int>) -> Int? {
            guard at + width <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[at..<(at + width)] {
                guard byte.isDigit else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            at += width
            return range.contains(value) ? value : nil
        }
        func take(_ wanted: Unicode.Scalar) -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: wanted) else { return false }
            at += 1
            return true
        }
        guard let year = number(4, 1970...9999), take("-"), let month = number(2, 1...12), take("-"),
            let day = number(2, 1...31)
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(year - 1900), Int32(month - 1), Int32(day))
        var (fraction, offset) = (0, 0)
        if at < bytes.count {
            guard take("T"), let hour = number(2, 0...23), take(":"), let minute = number(2, 0...59) else { return nil }
            (parts.tm_hour, parts.tm_min) = (Int32(hour), Int32(minute))
            if take(":") {
                guard let second = number(2, 0...60) else { return nil }
                parts.tm_sec = Int32(second)
                if take(".") {
                    var scale = 100
                    guard at < bytes.count, bytes[at].isDigit else { return nil }
                    while let digit = number(1, 0...9) {
                        fraction += digit * scale
                        scale /= 10
                    }
                }
            }
            if !take("Z") {
                let isEast = take("+")
                guard isEast || take("-"), let hours = number(2, 0...23), take(":"), let minutes = number(2, 0...59)
                else { return nil }
                offset = (hours * 60 + minutes) * (isEast ? 60 : -60)
            }
        }
        guard at == bytes.count else { return nil }
        milliseconds = (timegm(&parts) - offset) * 1000 + fraction
    }
}
