/// One element of a seed: its facts, and what is kept of it as it stands.
struct SeedElement<Facts: Sendable>: Sendable {
    let id: String
    var facts: Facts
    /// The members that the sandbox does not know.
    let extra: ExtraMembers
    private let given: (createdAt: Timestamp?, updatedAt: Timestamp?)

    init(
        id: String, _ facts: Facts, extra: ExtraMembers = .none, createdAt: Timestamp? = nil,
        updatedAt: Timestamp? = nil
    ) {
        (self.id, self.facts, self.extra) = (id, facts, extra)
        given = (createdAt, updatedAt)
    }

    /// An element without times is as old as its workspace, whose clock begins at `clock`.
    func createdAt(_ clock: Timestamp) -> Timestamp { given.createdAt ?? given.updatedAt ?? clock }

    func updatedAt(_ clock: Timestamp) -> Timestamp { given.updatedAt ?? createdAt(clock) }
}
