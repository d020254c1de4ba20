/// An object with changeable `Facts`.
class Changeable<Facts>: Record {
    private(set) final var facts: Facts

    init(id: String, _ facts: Facts, createdAt: Timestamp, updatedAt: Timestamp) {
        self.facts = facts
        super.init(id: id, createdAt: createdAt, updatedAt: updatedAt)
    }

    final func change(to facts: Facts, at time: Timestamp) {
        self.facts = facts
        touch(at: time)
    }
}
