/// Ids, compared byte by byte: `String` equates different spellings of an accented letter.
struct IDBytes: Equatable {
    private var ids: Set<[UInt8]>

    init(_ ids: [String]) { self.ids = Set(ids.map { Array($0.utf8) }) }

    func contains(_ id: String) -> Bool { ids.contains(Array(id.utf8)) }
    func isSubset(of others: IDBytes) -> Bool { ids.isSubset(of: others.ids) }

    func union(_ others: IDBytes) -> IDBytes {
        var all = self
        all.ids.formUnion(others.ids)
        return all
    }
}
