import HTTP

/// Sums up a call's finished requests. All of them count as attempts; only writes tell whether the change was made.
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
