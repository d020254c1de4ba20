import Tables

/// The contacts whom a table's addresses mean.
struct FoundPeople {
    private var ids: [PersonReference: String] = [:]
    /// Up to so many, comparing each with each takes less time than a set.
    private static let few = 8

    /// Notes that the API knows `reference` as the contact `id`.
    mutating func note(_ reference: PersonReference, is id: String) { ids[reference] = id }

    /// The contact of a person in a table; nil for an address without one.
    func id(of reference: PersonReference) -> String? {
        if case .id(let id) = reference { return id }
        return ids[reference]
    }

    /// The contacts in a row, each once.
    func ids(of row: AttendeeRow) -> [String] {
        let all = row.people.compactMap(id)
        guard all.count > Self.few else { return all.withoutRepetition }
        var seen: Set<String> = []
        return all.filter { seen.insert($0).inserted }
    }
}

extension [String] {
    /// The elements without those that stand before.
    fileprivate var withoutRepetition: [String] {
        for index in indices.dropFirst() where self[..<index].contains(self[index]) {
            var kept: [String] = []
            for text in self where !kept.contains(text) { kept.append(text) }
            return kept
        }
        return self
    }
}
