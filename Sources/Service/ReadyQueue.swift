/// Requests that wait for a connection, first come, first served. Knows them by slot and by which use of the slot it
/// is.
struct ReadyQueue {
    private var entries: [(slot: Int, serial: Int)] = []
    private var head = 0

    mutating func append(slot: Int, serial: Int) { entries.append((slot, serial)) }

    /// The next one, or nil. It may have been given up in the meantime.
    var first: (slot: Int, serial: Int)? { head < entries.count ? entries[head] : nil }

    /// Takes the next one out. There has to be one.
    mutating func removeFirst() {
        head += 1
        guard head == entries.count else { return }
        entries.removeAll(keepingCapacity: true)
        head = 0
    }
}
