import Bytes
import JSON

extension Unicode.Scalar {
    /// Blanks of every script and width, line breaks among them.
    var isCellBlank: Bool {
        switch value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// What nobody sees at the ends of a cell: blanks, marks of direction and width, a byte-order mark. Controls that
    /// move a cursor are none of it.
    var isCellEdge: Bool { isCellBlank || isDisturbing && value > 0x9F }
}

extension UnsafeRawBufferPointer {
    /// The character at `at` and its length; a byte that begins no valid UTF-8 is U+FFFD.
    func scalar(at: Int) -> (scalar: Unicode.Scalar, length: Int) {
        let first = self[at]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, at + length <= count else { return ("\u{FFFD}", 1) }
        var value = UInt32(first) & (0x7F >> UInt32(length))
        for offset in 1..<length {
            guard self[at + offset] & 0xC0 == 0x80 else { return ("\u{FFFD}", 1) }
            value = value << 6 | UInt32(self[at + offset] & 0x3F)
        }
        return Unicode.Scalar(value).map { ($0, length) } ?? ("\u{FFFD}", 1)
    }

    /// The cell without what nobody sees at its ends.
    package var cellTrimmed: Bytes {
        var start = 0
        var end = count
        while start < end {
            let (scalar, length) = scalar(at: start)
            guard scalar.isCellEdge else { break }
            start += length
        }
        while end > start {
            var last = end - 1
            while last > start, self[last] & 0xC0 == 0x80 { last -= 1 }
            guard scalar(at: last).scalar.isCellEdge else { break }
            end = last
        }
        return slice(start, end)
    }

    /// The cell without the apostrophe that keeps a spreadsheet from taking it for a formula.
    var withoutFormulaGuard: Bytes {
        guard first == UInt8(ascii: "'"), let second = first(where: { $0 != UInt8(ascii: "'") }) else { return self }
        return TableWriter.beginsFormula(second) ? dropping(1) : self
    }

    /// The first invisible character, as people look it up: `U+200B`.
    var invisibleName: String? {
        for scalar in text.unicodeScalars where scalar.isDisturbing {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: digits.count < 4 ? 4 - digits.count : 0) + digits
        }
        return nil
    }

    /// Whether it may be a token: such a cell is never shown.
    var looksSecret: Bool {
        let lower = prefix(4096).map { $0 | 0x20 }
        let marks = ["sk-apik", "bearer ", "apik_", "token=", "-----begin"].map { $0.utf8.map { $0 | 0x20 } }
        if lower.withUnsafeBytes({ cell in marks.contains { mark in mark.withUnsafeBytes { cell.holds($0) } } }) {
            return true
        }
        guard count >= 32, !starts(with: "ngmt_"), !starts(with: "cnt_") else { return false }
        var kinds = (upper: false, lower: false, digit: false)
        for byte in self {
            switch byte {
            case 0x41...0x5A: kinds.upper = true
            case 0x61...0x7A: kinds.lower = true
            case 0x30...0x39: kinds.digit = true
            case 0x2B, 0x2D, 0x2E, 0x2F, 0x3D, 0x5F: break
            default: return false
            }
        }
        return kinds.digit && (kinds.upper || kinds.lower)
    }
}
