import Bytes

/// The times that the API takes and gives.
package enum RFC3339 {
    /// The same time in UTC, `2026-01-01T00:00:00Z`, with the fraction as spelled; nil for anything but such a time.
    package static func inUTC(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { inUTC(bytes: Bytes($0)) }
    }

    /// Bytes of such a time, at most.
    private static let limit = 40

    private static func inUTC(bytes: Bytes) -> String? {
        var reader = FieldReader(bytes)
        guard bytes.count <= limit, let date = date(&reader), reader.letter(of: "Tt") != nil,
            let hour = reader.number(digits: 2, in: 0...23), reader.skip(":"),
            let minute = reader.number(digits: 2, in: 0...59), reader.skip(":"),
            let second = reader.number(digits: 2, in: 0...59)
        else { return nil }
        var fraction = ""
        if reader.skip(".") {
            guard let digits = reader.digits() else { return nil }
            fraction = ".\(digits.text)"
        }
        guard let offset = offset(&reader), reader.isAtEnd else { return nil }
        let minutes = date.daysSince1970 * 1440 + hour * 60 + minute - offset
        let day = minutes.floorDivided(by: 1440)
        let time = minutes - day * 1440
        let inUTC = CivilDate(daysSince1970: day)
        guard 0...9999 ~= inUTC.year else { return nil }
        return "\(inUTC.text)T\((time / 60).padded(to: 2)):\((time % 60).padded(to: 2)):\(second.padded(to: 2))"
            + "\(fraction)Z"
    }

    private static func date(_ reader: inout FieldReader) -> CivilDate? {
        guard let year = reader.number(digits: 4, in: 1...9999), reader.skip("-"),
            let month = reader.number(digits: 2, in: 1...12), reader.skip("-"),
            let day = reader.number(digits: 2, in: 1...CivilDate.days(inMonth: month, of: year))
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }

    /// Minutes that the time is ahead of UTC.
    private static func offset(_ reader: inout FieldReader) -> Int? {
        if reader.letter(of: "Zz") != nil { return 0 }
        guard let sign = reader.letter(of: "+-"), let hours = reader.number(digits: 2, in: 0...23), reader.skip(":"),
            let minutes = reader.number(digits: 2, in: 0...59)
        else { return nil }
        return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
}
