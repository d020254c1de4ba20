import CSystem

extension UnsafeRawBufferPointer {
    /// The bytes of a literal; they live as long as the process.
    public init(_ literal: StaticString) {
        self.init(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    /// Whether both hold the same bytes.
    public func equals(_ other: Bytes) -> Bool {
        guard count == other.count else { return false }
        guard let left = baseAddress, let right = other.baseAddress else { return count == 0 }
        return rpc_equal(left, right, count) != 0
    }

    /// Whether these are the bytes of `literal`.
    public func equals(_ literal: StaticString) -> Bool { equals(Bytes(literal)) }

    /// Whether these are the bytes of `literal`, ignoring ASCII case.
    public func equalsIgnoringCase(_ literal: StaticString) -> Bool { equalsIgnoringCase(bytes: Bytes(literal)) }

    /// Whether these are the bytes of `other`, of which there is at least one, ignoring ASCII case.
    public func equalsIgnoringCase(bytes other: Bytes) -> Bool {
        guard count == other.count, let start = baseAddress, let otherStart = other.baseAddress else { return false }
        return rpc_equal_caseless(start, otherStart, count) != 0
    }

    /// Whether these bytes begin with those of `literal`.
    public func starts(with literal: StaticString) -> Bool {
        count >= literal.utf8CodeUnitCount && slice(0, literal.utf8CodeUnitCount).equals(literal)
    }

    /// The bytes from `start` up to, not including, `end`.
    public func slice(_ start: Int, _ end: Int) -> Bytes { Bytes(rebasing: self[start..<end]) }

    /// The bytes from `start` on.
    public func dropping(_ start: Int) -> Bytes { Bytes(rebasing: self[start...]) }

    /// The position of the first `byte`, or nil.
    public func firstPosition(of byte: UInt8) -> Int? {
        guard let start = baseAddress else { return nil }
        let found = rpc_first(start, count, byte)
        return found < 0 ? nil : found
    }

    /// The position of the last `byte`, or nil.
    public func lastPosition(of byte: UInt8) -> Int? {
        guard let start = baseAddress else { return nil }
        let found = rpc_last(start, count, byte)
        return found < 0 ? nil : found
    }

    /// The position of the first `part`, or nil.
    public func firstPosition(of part: Bytes) -> Int? {
        guard let start = baseAddress, let other = part.baseAddress else { return part.isEmpty ? 0 : nil }
        let found = rpc_position(start, count, other, part.count)
        return found < 0 ? nil : found
    }

    /// Whether it contains `part`.
    public func holds(_ part: Bytes) -> Bool { firstPosition(of: part) != nil }

    /// The number of leading spaces, tabs, CR and LF.
    public var leadingSpaceCount: Int {
        let spaces: UInt64 = 0x2020_2020_2020_2020
        var at = 0
        while count - at >= 8, loadUnaligned(fromByteOffset: at, as: UInt64.self) == spaces { at += 8 }
        while at < count, self[at].isSpace { at += 1 }
        return at
    }

    /// The bytes without spaces, tabs, CR and LF at both ends.
    public var trimmed: Bytes {
        var start = 0
        var end = count
        while start < end, self[start].isSpace { start += 1 }
        while end > start, self[end - 1].isSpace { end -= 1 }
        return slice(start, end)
    }

    /// The bytes as text; invalid UTF-8 becomes U+FFFD.
    public var text: String { String(decoding: self, as: UTF8.self) }

    /// A hash, stable within one process. For tables that compare the bytes too.
    public var fingerprint: UInt64 {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)
        var at = 0
        while count - at >= 8 {
            // Both halves of the product, or the last letters of a word would not reach the low bits.
            let word = state ^ loadUnaligned(fromByteOffset: at, as: UInt64.self)
            let product = word.multipliedFullWidth(by: 0xFF51_AFD7_ED55_8CCD)
            state = product.high ^ product.low
            at += 8
        }
        while at < count {
            state = (state ^ UInt64(self[at])) &* 0x100_0000_01B3
            at += 1
        }
        return state ^ (state &>> 29)
    }
}

extension UInt8 {
    /// Space, tab, LF or CR: the white space of RFC 8259 §2.
    public var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
    /// `0` to `9`.
    public var isDigit: Bool { self &- 0x30 < 10 }
    /// `A`–`Z`, `a`–`z`, `0`–`9`.
    public var isAlphanumeric: Bool { isDigit || (self | 0x20) &- 0x61 < 26 }
}
