import HTTP

/// A call's time: one deadline for everything, queueing included. It stands still while a person is asked.
struct CallClock {
    private var start: Instant
    private var end: Instant
    /// Seconds that were left when a person was asked.
    private var left: Double?
    private var lookUpsEnd: Instant?

    init(_ now: Instant = Instant(nanoseconds: 0), milliseconds: Int = 0) {
        start = now
        end = now + Double(milliseconds) / 1000
    }

    var deadline: Instant { end }
    func elapsed(_ now: Instant) -> Double { now.seconds(since: start) }

    /// Stops the call's time, and gives the person theirs.
    mutating func rest(_ now: Instant) {
        (left, lookUpsEnd) = (end.seconds(since: now), nil)
        end = now + Confirmations.patience
    }

    /// Continues the call's time: the person has answered, or is no longer asked.
    mutating func resume(_ now: Instant) {
        if let left { end = now + left }
        left = nil
    }

    /// Gives look-ups their time anew: a pause has used it up.
    mutating func lookAgain() { lookUpsEnd = nil }

    /// The deadline of a request. Look-ups that word a question leave half of the time for what follows.
    mutating func deadline(of request: APIRequest, _ now: Instant) -> Instant {
        guard request.isLookUp else { return end }
        let limit = lookUpsEnd ?? now + max(0, end.seconds(since: now)) / 2
        lookUpsEnd = limit
        return min(limit, end)
    }
}
