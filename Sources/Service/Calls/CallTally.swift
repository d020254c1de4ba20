import HTTP

/// Sums up a call's finished requests. All of them count as attempts; only writes tell whether the change was made.
struct CallTally {
    private var sent = 0
    private var change = Applied.no
    /// The write that was outdated. It is rare; `indirect` keeps a tally cheap to make and to copy.
    private enum Outdated {
        case none
        indirect case write(record: String?, attempts: Int)
    }
    private var outdated = Outdated.none

    var attempts: Int { sent }
    var applied: Applied { change }

    mutating func add(_ evidence: WriteEvidence, of request: APIRequest?, isOutdated: Bool) {
        sent += evidence.attempts
        guard let request, request.isWrite else { return }
        change = change.joined(with: evidence.applied)
        if isOutdated { outdated = .write(record: request.record, attempts: evidence.attempts) }
    }

    /// Whether a request can be outdated: once for each record, because where the API takes a request now and then, the
    /// second read would use up what the write waits for.
    func isChecked(_ request: APIRequest) -> Bool { request.isChecked && attemptsBefore(request) == nil }

    /// How many of `maxAttempts` are left for a request: those of a write that was decided anew count.
    func attemptsLeft(of maxAttempts: Int, for request: APIRequest) -> Int {
        maxAttempts - (attemptsBefore(request) ?? 0)
    }

    /// The attempts of a write before it was decided anew; nil where it was not.
    private func attemptsBefore(_ request: APIRequest) -> Int? {
        guard case .write(let record, let attempts) = outdated, request.isWrite, record == request.record else {
            return nil
        }
        return attempts
    }
}
