import Glibc

/// The descriptors that one `poll` watches, and the events. One entry per descriptor.
package struct PollSet {
    private var entries: [pollfd] = []
    /// Position in `entries` plus one, by descriptor; 0 for none.
    private var positions: [Int] = []

    package init() {}

    /// A descriptor on which something has happened.
    package struct Ready: Sendable {
        package let descriptor: FileDescriptor
        package let events: PollEvents
    }

    /// The watched events, by descriptor.
    package var waitedFor: [FileDescriptor: PollEvents] {
        Dictionary(uniqueKeysWithValues: entries.map { (FileDescriptor($0.fd), PollEvents(rawValue: $0.events)) })
    }

    /// Watches `descriptor` for `events`. `poll` also reports unasked that the other end has closed. So remove a
    /// descriptor whose end nobody will handle, or `poll` returns at once for ever.
    package mutating func set(_ descriptor: FileDescriptor, _ events: PollEvents) {
        guard descriptor.isSome else { return }
        let slot = Int(descriptor.number)
        if slot >= positions.count { positions += [Int](repeating: 0, count: slot + 1 - positions.count) }
        if positions[slot] > 0 {
            entries[positions[slot] - 1].events = events.rawValue
        } else {
            entries.append(pollfd(fd: descriptor.number, events: events.rawValue, revents: 0))
            positions[slot] = entries.count
        }
    }

    /// Waits for nothing any more.
    package mutating func removeAll() {
        for entry in entries { positions[Int(entry.fd)] = 0 }
        entries.removeAll(keepingCapacity: true)
    }

    /// Waits for nothing on `descriptor` any more.
    package mutating func remove(_ descriptor: FileDescriptor) {
        let slot = Int(descriptor.number)
        guard descriptor.isSome, slot < positions.count, positions[slot] > 0 else { return }
        let index = positions[slot] - 1
        positions[slot] = 0
        let last = entries.removeLast()
        if index < entries.count {
            entries[index] = last
            positions[Int(last.fd)] = index + 1
        }
    }

    /// Waits until something is ready, a signal comes or `seconds` are over, rounded up to a millisecond; nil waits for
    /// ever. Gives what is ready.
    package mutating func wait(seconds: Double?) -> [Ready] {
        let milliseconds = seconds.map { Int32(min(max($0, 0) * 1000, 1e9).rounded(.up)) } ?? -1
        let count = poll(&entries, nfds_t(entries.count), milliseconds)
        guard count > 0 else { return [] }
        var ready: [Ready] = []
        ready.reserveCapacity(Int(count))
        for entry in entries where entry.revents != 0 {
            ready.append(Ready(descriptor: FileDescriptor(entry.fd), events: PollEvents(rawValue: entry.revents)))
        }
        return ready
    }
}
