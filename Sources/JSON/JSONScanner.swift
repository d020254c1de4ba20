import Bytes

/// A strict RFC 8259 reader: checks every byte, builds nothing.
///
/// Stricter than `JSONSerialization`, which accepts trailing commas. Never recurses deeper than `depthLimit`.
public struct JSONScanner {
    /// Levels of nested arrays and objects, at most.
    public static let depthLimit = 512

    /// Whether a CR or LF occurred between tokens. Strings can't contain one.
    public internal(set) var sawLineBreak = false

    typealias Position = UnsafePointer<UInt8>
    let base: Position
    let end: Position
    private var at: Position
    private static let nothing: StaticString = ""

    /// A scanner at the start of `bytes`, which must outlive it and all its slices.
    public init(_ bytes: Bytes) {
        let start = bytes.baseAddress ?? UnsafeRawPointer(Self.nothing.utf8Start)
        base = start.assumingMemoryBound(to: UInt8.self)
        end = base + bytes.count
        at = base
    }

    /// Reads one whole JSON text: a value, with only white space around it.
    public mutating func text() throws(JSONSyntaxError) -> JSONSlice {
        let root = try value(depth: 0)
        try finish()
        return root
    }

    /// Reads one whole JSON text, as `text` does. If it is an object, returns the value of its first own member `name`
    /// that is a string other than `wanted`; otherwise nil.
    ///
    /// - Parameter wanted: ASCII; the member may spell it with escapes.
    public mutating func text(
        whose name: StaticString, isNot wanted: Bytes
    ) throws(JSONSyntaxError) -> JSONSlice? {
        var at = skipSpace(self.at)
        guard at < end, at.pointee == UInt8(ascii: "{") else {
            _ = try text()
            return nil
        }
        var other: JSONSlice?
        at = skipSpace(at + 1)
        let isEmpty = at < end && at.pointee == UInt8(ascii: "}")
        while !isEmpty {
            var hasEscapes = false
            let start = at
            let stop = try skipName(start, &hasEscapes)
            at = skipSpace(try skipColon(stop))
            // Every member of the name counts, because other readers may take any of several.
            let spelling = Bytes(start: start, count: stop - start)
            let found = JSONSlice(bytes: spelling, kind: .string, hasEscapes: hasEscapes)
            if other == nil, found.reads(name) {
                self.at = at
                let value = try self.value(depth: 1)
                at = self.at
                if value.kind == .string, !value.spells(wanted) { other = value }
            } else {
                at = try skipValue(at, 1)
            }
            at = skipSpace(at)
            guard at < end else { throw failure(at, .end) }
            if at.pointee == UInt8(ascii: "}") { break }
            guard at.pointee == UInt8(ascii: ",") else { throw failure(at, .comma) }
            at = skipSpace(at + 1)
        }
        self.at = at + 1
        try finish()
        return other
    }

    /// Refuses everything but white space up to the end.
    public mutating func finish() throws(JSONSyntaxError) {
        at = skipSpace(at)
        if at < end { throw failure(at, .trailing) }
    }

    /// Reads one value, after optional white space, inside `depth` open containers.
    public mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONSlice {
        let start = skipSpace(at)
        guard start < end else { throw failure(start, .end) }
        var hasEscapes = false
        let kind: JSONSlice.Kind
        switch start.pointee {
        case UInt8(ascii: "\""): (kind, at) = (.string, try skipString(start, &hasEscapes))
        case UInt8(ascii: "{"): (kind, at) = (.object, try skipObject(start, depth))
        case UInt8(ascii: "["): (kind, at) = (.array, try skipArray(start, depth))
        case UInt8(ascii: "t"): (kind, at) = (.true, try skipScalar(start))
        case UInt8(ascii: "f"): (kind, at) = (.false, try skipScalar(start))
        case UInt8(ascii: "n"): (kind, at) = (.null, try skipScalar(start))
        default: (kind, at) = (.number, try skipScalar(start))
        }
        return JSONSlice(bytes: Bytes(start: start, count: at - start), kind: kind, hasEscapes: hasEscapes)
    }

    /// The progress of reading an object or array.
    public struct Container {
        fileprivate let depth: Int
        fileprivate var isFirst = true
    }

    /// Enters the object that begins here, after optional white space.
    public mutating func openObject(depth: Int = 0) throws(JSONSyntaxError) -> Container {
        try open(UInt8(ascii: "{"), depth)
    }

    /// Enters the array that begins here, after optional white space.
    public mutating func openArray(depth: Int = 0) throws(JSONSyntaxError) -> Container {
        try open(UInt8(ascii: "["), depth)
    }

    /// The next member of an open object, with its value checked; nil after the closing brace.
    @inline(__always)
    public mutating func nextMember(of object: inout Container) throws(JSONSyntaxError) -> JSONMember? {
        guard let name = try nextName(of: &object) else { return nil }
        return JSONMember(name: name, value: try value(depth: object.depth))
    }

    /// The name of the next member of an open object; nil after the closing brace. Then read its value with `value` or
    /// `pass`, or open it.
    @inline(__always)
    public mutating func nextName(of object: inout Container) throws(JSONSyntaxError) -> JSONSlice? {
        guard try another(in: &object, UInt8(ascii: "}")) else { return nil }
        let start = at
        var hasEscapes = false
        at = try skipName(start, &hasEscapes)
        let name = JSONSlice(bytes: Bytes(start: start, count: at - start), kind: .string, hasEscapes: hasEscapes)
        at = skipSpace(try skipColon(at))
        return name
    }

    /// Checks the value of a member of `object` whose name was read, and goes behind it.
    public mutating func pass(in object: Container) throws(JSONSyntaxError) { at = try skipValue(at, object.depth) }

    /// The value of a member of `object` whose name was read.
    public mutating func value(in object: Container) throws(JSONSyntaxError) -> JSONSlice {
        try value(depth: object.depth)
    }

    /// Goes to the value of the next member of an open object that is named `name`; false if there is none.
    mutating func goTo(_ name: StaticString, in object: inout Container) throws(JSONSyntaxError) -> Bool {
        while let found = try nextName(of: &object) {
            if found.reads(name) { return true }
            try pass(in: object)
        }
        return false
    }

    /// The text from here to the end.
    var rest: Bytes { Bytes(start: at, count: end - at) }

    /// Whether an array begins here.
    public var isAtArray: Bool { at < end && at.pointee == UInt8(ascii: "[") }

    /// The next element of an open array, checked; nil after the closing bracket.
    public mutating func nextElement(of array: inout Container) throws(JSONSyntaxError) -> JSONSlice? {
        guard try another(in: &array, UInt8(ascii: "]")) else { return nil }
        return try value(depth: array.depth)
    }

    /// Whether an open array has another element, which begins here. Then read it with `value`, or open it.
    @inline(__always)
    public mutating func isAtElement(of array: inout Container) throws(JSONSyntaxError) -> Bool {
        try another(in: &array, UInt8(ascii: "]"))
    }

    private mutating func open(_ bracket: UInt8, _ depth: Int) throws(JSONSyntaxError) -> Container {
        at = skipSpace(at)
        guard at < end, at.pointee == bracket else { throw failure(at, at < end ? .value : .end) }
        guard depth < Self.depthLimit else { throw failure(at, .depth) }
        at += 1
        return Container(depth: depth + 1)
    }

    private mutating func another(in container: inout Container, _ closing: UInt8) throws(JSONSyntaxError) -> Bool {
        at = skipSpace(at)
        guard at < end else { throw failure(at, .end) }
        if at.pointee == closing {
            at += 1
            return false
        }
        if container.isFirst {
            container.isFirst = false
            return true
        }
        guard at.pointee == UInt8(ascii: ",") else { throw failure(at, .comma) }
        at = skipSpace(at + 1)
        return true
    }

    func failure(_ position: Position, _ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
        JSONSyntaxError(offset: position - base, reason: reason)
    }
}
