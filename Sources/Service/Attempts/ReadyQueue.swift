import Bytes

/// Requests that wait for a connection, first come, first served. Knows them by slot and by which use of the slot it
/// is. Keeps no more than some for each slot, however long it is never empty and however many were given up in it.
struct ReadyQueue {
    private var entries = FIFO<(slot: Int, serial: Int)>()
    /// The last use of each slot that came here: one before it has been given up.
    private var latest: [Int] = []

    /// Entries that are given up before room is made.
    private static let slack = 64

    mutating func append(slot: Int, serial: Int) {
        if slot >= latest.count { latest += repeatElement(0, count: slot + 1 - latest.count) }
        latest[slot] = serial
        if entries.count > 2 * latest.count + Self.slack {
            let latest = latest
            entries.removeAll { latest[$0.slot] != $0.serial }
        }
        entries.append((slot, serial))
    }

    /// The next one, or nil. It may have been given up in the meantime.
    var first: (slot: Int, serial: Int)? { entries.first }

    /// Entries that there is memory for.
    var capacity: Int { entries.capacity }

    /// Takes the next one out. There has to be one.
    mutating func removeFirst() { entries.removeFirst() }
}
