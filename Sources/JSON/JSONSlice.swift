import Bytes
import Foundation

/// The bytes of one JSON value that a `JSONScanner` has checked. Borrowed from the text.
public struct JSONSlice {
    /// What the value is.
    public enum Kind: Sendable { case object, array, string, number, `true`, `false`, null }

    /// The value as spelled, without white space around it.
    public let bytes: Bytes
    /// What the value is.
    public let kind: Kind
    /// Whether a string contains a backslash.
    public let hasEscapes: Bool

    init(bytes: Bytes, kind: Kind, hasEscapes: Bool) {
        self.bytes = bytes
        self.kind = kind
        self.hasEscapes = hasEscapes
    }

    /// The bytes between the quotes of a string without escapes, which is its UTF-8; otherwise nil.
    public var plainString: Bytes? {
        kind == .string && !hasEscapes ? bytes.slice(1, bytes.count - 1) : nil
    }

    /// The text of a string; nil for other values, and for a lone surrogate escape, which no `String` can hold.
    public var string: String? {
        if let plain = plainString { return plain.text }
        guard kind == .string else { return nil }
        return (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) as? String
    }

    /// Whether this is a string equal to `literal` (ASCII), with any escapes. Compares bytes, so a Kelvin sign is no K;
    /// and without decoding, so a million escaped names cost no more than reading them.
    public func reads(_ literal: StaticString) -> Bool {
        // Most are as many bytes as no other.
        if !hasEscapes, bytes.count != literal.utf8CodeUnitCount &+ 2 { return false }
        return decodes(to: literal)
    }

    private func decodes(to literal: StaticString) -> Bool {
        if let plain = plainString { return plain.equals(literal) }
        guard kind == .string else { return false }
        var rest = bytes.slice(1, bytes.count - 1)
        for index in 0..<literal.utf8CodeUnitCount {
            guard let (unit, length) = Self.firstUnit(of: rest), unit == UInt16(literal.utf8Start[index]), unit < 0x80
            else { return false }
            rest = rest.dropping(length)
        }
        return rest.isEmpty
    }

    /// Whether this is a string equal to `text` (UTF-8), with any escapes. Does not decode it.
    public func spells(utf8 text: [UInt8]) -> Bool { text.withUnsafeBytes { spells($0) } }

    /// Whether this is a string equal to `text` (UTF-8), with any escapes. Does not decode it.
    public func spells(_ text: Bytes) -> Bool {
        if let plain = plainString { return plain.equals(text) }
        guard kind == .string else { return false }
        var rest = bytes.slice(1, bytes.count - 1)
        var wanted = text[...]
        while let (unit, length) = Self.firstUnit(of: rest) {
            rest = rest.dropping(length)
            guard length > 1, unit >= 0x80 else {
                guard wanted.popFirst() == UInt8(truncatingIfNeeded: unit) else { return false }
                continue
            }
            var value = UInt32(unit)
            if UTF16.isLeadSurrogate(unit), let (second, more) = Self.firstUnit(of: rest),
                UTF16.isTrailSurrogate(second)
            {
                value = 0x10000 + (value & 0x3FF) << 10 + UInt32(second) & 0x3FF
                rest = rest.dropping(more)
            }
            guard let scalar = Unicode.Scalar(value) else { return false }
            for byte in UTF8.encode(scalar).map(Array.init) ?? [] {
                guard wanted.popFirst() == byte else { return false }
            }
        }
        return wanted.isEmpty
    }

    /// The value of a text that a scanner has checked.
    public init(checked text: Bytes) {
        let value = text.trimmed
        let kind: Kind =
            switch value.first {
            case UInt8(ascii: "{"): .object
            case UInt8(ascii: "["): .array
            case UInt8(ascii: "\""): .string
            case UInt8(ascii: "t"): .true
            case UInt8(ascii: "f"): .false
            case UInt8(ascii: "n"): .null
            default: .number
            }
        self.init(bytes: value, kind: kind, hasEscapes: kind == .string && value.contains(UInt8(ascii: "\\")))
    }

    /// The first byte of a string's inside, or the UTF-16 code unit of an escape there; and the number of bytes that
    /// spell it.
    static func firstUnit(of rest: Bytes) -> (unit: UInt16, length: Int)? {
        guard let first = rest.first else { return nil }
        guard first == UInt8(ascii: "\\"), rest.count > 1 else { return (UInt16(first), 1) }
        switch rest[1] {
        case UInt8(ascii: "b"): return (0x08, 2)
        case UInt8(ascii: "f"): return (0x0C, 2)
        case UInt8(ascii: "n"): return (0x0A, 2)
        case UInt8(ascii: "r"): return (0x0D, 2)
        case UInt8(ascii: "t"): return (0x09, 2)
        case UInt8(ascii: "u"): return escapedUnit(in: rest).map { ($0, 6) }
        default: return (UInt16(rest[1]), 2)
        }
    }

    /// The UTF-16 code unit of an escape `\uXXXX` at the start of `text`; nil if there is none.
    public static func escapedUnit(in text: Bytes) -> UInt16? {
        guard text.count >= 6, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "u") else { return nil }
        return text.slice(2, 6).hexNumber
    }

    /// `true` or `false`; nil for all else.
    public var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// A number without a fraction, in any spelling (`3`, `3.0`, `3e0`); nil for other values and beyond ±2⁵³.
    public var integer: Int? {
        guard kind == .number else { return nil }
        if bytes.count <= 15, let plain = Int(bytes.text) { return plain }
        return exactInteger
    }

    /// Digit by digit, because `Double` rounds 9007199254740993 and 0.99999999999999999 to whole numbers nearby.
    private var exactInteger: Int? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        // The number is `value` · 10^`power`; `zeros` counts zeros that only matter if another digit follows.
        var (value, power, zeros, significant) = (0, 0, 0, 0)
        var isFraction = false
        var rest = isNegative ? bytes.dropping(1) : bytes
        while let byte = rest.first, byte | 0x20 != UInt8(ascii: "e") {
            rest = rest.dropping(1)
            if byte == UInt8(ascii: ".") {
                isFraction = true
                continue
            }
            if isFraction { power -= 1 }
            guard byte != UInt8(ascii: "0") || value == 0 else {
                zeros += 1
                continue
            }
            significant += byte == UInt8(ascii: "0") ? 0 : zeros + 1
            // Counted from the first digit that is not 0. 2⁵³ has 16 digits, so more mean a fraction, or too large a
            // number.
            guard significant <= 16 else { return nil }
            for _ in 0...zeros { value *= 10 }
            value += Int(byte & 15)
            zeros = 0
        }
        guard value != 0 else { return 0 }
        power += zeros + (rest.isEmpty ? 0 : Self.exponent(rest.dropping(1)))
        guard (0...15).contains(power) else { return nil }
        for _ in 0..<power {
            value *= 10
            guard value <= 9_007_199_254_740_992 else { return nil }
        }
        guard value <= 9_007_199_254_740_992 else { return nil }
        return isNegative ? -value : value
    }

    /// An exponent with an optional sign, clamped to ±10¹².
    private static func exponent(_ digits: Bytes) -> Int {
        var number = 0
        for byte in digits where byte.isDigit { number = min(number * 10 + Int(byte & 15), 1_000_000_000_000) }
        return digits.first == UInt8(ascii: "-") ? -number : number
    }

    /// The members of an object in order, duplicates included; nothing for all else.
    public var members: Members { Members(self) }

    /// The elements of an array in order; nothing for all else.
    public var elements: Elements { Elements(self) }

    /// The first member named `name`, or nil.
    public func member(_ name: StaticString) -> JSONSlice? {
        for member in members where member.name.reads(name) { return member.value }
        return nil
    }

    /// The first member named `name`, if it is an object or an array, to be iterated over: it is not read to its end
    /// first, so its bytes go on to the end of this value. Nil if there is none.
    public func openMember(_ name: StaticString) -> JSONSlice? {
        var scanner = JSONScanner(bytes)
        guard kind == .object, var object = try? scanner.openObject(),
            (try? scanner.goTo(name, in: &object)) == true
        else { return nil }
        let kind: Kind? =
            switch scanner.rest.first {
            case UInt8(ascii: "{"): .object
            case UInt8(ascii: "["): .array
            default: nil
            }
        return kind.map { JSONSlice(bytes: scanner.rest, kind: $0, hasEscapes: false) }
    }

    /// The name of the first member that occurs twice, or nil.
    public var repeatedName: JSONSlice? {
        var names = JSONNames()
        for member in members where !names.insert(member.name) { return member.name }
        return nil
    }

    /// Iterates over members. The text was checked, so reading it again can't fail.
    public struct Members: Sequence, IteratorProtocol {
        private var scanner: JSONScanner
        private var object: JSONScanner.Container?

        fileprivate init(_ slice: JSONSlice) {
            scanner = JSONScanner(slice.bytes)
            object = slice.kind == .object ? try? scanner.openObject() : nil
        }

        /// The next member, or nil at the end.
        public mutating func next() -> JSONMember? {
            guard object != nil else { return nil }
            return try? scanner.nextMember(of: &object!)
        }
    }

    /// Iterates over elements. The text was checked, so reading it again can't fail.
    public struct Elements: Sequence, IteratorProtocol {
        private var scanner: JSONScanner
        private var array: JSONScanner.Container?

        fileprivate init(_ slice: JSONSlice) {
            scanner = JSONScanner(slice.bytes)
            array = slice.kind == .array ? try? scanner.openArray() : nil
        }

        /// The next element, or nil at the end.
        public mutating func next() -> JSONSlice? {
            guard array != nil else { return nil }
            return try? scanner.nextElement(of: &array!)
        }
    }
}
