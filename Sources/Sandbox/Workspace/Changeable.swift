/// An object with changeable `Facts`.
class Changeable<Facts>: Record {
    private(set) final var facts: Facts

    init(
        id: String, _ facts: Facts, createdAt: Timestamp, updatedAt: Timestamp, extra: ExtraMembers = .none
    ) {
        self.facts = facts
        super.init(id: id, createdAt: createdAt, updatedAt: updatedAt, extra: extra)
    }

    final func change(to facts: Facts, at time: Timestamp) {
        self.facts = facts
        touch(at: time)
    }
}
