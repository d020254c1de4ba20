/// A set of member names. Names are equal if they decode to the same characters, with any escapes. Not compared as
/// `String`s, which equate different spellings of an accented letter.
public struct JSONNames {
    private var seen: Set<[UInt8]> = []

    /// An empty set.
    public init() {}

    /// Adds a name; false if it was there already.
    public mutating func insert(_ name: JSONSlice) -> Bool {
        if let plain = name.plainString { return seen.insert(Array(plain)).inserted }
        // A name that no `String` can hold (half a surrogate pair) is compared by its spelling.
        return seen.insert(name.string.map { Array($0.utf8) } ?? Array(name.bytes)).inserted
    }
}
