/// Pauses the whole process after a 429 with `Retry-After`.
///
/// Every attempt asks before it begins. While the gate is shut, all wait. When it opens, one goes first as a probe.
/// Once the probe is answered, or after a quarter of a second, the others follow, spread out. The gate keeps no queue
/// and no clock: it names instants, and whoever waits asks again then.
public struct ThrottleGate: Sendable {
    /// The answer to a call that wants to go.
    public enum Admission: Equatable, Sendable {
        /// Go now.
        case pass
        /// Go now, before all others; report the answer with `answered`.
        case probe
        /// Ask again at this instant, or earlier when `answered` says so.
        case wait(until: Instant)
        /// The call's deadline comes before the gate opens, so the call fails now. Milliseconds until it opens, rounded
        /// up.
        case refuse(retryAfterMs: Int)
    }

    /// The longest pause in seconds, whatever the API asks for.
    static let longestPause = 60.0
    /// Seconds after which the others stop waiting for the probe's answer.
    static let probeTime = 0.25
    /// Seconds of pause after a probe that got 429 without `Retry-After`.
    static let pauseWithoutHint = 1.0
    /// The others follow within this many seconds, and within a tenth of the pause.
    static let longestSpread = 1.0

    private enum State {
        case open
        case shut(until: Instant, spread: Double)
        case probing(since: Instant, spread: Double)
        case releasing(from: Instant, spread: Double)
    }

    private var state = State.open
    /// How often the gate was shut. A call that has passed but not begun must ask again when this has changed.
    public private(set) var closures = 0

    /// An open gate.
    public init() {}

    /// Whether the gate is open for all. For the log and tests.
    public var isOpen: Bool {
        if case .open = state { return true }
        return false
    }

    /// Asks whether an attempt may begin.
    ///
    /// - Parameters:
    ///   - deadline: the call's. The caller has checked that enough time is left to begin.
    ///   - now: the present instant.
    ///   - share: a uniform number in 0..<1, drawn once per call: its place among those that follow the probe.
    public mutating func admit(deadline: Instant, now: Instant, share: Double) -> Admission {
        switch state {
        case .open: return .pass
        case .shut(let opening, let spread):
            guard now >= opening else {
                guard deadline >= opening else {
                    return .refuse(retryAfterMs: Int((opening.seconds(since: now) * 1_000).rounded(.up)))
                }
                return .wait(until: opening)
            }
            state = .probing(since: now, spread: spread)
            return .probe
        case .probing(let since, let spread):
            let latest = since + Self.probeTime
            guard now >= latest else { return .wait(until: latest) }
            state = .releasing(from: latest, spread: spread)
            return admit(deadline: deadline, now: now, share: share)
        case .releasing(let start, let spread):
            guard now < start + spread else {
                state = .open
                return .pass
            }
            // No call waits past half of its time to the deadline.
            let departure = start + share * min(spread, max(0, deadline.seconds(since: start) / 2))
            return now >= departure ? .pass : .wait(until: departure)
        }
    }

    /// Notes how an attempt ended. Returns the result of `answered(isThrottle:retryAfter:now:)`.
    public mutating func answered(_ outcome: AttemptOutcome, now: Instant) -> Bool {
        if case .status(429, let retryAfter) = outcome {
            return answered(isThrottle: true, retryAfter: retryAfter, now: now)
        }
        return isOpen ? false : answered(isThrottle: false, now: now)
    }

    /// Opens the gate for all.
    public mutating func open() { state = .open }

    /// Notes the API's answer to any attempt.
    ///
    /// - Parameters:
    ///   - isThrottle: whether it was a 429.
    ///   - retryAfter: the seconds that its `Retry-After` asks for. A 429 without one shuts the gate only while the
    ///     probe is out.
    ///   - now: the present instant.
    /// - Returns: whether waiting calls should ask again now: the probe came back, or the opening has moved.
    public mutating func answered(isThrottle: Bool, retryAfter: Double? = nil, now: Instant) -> Bool {
        guard isThrottle else { return probeCameBack(now) }
        let hint = retryAfter.flatMap { $0 > 0 ? min($0, Self.longestPause) : nil }
        switch state {
        case .open, .releasing:
            guard let hint else { return false }
            shut(until: now + hint, spread: Self.spread(hint))
            // Calls with a departure wait for the opening instead, or fail if it comes too late for them.
            return true
        case .shut(let opening, let spread):
            guard let hint, now + hint > opening else { return false }
            shut(until: now + hint, spread: max(spread, Self.spread(hint)))
            return true
        case .probing:
            let pause = hint ?? Self.pauseWithoutHint
            shut(until: now + pause, spread: Self.spread(pause))
            return true
        }
    }

    private mutating func probeCameBack(_ now: Instant) -> Bool {
        guard case .probing(let since, let spread) = state else { return false }
        state = .releasing(from: min(now, since + Self.probeTime), spread: spread)
        return true
    }

    private mutating func shut(until opening: Instant, spread: Double) {
        closures += 1
        state = .shut(until: opening, spread: spread)
    }

    private static func spread(_ pause: Double) -> Double { min(longestSpread, pause * 0.1) }
}
