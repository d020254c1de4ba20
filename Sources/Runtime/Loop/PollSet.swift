import Glibc

/// The descriptors that one `poll` waits for, and what for. One entry per descriptor.
struct PollSet {
    private(set) var entries: [pollfd] = []
    /// Position in `entries` plus one, by descriptor; 0 for none.
    private var positions: [Int] = []

    /// Waits for `events` on `descriptor`, and for its being closed at the other end, which `poll` reports unasked. So
    /// a descriptor whose end nobody will act on must be removed, or `poll` would return at once for ever.
    mutating func set(_ descriptor: Int32, _ events: Int32) {
        guard descriptor >= 0 else { return }
        let slot = Int(descriptor)
        if slot >= positions.count { positions += [Int](repeating: 0, count: slot + 1 - positions.count) }
        if positions[slot] > 0 {
            entries[positions[slot] - 1].events = Int16(truncatingIfNeeded: events)
        } else {
            entries.append(pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0))
            positions[slot] = entries.count
        }
    }

    /// Waits for nothing on `descriptor` any more.
    mutating func remove(_ descriptor: Int32) {
        guard descriptor >= 0, Int(descriptor) < positions.count, positions[Int(descriptor)] > 0 else { return }
        let index = positions[Int(descriptor)] - 1
        positions[Int(descriptor)] = 0
        let last = entries.removeLast()
        if index < entries.count {
            entries[index] = last
            positions[Int(last.fd)] = index + 1
        }
    }

    /// Waits until something is ready, a signal comes or `seconds` are over, rounded up to a millisecond; nil waits for
    /// ever. Returns how many are ready.
    mutating func wait(seconds: Double?) -> Int32 {
        let milliseconds = seconds.map { Int32(min(max($0, 0) * 1000, 1e9).rounded(.up)) } ?? -1
        return poll(&entries, nfds_t(entries.count), milliseconds)
    }
}
