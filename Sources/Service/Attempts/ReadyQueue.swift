import Bytes

/// Requests that wait for a connection, first come, first served. An entry is a slot and the serial of its request.
/// Holds a few entries per slot at most, however many of its requests were given up while they waited.
struct ReadyQueue {
    private var entries = FIFO<(slot: Int, serial: Int)>()
    /// The serial of each slot's last request here. Earlier ones were given up.
    private var latest: [Int] = []

    /// Entries of given-up requests that may stay before they are removed.
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

    /// The next request, or nil. It may have been given up in the meantime.
    var first: (slot: Int, serial: Int)? { entries.first }

    /// Entries that there is memory for.
    var capacity: Int { entries.capacity }

    /// Removes the next request, if there is one.
    mutating func removeFirst() { entries.removeFirst() }
}
