import HTTP

/// Sums up a call's finished requests. All of them count as attempts; only writes tell whether the change was made.
struct CallTally {
    private var sent = 0
    private var change = Applied.no
    /// Attempts of a checked write that has to be decided again.
    private var outdated = 0

    var attempts: Int { sent }
    var applied: Applied { change }

    mutating func add(_ evidence: WriteEvidence, isChange: Bool, isOutdated: Bool) {
        sent += evidence.attempts
        guard isChange else { return }
        change = change.joined(with: evidence.applied)
        outdated = isOutdated ? outdated + evidence.attempts : 0
    }

    /// How many of `maxAttempts` are left for a request: those of a write that was decided again count.
    func attemptsLeft(of maxAttempts: Int, isChange: Bool) -> Int { maxAttempts - (isChange ? outdated : 0) }
}
