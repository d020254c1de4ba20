import Bytes
import CSystem

/// The grammar, as functions from a token's position to the position after it. They pass positions instead of keeping
/// them in the scanner, so that positions stay in registers: most time per byte of an answer is spent here.
extension JSONScanner {
    /// The position after the object at `start`, inside `depth` containers.
    mutating func skipObject(_ start: Position, _ depth: Int) throws(JSONSyntaxError) -> Position {
        guard depth < Self.depthLimit else { throw failure(start, .depth) }
        var at = skipSpace(start + 1)
        if at < end, at.pointee == UInt8(ascii: "}") { return at + 1 }
        while true {
            var hasEscapes = false
            at = try skipColon(try skipName(at, &hasEscapes))
            at = skipSpace(try skipValue(skipSpace(at), depth + 1))
            guard at < end else { throw failure(at, .end) }
            if at.pointee == UInt8(ascii: "}") { return at + 1 }
            guard at.pointee == UInt8(ascii: ",") else { throw failure(at, .comma) }
            at = skipSpace(at + 1)
        }
    }

    /// The position after the array at `start`, inside `depth` containers.
    mutating func skipArray(_ start: Position, _ depth: Int) throws(JSONSyntaxError) -> Position {
        guard depth < Self.depthLimit else { throw failure(start, .depth) }
        var at = skipSpace(start + 1)
        if at < end, at.pointee == UInt8(ascii: "]") { return at + 1 }
        while true {
            at = skipSpace(try skipValue(at, depth + 1))
            guard at < end else { throw failure(at, .end) }
            if at.pointee == UInt8(ascii: "]") { return at + 1 }
            guard at.pointee == UInt8(ascii: ",") else { throw failure(at, .comma) }
            at = skipSpace(at + 1)
        }
    }

    /// The position after the value at `start`, inside `depth` containers.
    @inline(__always)
    mutating func skipValue(_ start: Position, _ depth: Int) throws(JSONSyntaxError) -> Position {
        guard start < end else { throw failure(start, .end) }
        switch start.pointee {
        case UInt8(ascii: "\""):
            var hasEscapes = false
            let stop = skipPlain(start + 1, &hasEscapes)
            if stop < end, stop.pointee == UInt8(ascii: "\"") { return stop + 1 }
            return try skipString(start, from: stop, &hasEscapes)
        case UInt8(ascii: "{"): return try skipObject(start, depth)
        case UInt8(ascii: "["): return try skipArray(start, depth)
        default: return try skipScalar(start)
        }
    }

    /// The position after the member name at `start`.
    @inline(__always)
    func skipName(_ start: Position, _ hasEscapes: inout Bool) throws(JSONSyntaxError) -> Position {
        guard start < end, start.pointee == UInt8(ascii: "\"") else { throw failure(start, start < end ? .name : .end) }
        let stop = skipPlain(start + 1, &hasEscapes)
        if stop < end, stop.pointee == UInt8(ascii: "\"") { return stop + 1 }
        return try skipString(start, from: stop, &hasEscapes)
    }

    /// The position after the colon at `start`; white space may precede it.
    @inline(__always)
    mutating func skipColon(_ start: Position) throws(JSONSyntaxError) -> Position {
        let at = skipSpace(start)
        guard at < end, at.pointee == UInt8(ascii: ":") else { throw failure(at, at < end ? .colon : .end) }
        return at + 1
    }

    /// The position after any white space at `start`.
    @inline(__always)
    mutating func skipSpace(_ start: Position) -> Position {
        guard start < end, start.pointee <= 0x20 else { return start }
        return skipSomeSpace(start)
    }

    private mutating func skipSomeSpace(_ start: Position) -> Position {
        var at = start
        while at < end {
            switch at.pointee {
            case 0x20, 0x09: break
            case 0x0A, 0x0D: sawLineBreak = true
            default: return at
            }
            at += 1
        }
        return at
    }

    /// The position after the number or literal at `start`.
    func skipScalar(_ start: Position) throws(JSONSyntaxError) -> Position {
        switch start.pointee {
        case UInt8(ascii: "t"): try skipLiteral(start, "true")
        case UInt8(ascii: "f"): try skipLiteral(start, "false")
        case UInt8(ascii: "n"): try skipLiteral(start, "null")
        case UInt8(ascii: "-"), 0x30...0x39: try skipNumber(start)
        default: throw failure(start, .value)
        }
    }

    private func skipLiteral(_ start: Position, _ word: StaticString) throws(JSONSyntaxError) -> Position {
        for index in 0..<word.utf8CodeUnitCount {
            guard start + index < end else { throw failure(start + index, .end) }
            guard start[index] == word.utf8Start[index] else { throw failure(start + index, .value) }
        }
        return start + word.utf8CodeUnitCount
    }

    private func skipNumber(_ start: Position) throws(JSONSyntaxError) -> Position {
        var at = start.pointee == UInt8(ascii: "-") ? start + 1 : start
        guard at < end else { throw failure(at, .end) }
        at = at.pointee == UInt8(ascii: "0") ? at + 1 : try skipDigits(at)
        if at < end, at.pointee == UInt8(ascii: ".") { at = try skipDigits(at + 1) }
        if at < end, at.pointee | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < end, at.pointee == UInt8(ascii: "+") || at.pointee == UInt8(ascii: "-") { at += 1 }
            at = try skipDigits(at)
        }
        return at
    }

    private func skipDigits(_ start: Position) throws(JSONSyntaxError) -> Position {
        guard start < end else { throw failure(start, .end) }
        guard start.pointee.isDigit else { throw failure(start, .number) }
        var at = start + 1
        while at < end, at.pointee.isDigit { at += 1 }
        return at
    }

    /// The position after the string whose opening quote is at `start`.
    func skipString(_ start: Position, _ hasEscapes: inout Bool) throws(JSONSyntaxError) -> Position {
        try skipString(start, from: skipPlain(start + 1, &hasEscapes), &hasEscapes)
    }

    /// The position after the string whose opening quote is at `start`, and which is checked up to `stop`, a byte that
    /// isn't plain.
    private func skipString(
        _ start: Position, from stop: Position, _ hasEscapes: inout Bool
    ) throws(JSONSyntaxError) -> Position {
        var at = stop
        while true {
            guard at < end else { throw failure(at, .end) }
            switch at.pointee {
            case UInt8(ascii: "\""): return at + 1
            case UInt8(ascii: "\\"):
                hasEscapes = true
                at = skipLongPlain(try skipEscape(at), &hasEscapes)
            case 0..<0x20: throw failure(at, .control)
            default: at = skipLongPlain(try skipMultibyte(at), &hasEscapes)
            }
        }
    }

    /// Skips printable ASCII, up to a quote, a backslash, a control character or a byte above 127. In a string longer
    /// than usual, skips escapes and other characters too.
    @inline(__always)
    private func skipPlain(_ start: Position, _ hasEscapes: inout Bool) -> Position {
        var at = start
        while end - at >= 16 {
            let count = Self.plainCount(at)
            at += count
            if count < 16 { return at }
            if at - start == Self.usualLength { return skipLongPlain(at, &hasEscapes) }
        }
        return Self.skipPlainBytes(at, end)
    }

    /// Bytes from which on a string counts as long.
    private static let usualLength = 32

    private func skipLongPlain(_ start: Position, _ hasEscapes: inout Bool) -> Position {
        var passedEscapes: Int32 = 0
        let passed = rpc_pass_string(start, end, &passedEscapes)
        if passedEscapes != 0 { hasEscapes = true }
        let at = start + max(passed, 0)
        if passed >= 0, end - at >= 64 { return at }
        return Self.skipPlainSteps(at, end)
    }

    /// The position after the printable ASCII at `start` without quotes and backslashes.
    static func skipPlainSteps(_ start: Position, _ end: Position) -> Position {
        var at = start
        while end - at >= 16 {
            let count = plainCount(at)
            at += count
            if count < 16 { return at }
        }
        return skipPlainBytes(at, end)
    }

    private static func skipPlainBytes(_ start: Position, _ end: Position) -> Position {
        var at = start
        while at < end {
            let byte = at.pointee
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte >= 0x80 { return at }
            at += 1
        }
        return at
    }

    /// How many of the 16 bytes at `start` precede the first one to stop at.
    @inline(__always)
    private static func plainCount(_ start: Position) -> Int {
        let halves = stops(in: UnsafeRawPointer(start).loadUnaligned(as: SIMD16<UInt8>.self))
        if halves.x != 0 { return halves.x.trailingZeroBitCount &>> 3 }
        if halves.y != 0 { return 8 + (halves.y.trailingZeroBitCount &>> 3) }
        return 16
    }

    /// Sets all bits of each byte to stop at, and no others; in two words, because those can be searched.
    ///
    /// The types are spelled out: inferred ones choose the generic operators, which loop over the lanes.
    @inline(__always)
    private static func stops(in bytes: SIMD16<UInt8>) -> SIMD2<UInt64> {
        let quote = SIMD16<UInt8>(repeating: UInt8(ascii: "\""))
        let backslash = SIMD16<UInt8>(repeating: UInt8(ascii: "\\"))
        // As signed numbers, the bytes above 127 are below the space, too.
        let space = SIMD16<Int8>(repeating: 0x20)
        let marks = (SIMD16<Int8>(truncatingIfNeeded: bytes) .< space) .| (bytes .== quote) .| (bytes .== backslash)
        return unsafeBitCast(marks, to: SIMD2<UInt64>.self)
    }

    /// Bit n: the character n may follow a backslash.
    private static let escapedMarks: UInt64 = 1 << 34 | 1 << 47
    /// Bit n: the character 64 + n may follow a backslash.
    private static let escapedLetters: UInt64 = 1 << 28 | 1 << 34 | 1 << 38 | 1 << 46 | 1 << 50 | 1 << 52

    /// The position after the escape whose backslash is at `start`.
    @inline(__always)
    private func skipEscape(_ start: Position) throws(JSONSyntaxError) -> Position {
        guard end - start >= 2 else { throw failure(end, .end) }
        // A look-up, because a branch on the letter can't be predicted.
        let letter = start[1]
        let letters = letter < 64 ? Self.escapedMarks : Self.escapedLetters
        if letter < 128, letters >> UInt64(letter & 63) & 1 == 1 { return start + 2 }
        guard letter == UInt8(ascii: "u") else { throw failure(start, .escape) }
        for index in 2..<6 {
            guard end - start > index else { throw failure(end, .end) }
            guard start[index].isHexDigit else { throw failure(start, .escape) }
        }
        return start + 6
    }

    /// The position after one sequence of two to four bytes: RFC 3629, so no overlong forms, no surrogates, nothing
    /// above U+10FFFF.
    private func skipMultibyte(_ start: Position) throws(JSONSyntaxError) -> Position {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch start.pointee {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw failure(start, .utf8)
        }
        guard end - start >= length, second.contains(start[1]) else { throw failure(start, .utf8) }
        for index in 2..<max(2, length) where start[index] & 0xC0 != 0x80 { throw failure(start, .utf8) }
        return start + length
    }
}

extension Bytes {
    /// How many bytes from `start` on are ASCII other than control characters (DEL is allowed), quotes and backslashes.
    public func plainCount(from start: Int) -> Int {
        guard let base = baseAddress?.assumingMemoryBound(to: UInt8.self), start < count else { return 0 }
        return JSONScanner.skipPlainSteps(base + start, base + count) - base - start
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
}
