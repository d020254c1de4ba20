/// Ids, compared byte by byte: `String` equates different spellings of an accented letter.
package struct IDSet {
    private struct Spelling: Hashable {
        let id: String

        static func == (left: Self, right: Self) -> Bool { left.id.spells(right.id) }
    }

    /// Up to so many ids are compared one by one, which costs less than a table.
    private static let fewest = 8

    private var few: [String] = []
    private var many: Set<Spelling> = []

    /// The set of `ids`.
    package init(_ ids: [String] = []) {
        if ids.count <= Self.fewest { few = ids } else { many = Set(ids.map(Spelling.init)) }
    }

    /// Whether `id` is in it.
    package func contains(_ id: String) -> Bool {
        many.isEmpty ? few.contains { $0.spells(id) } : many.contains(Spelling(id: id))
    }

    /// Adds an id; false if it was there already.
    package mutating func insert(_ id: String) -> Bool {
        guard many.isEmpty else { return many.insert(Spelling(id: id)).inserted }
        guard !contains(id) else { return false }
        few.append(id)
        if few.count > Self.fewest { many = Set(few.map(Spelling.init)) }
        return true
    }
}

extension [String] {
    /// Those that are not among `others`.
    package func without(_ others: [String]) -> [String] {
        if others.isEmpty || isEmpty { return self }
        let others = IDSet(others)
        return filter { !others.contains($0) }
    }

    /// Whether both hold the same ids, in any order. Neither may hold one twice.
    package func holdsSame(as others: [String]) -> Bool {
        guard count == others.count else { return false }
        if zip(self, others).allSatisfy({ $0.spells($1) }) { return true }
        let others = IDSet(others)
        return allSatisfy(others.contains)
    }

    /// These ids, then each of `others` that is new, once.
    package func adding(_ others: [String]) -> [String] {
        var seen = IDSet(self)
        return self + others.filter { seen.insert($0) }
    }
}

extension String {
    /// Whether both are the same bytes. What differs as text, which is found out fast, differs as bytes, too.
    fileprivate func spells(_ other: String) -> Bool {
        guard self == other, utf8.count == other.utf8.count else { return false }
        return utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { Bytes($0).equals(Bytes(own)) }
        } == true
    }
}
