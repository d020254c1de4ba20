/// Takes a text of fixed fields apart from the left, such as a date. Each step takes what it names, or leaves the rest
/// as it was.
public struct FieldReader {
    /// What was not taken yet.
    public private(set) var rest: Bytes

    /// Reads `bytes`, which must outlive the reader.
    public init(_ bytes: Bytes) { rest = bytes }

    /// Whether all of it was taken.
    public var isAtEnd: Bool { rest.isEmpty }

    /// Takes `literal`; false where something else comes next.
    public mutating func skip(_ literal: StaticString) -> Bool {
        guard rest.starts(with: literal) else { return false }
        rest = rest.dropping(literal.utf8CodeUnitCount)
        return true
    }

    /// Takes the next byte if it is one of `letters`.
    public mutating func letter(of letters: StaticString) -> UInt8? {
        guard let next = rest.first, Bytes(letters).contains(next) else { return nil }
        rest = rest.dropping(1)
        return next
    }

    /// Takes the one of `names` that comes next, and tells its position.
    public mutating func name(of names: [StaticString]) -> Int? {
        for (index, name) in names.enumerated() where skip(name) { return index }
        return nil
    }

    /// Takes a number of exactly `digits` digits, which must be in `range`.
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

    /// Takes digits, one at least, and gives them as spelled.
    public mutating func digits() -> Bytes? {
        let count = rest.prefix { $0.isDigit }.count
        guard count > 0 else { return nil }
        defer { rest = rest.dropping(count) }
        return rest.slice(0, count)
    }
}
