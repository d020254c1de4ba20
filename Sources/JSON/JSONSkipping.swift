import Bytes
import CSystem

/// The grammar, as functions from the position of a token to the position behind it. Positions are passed and returned,
/// not kept in the scanner, so that they stay in registers: this is where an answer's bytes cost their time.
extension JSONScanner {
    /// Behind the object that begins at `start`, with `depth` containers around it.
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

    /// Behind the array that begins at `start`, with `depth` containers around it.
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

    @inline(__always)
    private mutating func skipValue(_ start: Position, _ depth: Int) throws(JSONSyntaxError) -> Position {
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

    /// Behind the member name that must begin at `start`.
    @inline(__always)
    func skipName(_ start: Position, _ hasEscapes: inout Bool) throws(JSONSyntaxError) -> Position {
        guard start < end, start.pointee == UInt8(ascii: "\"") else { throw failure(start, start < end ? .name : .end) }
        let stop = skipPlain(start + 1, &hasEscapes)
        if stop < end, stop.pointee == UInt8(ascii: "\"") { return stop + 1 }
        return try skipString(start, from: stop, &hasEscapes)
    }

    /// Behind the colon that must follow `start`, white space before it allowed.
    @inline(__always)
    mutating func skipColon(_ start: Position) throws(JSONSyntaxError) -> Position {
        let at = skipSpace(start)
        guard at < end, at.pointee == UInt8(ascii: ":") else { throw failure(at, at < end ? .colon : .end) }
        return at + 1
    }

    /// Behind the white space that begins at `start`, if any.
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

    /// Behind the number or literal that must begin at `start`.
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

    /// Behind the string that begins with the quote at `start`.
    func skipString(_ start: Position, _ hasEscapes: inout Bool) throws(JSONSyntaxError) -> Position {
        try skipString(start, from: skipPlain(start + 1, &hasEscapes), &hasEscapes)
    }

    /// Behind the string that begins with the quote at `start` and is all right up to `stop`, which is not plain.
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

    /// Moves over printable ASCII to a quote, a backslash, a control character or a byte above 127; in what is longer
    /// than most strings are, over escapes and other characters too.
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

    /// Bytes after which a string is taken for a long one.
    private static let usualLength = 32

    private func skipLongPlain(_ start: Position, _ hasEscapes: inout Bool) -> Position {
        var passedEscapes: Int32 = 0
        let passed = rpc_pass_string(start, end, &passedEscapes)
        if passedEscapes != 0 { hasEscapes = true }
        let at = start + max(passed, 0)
        if passed >= 0, end - at >= 64 { return at }
        return Self.skipPlainSteps(at, end)
    }

    /// Behind the printable ASCII that begins at `start` and holds neither a quote nor a backslash.
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

    /// How many of the 16 bytes at `start` come before the first at which to stop.
    @inline(__always)
    private static func plainCount(_ start: Position) -> Int {
        let halves = stops(in: UnsafeRawPointer(start).loadUnaligned(as: SIMD16<UInt8>.self))
        if halves.x != 0 { return halves.x.trailingZeroBitCount &>> 3 }
        if halves.y != 0 { return 8 + (halves.y.trailingZeroBitCount &>> 3) }
        return 16
    }

    /// All bits of each byte at which to stop, none of the others; in two words, because those can be searched.
    ///
    /// The types are spelled out: with inferred ones the generic operators are taken, which are loops over the lanes.
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

    /// Behind the escape that begins with the backslash at `start`.
    @inline(__always)
    private func skipEscape(_ start: Position) throws(JSONSyntaxError) -> Position {
        guard end - start >= 2 else { throw failure(end, .end) }
        // A look-up and not a switch: which letter comes can't be predicted.
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

    /// Behind one sequence of two to four bytes: RFC 3629, so no overlong forms, no surrogates, nothing above U+10FFFF.
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
    /// How many bytes from `start` on are ASCII without control characters (but DEL), quotes and backslashes.
    public func plainCount(from start: Int) -> Int {
        guard let base = baseAddress?.assumingMemoryBound(to: UInt8.self), start < count else { return 0 }
        return JSONScanner.skipPlainSteps(base + start, base + count) - base - start
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
}
