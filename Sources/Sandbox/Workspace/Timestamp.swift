import Bytes

/// A point in time, in milliseconds since 1970 UTC.
package struct Timestamp: Comparable, Hashable, Sendable {
    let milliseconds: Int
    /// As a seed spells it; nil for this program's own form.
    private let spelling: String?

    init(milliseconds: Int, spelling: String? = nil) { (self.milliseconds, self.spelling) = (milliseconds, spelling) }

    package static func == (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds == right.milliseconds }

    package func hash(into hasher: inout Hasher) { hasher.combine(milliseconds) }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    func adding(seconds: Int) -> Timestamp { Timestamp(milliseconds: milliseconds + seconds * 1000) }

    /// As in `2026-03-02T09:00:00.000Z`.
    package var text: String { spelling ?? CivilDate.text(millisecondsSince1970: milliseconds) }

    /// Reads ISO 8601: a date, or a date and a time of day in UTC or with an offset; nil for anything else.
    package init?(_ text: String) {
        var text = text
        guard let milliseconds = text.withUTF8({ Self.milliseconds(Bytes($0)) }) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    private static func milliseconds(_ bytes: Bytes) -> Int? {
        var reader = FieldReader(bytes)
        guard let year = reader.number(digits: 4, in: 1970...9999), reader.skip("-"),
            let month = reader.number(digits: 2, in: 1...12), reader.skip("-"),
            let day = reader.number(digits: 2, in: 1...31)
        else { return nil }
        let midnight = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400_000
        if reader.isAtEnd { return midnight }
        guard reader.skip("T"), let time = time(&reader), let offset = offset(&reader), reader.isAtEnd else {
            return nil
        }
        return midnight + time - offset
    }

    /// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fff…` as milliseconds; smaller parts are dropped.
    private static func time(_ reader: inout FieldReader) -> Int? {
        guard let hour = reader.number(digits: 2, in: 0...23), reader.skip(":"),
            let minute = reader.number(digits: 2, in: 0...59)
        else { return nil }
        var milliseconds = (hour * 60 + minute) * 60_000
        guard reader.skip(":") else { return milliseconds }
        guard let second = reader.number(digits: 2, in: 0...60) else { return nil }
        milliseconds += second * 1000
        guard reader.skip(".") else { return milliseconds }
        guard let digits = reader.digits() else { return nil }
        for (digit, scale) in zip(digits, [100, 10, 1]) { milliseconds += Int(digit & 15) * scale }
        return milliseconds
    }

    /// Milliseconds that the time is ahead of UTC.
    private static func offset(_ reader: inout FieldReader) -> Int? {
        if reader.skip("Z") { return 0 }
        guard let sign = reader.letter(of: "+-"), let hours = reader.number(digits: 2, in: 0...23), reader.skip(":"),
            let minutes = reader.number(digits: 2, in: 0...59)
        else { return nil }
        return (hours * 60 + minutes) * (sign == UInt8(ascii: "+") ? 60_000 : -60_000)
    }
}
