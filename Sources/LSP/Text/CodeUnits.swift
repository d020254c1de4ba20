import Bytes

/// Counts UTF-16 code units in UTF-8, eight bytes a step.
///
/// A character of one to three bytes is one unit, and one of four bytes is two. So the units of a text are its bytes
/// that begin a character, and those that begin one of four bytes once more.
enum CodeUnits {
    private static let high: UInt64 = 0x8080_8080_8080_8080

    /// The units of `bytes`.
    static func count(_ bytes: Bytes) -> Int {
        var (units, at) = (0, 0)
        while bytes.count - at >= 8 {
            units += Self.units(inEight: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        while at < bytes.count {
            units += Self.units(at: bytes[at])
            at += 1
        }
        return units
    }

    /// The bytes of the characters before unit `limit`, or all of `bytes` if they have fewer. A limit between the two
    /// units of a character stands for its start.
    static func length(_ bytes: Bytes, units limit: Int) -> Int {
        var (left, at) = (limit, 0)
        while left >= 8, bytes.count - at >= 8 {
            left -= Self.units(inEight: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        while at < bytes.count {
            let units = Self.units(at: bytes[at])
            if units > left || units > 0 && left == 0 { break }
            left -= units
            at += 1
        }
        return at
    }

    private static func units(at byte: UInt8) -> Int { byte & 0xC0 == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1 }

    private static func units(inEight word: UInt64) -> Int {
        let marked = word & high
        if marked == 0 { return 8 }
        let following = marked & ~(word << 1)
        let ofFour = marked & word << 1 & word << 2 & word << 3
        return 8 - following.nonzeroBitCount + ofFour.nonzeroBitCount
    }
}
