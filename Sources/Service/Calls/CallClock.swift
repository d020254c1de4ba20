import HTTP

/// A call's time: one deadline over everything, queueing included. It stands still while a person is asked.
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

    /// A person is asked, and has time of their own.
    mutating func rest(_ now: Instant) {
        (left, lookUpsEnd) = (end.seconds(since: now), nil)
        end = now + Confirmations.patience
    }

    /// The person has answered, or is not asked any more.
    mutating func resume(_ now: Instant) {
        if let left { end = now + left }
        left = nil
    }

    /// When a request has to be over. Look-ups for the wording of a question leave half of the time for what follows.
    mutating func deadline(of request: APIRequest, _ now: Instant) -> Instant {
        guard request.isLookUp else { return end }
        let limit = lookUpsEnd ?? now + max(0, end.seconds(since: now)) / 2
        lookUpsEnd = limit
        return min(limit, end)
    }
}

/// What the finished requests of a call say together. All count as attempts; writes alone say whether the change was
/// made.
struct CallTally {
    private var sent = 0
    private var change = Applied.no

    var attempts: Int { sent }
    var applied: Applied { change }

    mutating func add(_ evidence: WriteEvidence, isChange: Bool) {
        sent += evidence.attempts
        if isChange { change = change.joined(with: evidence.applied) }
    }
}
