/// Requests that wait for a connection, first come, first served. Knows them by slot and by which use of the slot it
/// is.
struct ReadyQueue {
    private var entries: [(slot: Int, serial: Int)] = []
    private var head = 0

    mutating func append(slot: Int, serial: Int) { entries.append((slot, serial)) }

    /// The next one, or nil. It may have been given up in the meantime.
    mutating func next() -> (slot: Int, serial: Int)? {
        guard head < entries.count else { return nil }
        let entry = entries[head]
        head += 1
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
        }
        return entry
    }
}
