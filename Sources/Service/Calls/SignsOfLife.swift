import HTTP

/// When to tell hosts that their calls are still under way. A call is known by its slot.
struct SignsOfLife {
    /// Seconds between two signs. Hosts give up after 60 without any, and are promised one every 15.
    static let interval = 10.0

    private var due: [Int: Instant] = [:]

    /// The host of this call wants signs. Returns when the first is due.
    mutating func begin(_ slot: Int, _ now: Instant) -> Instant {
        due[slot] = now + Self.interval
        return now + Self.interval
    }

    /// The call is over.
    mutating func end(_ slot: Int) { if !due.isEmpty { due[slot] = nil } }

    /// The calls whose signs are due, and when the next ones are.
    mutating func collect(_ now: Instant) -> (slots: [Int], next: Instant?) {
        if due.isEmpty { return ([], nil) }
        let slots = due.filter { $0.value <= now }.map(\.key).sorted()
        for slot in slots { due[slot] = now + Self.interval }
        return (slots, due.values.min())
    }
}
