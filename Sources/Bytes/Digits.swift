extension UInt8 {
    /// The value of this hexadecimal digit in either case; nil for any other character.
    public var hexValue: UInt8? {
        if isDigit { return self & 15 }
        let letter = (self | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }

    /// The lower-case digit for a value below 16.
    @inlinable public static func lowerHexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// The upper-case digit for a value below 16.
    @inlinable public static func upperHexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

extension UnsafeRawBufferPointer {
    /// The number that one to four hexadecimal digits spell; nil for anything else.
    public var hexNumber: UInt16? {
        guard 1...4 ~= count else { return nil }
        var number: UInt16 = 0
        for digit in self {
            guard let value = digit.hexValue else { return nil }
            number = number << 4 | UInt16(value)
        }
        return number
    }
}

extension BinaryInteger {
    /// The digits of a non-negative number, with leading zeros up to `width`.
    public func padded(to width: Int, radix: Int = 10) -> String {
        let digits = String(self, radix: radix)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
