import Bytes
import Foundation

/// One member of an object: a name and the value it stands for.
public struct JSONMember {
    /// The name, quotes included.
    public let name: JSONSlice
    /// The value.
    public let value: JSONSlice
}

/// The bytes of one JSON value that a `JSONScanner` has checked. Borrowed from the text it was read from.
public struct JSONSlice {
    /// What the value is.
    public enum Kind: Sendable { case object, array, string, number, `true`, `false`, null }

    /// The value as spelled, without white space around it.
    public let bytes: Bytes
    /// What the value is.
    public let kind: Kind
    /// For a string: whether a backslash is in it.
    public let hasEscapes: Bool

    init(bytes: Bytes, kind: Kind, hasEscapes: Bool) {
        self.bytes = bytes
        self.kind = kind
        self.hasEscapes = hasEscapes
    }

    /// The bytes between the quotes of a string without escapes: its UTF-8, nothing to decode. Nil for all else.
    public var plainString: Bytes? {
        kind == .string && !hasEscapes ? bytes.slice(1, bytes.count - 1) : nil
    }

    /// The text of a string; nil for all else, and for one with a lone surrogate escape, which no `String` can hold.
    public var string: String? {
        if let plain = plainString { return plain.text }
        guard kind == .string else { return nil }
        return (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) as? String
    }

    /// Whether this is a string that reads `literal`, however it is escaped.
    public func reads(_ literal: StaticString) -> Bool {
        if let plain = plainString { return plain.equals(literal) }
        return string == literal.description
    }

    /// `true` or `false`; nil for all else.
    public var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// A number without a fraction, however spelled (`3`, `3.0`, `3e0`); nil for all else and beyond ±2⁵³.
    public var integer: Int? {
        guard kind == .number else { return nil }
        if bytes.count <= 15, let plain = Int(bytes.text) { return plain }
        guard let number = Double(bytes.text), number == number.rounded(), number.magnitude <= 9_007_199_254_740_992
        else { return nil }
        return Int(number)
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

    /// Members one after the other. The text was checked before, so reading it again can't fail.
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

    /// Elements one after the other. The text was checked before, so reading it again can't fail.
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
