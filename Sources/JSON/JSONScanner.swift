import Bytes

/// Where and why bytes are not a JSON text (RFC 8259).
public struct JSONSyntaxError: Error, Equatable {
    /// Position of the first byte that can't be, counted from 0.
    public let offset: Int
    /// What is wrong there, as the end of a sentence.
    public let reason: Reason

    /// The reasons, worded to follow "byte 17: ".
    public enum Reason: String, Sendable {
        case end = "the text ends too early"
        case value = "a value was expected"
        case name = "a name in double quotes was expected"
        case colon = "a colon was expected"
        case comma = "a comma or the closing bracket was expected"
        case trailing = "the text goes on after its value"
        case control = "a raw control character in a string"
        case escape = "not a valid escape"
        case utf8 = "not valid UTF-8"
        case number = "not a valid number"
        case depth = "nested deeper than the limit"
    }
}

/// A strict RFC 8259 reader over bytes: checks every byte, builds nothing.
///
/// Stricter than `JSONSerialization`, which takes trailing commas, and never recursive deeper than `depthLimit`.
public struct JSONScanner {
    /// Arrays and objects inside each other, at most.
    public static let depthLimit = 512

    /// Whether a CR or LF stood between tokens. Inside strings there can be none.
    public private(set) var sawLineBreak = false

    private let base: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private var at: UnsafePointer<UInt8>
    private static let nothing: StaticString = ""

    /// A scanner at the first of `bytes`, which must outlive it and every slice it hands out.
    public init(_ bytes: Bytes) {
        let start = bytes.baseAddress ?? UnsafeRawPointer(Self.nothing.utf8Start)
        base = start.assumingMemoryBound(to: UInt8.self)
        end = base + bytes.count
        at = base
    }

    /// Reads one whole JSON text: a value with nothing but white space around it.
    public mutating func text() throws(JSONSyntaxError) -> JSONSlice {
        let root = try value(depth: 0)
        try finish()
        return root
    }

    /// Refuses anything but white space up to the end.
    public mutating func finish() throws(JSONSyntaxError) {
        skipSpace()
        if at < end { throw failure(.trailing) }
    }

    /// Reads one value, with white space before it allowed.
    public mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONSlice {
        skipSpace()
        guard at < end else { throw failure(.end) }
        let start = at
        switch at.pointee {
        case UInt8(ascii: "\""): return try string()
        case UInt8(ascii: "{"):
            var object = try openObject(depth: depth)
            while try nextMember(of: &object) != nil {}
            return slice(from: start, .object)
        case UInt8(ascii: "["):
            var array = try openArray(depth: depth)
            while try nextElement(of: &array) != nil {}
            return slice(from: start, .array)
        case UInt8(ascii: "t"): return try literal("true", .true)
        case UInt8(ascii: "f"): return try literal("false", .false)
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        default: throw failure(.value)
        }
    }

    /// How far reading an object or array has come.
    public struct Container {
        fileprivate let depth: Int
        fileprivate var isFirst = true
    }

    /// Enters the object that begins here (after white space).
    public mutating func openObject(depth: Int = 0) throws(JSONSyntaxError) -> Container {
        try open(UInt8(ascii: "{"), depth)
    }

    /// Enters the array that begins here (after white space).
    public mutating func openArray(depth: Int = 0) throws(JSONSyntaxError) -> Container {
        try open(UInt8(ascii: "["), depth)
    }

    /// The next member of an open object, checked whole, or nil after the closing brace.
    public mutating func nextMember(of object: inout Container) throws(JSONSyntaxError) -> JSONMember? {
        guard try another(in: &object, UInt8(ascii: "}")) else { return nil }
        guard at < end, at.pointee == UInt8(ascii: "\"") else { throw failure(at < end ? .name : .end) }
        let name = try string()
        skipSpace()
        guard at < end, at.pointee == UInt8(ascii: ":") else { throw failure(at < end ? .colon : .end) }
        at += 1
        return JSONMember(name: name, value: try value(depth: object.depth))
    }

    /// The next element of an open array, checked whole, or nil after the closing bracket.
    public mutating func nextElement(of array: inout Container) throws(JSONSyntaxError) -> JSONSlice? {
        guard try another(in: &array, UInt8(ascii: "]")) else { return nil }
        return try value(depth: array.depth)
    }

    private mutating func open(_ bracket: UInt8, _ depth: Int) throws(JSONSyntaxError) -> Container {
        skipSpace()
        guard at < end, at.pointee == bracket else { throw failure(at < end ? .value : .end) }
        guard depth < Self.depthLimit else { throw failure(.depth) }
        at += 1
        return Container(depth: depth + 1)
    }

    private mutating func another(in container: inout Container, _ closing: UInt8) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        guard at < end else { throw failure(.end) }
        if container.isFirst {
            container.isFirst = false
            guard at.pointee == closing else { return true }
            at += 1
            return false
        }
        if at.pointee == UInt8(ascii: ",") {
            at += 1
            skipSpace()
            return true
        }
        guard at.pointee == closing else { throw failure(.comma) }
        at += 1
        return false
    }

    private mutating func literal(
        _ word: StaticString, _ kind: JSONSlice.Kind
    ) throws(JSONSyntaxError) -> JSONSlice {
        let start = at
        for index in 0..<word.utf8CodeUnitCount {
            guard at < end else { throw failure(.end) }
            guard at.pointee == word.utf8Start[index] else { throw failure(.value) }
            at += 1
        }
        return slice(from: start, kind)
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONSlice {
        let start = at
        if at.pointee == UInt8(ascii: "-") { at += 1 }
        guard at < end else { throw failure(.end) }
        if at.pointee == UInt8(ascii: "0") { at += 1 } else { try digits() }
        if at < end, at.pointee == UInt8(ascii: ".") {
            at += 1
            try digits()
        }
        if at < end, at.pointee | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < end, at.pointee == UInt8(ascii: "+") || at.pointee == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        return slice(from: start, .number)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        guard at < end else { throw failure(.end) }
        guard at.pointee.isDigit else { throw failure(.number) }
        while at < end, at.pointee.isDigit { at += 1 }
    }

    private mutating func string() throws(JSONSyntaxError) -> JSONSlice {
        let start = at
        var hasEscapes = false
        at += 1
        while true {
            skipPlain()
            guard at < end else { throw failure(.end) }
            switch at.pointee {
            case UInt8(ascii: "\""):
                at += 1
                return slice(from: start, .string, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try escape()
            case 0..<0x20: throw failure(.control)
            default: try multibyte()
            }
        }
    }

    /// Moves over printable ASCII, 8 bytes a step, up to a quote, a backslash, a control character or a byte above 127.
    ///
    /// A word of 64 bits and not a `SIMD` vector: the vectors' comparisons compile to loops over their lanes.
    @inline(__always)
    private mutating func skipPlain() {
        while end - at >= 8 {
            let word = UInt64(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt64.self))
            let stops = Self.stops(in: word)
            if stops != 0 {
                at += stops.trailingZeroBitCount &>> 3
                return
            }
            at += 8
        }
        while at < end {
            let byte = at.pointee
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte >= 0x80 { return }
            at += 1
        }
    }

    /// The top bit of each byte at which to stop. Right up to the first of them: a subtraction's borrow can set the bits
    /// of bytes behind it, which nobody looks at.
    @inline(__always)
    private static func stops(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let control = word &- (ones &* 0x20)
        let quote = (word ^ (ones &* 0x22)) &- ones
        let backslash = (word ^ (ones &* 0x5C)) &- ones
        return (control | quote | backslash | word) & (ones &* 0x80)
    }

    private mutating func escape() throws(JSONSyntaxError) {
        guard end - at >= 2 else {
            at = end
            throw failure(.end)
        }
        switch at[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        case UInt8(ascii: "u"):
            for index in 2..<6 {
                guard end - at > index else {
                    at = end
                    throw failure(.end)
                }
                guard at[index].isHexDigit else { throw failure(.escape) }
            }
            at += 6
        default: throw failure(.escape)
        }
    }

    /// One sequence of two to four bytes: RFC 3629, so no overlong forms, no surrogates, nothing above U+10FFFF.
    private mutating func multibyte() throws(JSONSyntaxError) {
        let lead = at.pointee
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw failure(.utf8)
        }
        guard end - at >= length, second.contains(at[1]) else { throw failure(.utf8) }
        for index in 2..<max(2, length) where at[index] & 0xC0 != 0x80 { throw failure(.utf8) }
        at += length
    }

    @inline(__always)
    private mutating func skipSpace() {
        while at < end, at.pointee <= 0x20 {
            switch at.pointee {
            case 0x20, 0x09: break
            case 0x0A, 0x0D: sawLineBreak = true
            default: return
            }
            at += 1
        }
    }

    private func slice(
        from start: UnsafePointer<UInt8>, _ kind: JSONSlice.Kind, hasEscapes: Bool = false
    ) -> JSONSlice {
        JSONSlice(bytes: Bytes(start: start, count: at - start), kind: kind, hasEscapes: hasEscapes)
    }

    private func failure(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
        JSONSyntaxError(offset: at - base, reason: reason)
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
}
