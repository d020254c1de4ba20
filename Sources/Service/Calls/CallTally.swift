import HTTP

/// Sums up a call's finished requests. All of them count as attempts; only writes tell whether the change was made.
struct CallTally {
    private var sent = 0
    private var change = Applied.no
    /// The record whose write was outdated, and the attempts of that; nil where none was.
    private var outdated: (record: String?, attempts: Int)?

    var attempts: Int { sent }
    var applied: Applied { change }

    mutating func add(_ evidence: WriteEvidence, of request: APIRequest?, isOutdated: Bool) {
        sent += evidence.attempts
        guard let request, request.isWrite else { return }
        change = change.joined(with: evidence.applied)
        if isOutdated { outdated = (request.record, evidence.attempts) }
    }

    /// Whether a request can be outdated: once for each record, because where the API takes a request now and then, the
    /// second read would use up what the write waits for.
    func isChecked(_ request: APIRequest) -> Bool { request.isChecked && !isDecidedAnew(request) }

    /// How many of `maxAttempts` are left for a request: those of a write that was decided anew count.
    func attemptsLeft(of maxAttempts: Int, for request: APIRequest) -> Int {
        isDecidedAnew(request) ? maxAttempts - (outdated?.attempts ?? 0) : maxAttempts
    }

    private func isDecidedAnew(_ request: APIRequest) -> Bool {
        guard let outdated, request.isWrite else { return false }
        return outdated.record == request.record
    }
}
