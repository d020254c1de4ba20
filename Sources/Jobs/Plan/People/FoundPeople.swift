/// The contacts whom a table's addresses mean.
struct FoundPeople {
    private var ids: [PersonReference: String] = [:]

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
        guard all.count > 1 else { return all }
        var seen: Set<String> = []
        return all.filter { seen.insert($0).inserted }
    }
}
