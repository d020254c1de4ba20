/// Reads a text of fixed fields, such as a date, from the left. Each call reads the named field, or leaves the rest
/// unchanged.
public struct FieldReader {
    /// The bytes not read yet.
    public private(set) var rest: Bytes

    /// Reads `bytes`, which must outlive the reader.
    public init(_ bytes: Bytes) { rest = bytes }

    /// Whether everything was read.
    public var isAtEnd: Bool { rest.isEmpty }

    /// Reads `literal`; false if something else comes next.
    public mutating func skip(_ literal: StaticString) -> Bool {
        guard rest.starts(with: literal) else { return false }
        rest = rest.dropping(literal.utf8CodeUnitCount)
        return true
    }

    /// Reads the next byte if it is one of `letters`.
    public mutating func letter(of letters: StaticString) -> UInt8? {
        guard let next = rest.first, Bytes(letters).contains(next) else { return nil }
        rest = rest.dropping(1)
        return next
    }

    /// Reads one of `names`, and returns its index.
    public mutating func name(of names: [StaticString]) -> Int? {
        for (index, name) in names.enumerated() where skip(name) { return index }
        return nil
    }

    /// Reads a number of exactly `digits` digits that is in `range`.
    public mutating func number(digits: Int, in range: ClosedRange<Int> = 0...Int.max) -> Int? {
        guard rest.count >= digits else { return nil }
        var number = 0
        for byte in rest.prefix(digits) {
            guard byte.isDigit else { return nil }
            number = number * 10 + Int(byte & 15)
        }
        guard range.contains(number) else { return nil }
        rest = rest.dropping(digits)
        return number
    }

    /// Reads at least one digit, and returns the digits as spelled.
    public mutating func digits() -> Bytes? {
        let count = rest.prefix { $0.isDigit }.count
        guard count > 0 else { return nil }
        defer { rest = rest.dropping(count) }
        return rest.slice(0, count)
    }
}
