import Bytes

/// A table's text as UTF-8, whatever it was saved as.
struct TableText {
    /// What the file is saved in.
    enum Encoding: Equatable {
        case utf8, utf16, windows1252
    }

    /// What the file is saved in, by its mark or by what fits.
    let encoding: Encoding
    /// Owns `bytes` where they had to be converted.
    private let converted: ByteBuffer?
    private let original: Bytes

    /// The text, without a mark. Valid while the file's bytes and this value live.
    var bytes: Bytes { converted?.bytes ?? original }
    /// Whether there was not enough memory for it.
    var isIncomplete: Bool { converted?.isIncomplete ?? false }

    /// Reads the bytes of a file, which must outlive this.
    init(_ file: Bytes) {
        if file.starts(with: [0xEF, 0xBB, 0xBF]) {
            let text = file.dropping(3)
            (encoding, original) = (.utf8, text)
            // The mark says what it is; what does not fit can't be read.
            converted = text.isUTF8 ? nil : ByteBuffer(text: text.text)
        } else if let order = Self.order(of: file) {
            (encoding, original) = (.utf16, file)
            converted = Self.fromUTF16(file, order)
        } else if file.isUTF8 {
            (encoding, original, converted) = (.utf8, file, nil)
        } else {
            (encoding, original) = (.windows1252, file)
            converted = Self.fromWindows1252(file)
        }
    }

    private enum ByteOrder {
        case little, big
    }

    /// The order of UTF-16's bytes, by its mark; without one, where every second byte of the beginning is NUL and no
    /// other is.
    private static func order(of file: Bytes) -> ByteOrder? {
        if file.starts(with: [0xFF, 0xFE]) { return .little }
        if file.starts(with: [0xFE, 0xFF]) { return .big }
        guard file.count >= 8, file.count % 2 == 0 else { return nil }
        var zeros = (even: 0, odd: 0)
        let looked = min(file.count, 1024)
        for index in 0..<looked where file[index] == 0 {
            if index % 2 == 0 { zeros.even += 1 } else { zeros.odd += 1 }
        }
        if zeros.even == 0, zeros.odd * 4 > looked { return .little }
        return zeros.odd == 0 && zeros.even * 4 > looked ? .big : nil
    }

    private static func fromUTF16(_ file: Bytes, _ order: ByteOrder) -> ByteBuffer {
        let text = ByteBuffer(capacity: file.count)
        func unit(_ at: Int) -> UInt32 {
            let (first, second) = (UInt32(file[at]), UInt32(file[at + 1]))
            return order == .little ? second << 8 | first : first << 8 | second
        }
        let end = file.count / 2 * 2
        var at = 0
        while at < end {
            var value = unit(at)
            at += 2
            if value == 0xFEFF, at == 2 { continue }
            if value & 0xFC00 == 0xD800, at < end, unit(at) & 0xFC00 == 0xDC00 {
                value = 0x10000 + (value & 0x3FF) << 10 + unit(at) & 0x3FF
                at += 2
            }
            text.append(scalar: Unicode.Scalar(value) ?? "\u{FFFD}")
        }
        if end < file.count { text.append(scalar: "\u{FFFD}") }
        return text
    }

    private static func fromWindows1252(_ file: Bytes) -> ByteBuffer {
        let text = ByteBuffer(capacity: file.count + file.count / 8)
        for byte in file {
            text.append(scalar: 0x80...0x9F ~= byte ? upper[Int(byte & 0x1F)] : Unicode.Scalar(byte))
        }
        return text
    }

    /// 0x80 to 0x9F of Windows-1252.
    private static let upper: [Unicode.Scalar] = [
        "€", "\u{FFFD}", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\u{FFFD}", "Ž", "\u{FFFD}",
        "\u{FFFD}", "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "\u{FFFD}", "ž", "Ÿ",
    ]
}

extension ByteBuffer {
    fileprivate func append(scalar: Unicode.Scalar) {
        if scalar.isASCII { return append(UInt8(truncatingIfNeeded: scalar.value)) }
        if let bytes = UTF8.encode(scalar) { for byte in bytes { append(byte) } }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these are valid UTF-8.
    var isUTF8: Bool {
        var at = 0
        while at < count {
            if count - at >= 8, loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
                at += 8
                continue
            }
            let length = lengthOfScalar(at: at)
            if length == 0 { return false }
            at += length
        }
        return true
    }

    /// The number of bytes of the character at `at`; 0 if there is no valid UTF-8.
    private func lengthOfScalar(at: Int) -> Int {
        let first = self[at]
        if first < 0x80 { return 1 }
        func follows(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            at + offset < count && range.contains(self[at + offset])
        }
        switch first {
        case 0xC2...0xDF: return follows(1) ? 2 : 0
        case 0xE0...0xEF:
            let second: ClosedRange<UInt8> = first == 0xE0 ? 0xA0...0xBF : first == 0xED ? 0x80...0x9F : 0x80...0xBF
            return follows(1, second) && follows(2) ? 3 : 0
        case 0xF0...0xF4:
            let second: ClosedRange<UInt8> = first == 0xF0 ? 0x90...0xBF : first == 0xF4 ? 0x80...0x8F : 0x80...0xBF
            return follows(1, second) && follows(2) && follows(3) ? 4 : 0
        default: return 0
        }
    }
}
