/// The contacts that the journal knows to be deleted: a merge that is run again finds them gone and not unknown.
package struct EarlierDeletions {
    private let ids: Set<String>
    /// Those that runs of the same table have deleted, and whose rows are not found yet.
    private var unclaimed: Set<String>

    /// - Parameters:
    ///   - ids: all that were deleted.
    ///   - ofThisTable: those that runs of the same table have deleted.
    package init(_ ids: Set<String> = [], ofThisTable: Set<String> = []) {
        self.ids = ids
        unclaimed = ofThisTable
    }

    /// Whether the contact with this id was deleted.
    mutating func claim(id: String) -> Bool {
        unclaimed.remove(id)
        return ids.contains(id)
    }

    /// Whether the contact with an address that nobody has may be one of them. The journal has no addresses, so there
    /// may be as many as runs of this table have deleted. Nothing is written for such a row.
    mutating func claimOne() -> Bool { unclaimed.popFirst() != nil }
}
