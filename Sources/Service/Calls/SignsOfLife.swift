import HTTP

/// When to tell hosts that their calls are still under way. Calls are named by slot.
struct SignsOfLife {
    /// Seconds between two signs. Hosts are promised one every 15, and give up after 60 without any.
    static let interval = 10.0

    private var due: [Int: Instant] = [:]

    /// Begins the signs of a call. Returns when the first is due.
    mutating func begin(_ slot: Int, _ now: Instant) -> Instant {
        due[slot] = now + Self.interval
        return now + Self.interval
    }

    mutating func end(_ slot: Int) { if !due.isEmpty { due[slot] = nil } }

    /// The calls whose signs are due now, and when the next sign is.
    mutating func collect(_ now: Instant) -> (slots: [Int], next: Instant?) {
        if due.isEmpty { return ([], nil) }
        let slots = due.filter { $0.value <= now }.map(\.key).sorted()
        for slot in slots { due[slot] = now + Self.interval }
        return (slots, due.values.min())
    }
}
