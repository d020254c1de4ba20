import Bytes
import HTTP
import JSONRPC

/// Requests to the API on their way through attempts: token, throttle gate, rate, connections, time, retry policy and
/// budget. Knows nothing of ids, frames or methods.
///
/// Each request is in one `AttemptPhase`. An event moves it to the next one; the client learns its end.
final class Attempts {
    /// The place of one request. The object is reused for other requests.
    private final class Slot {
        let number: Int
        /// Counts the requests in this slot, to recognise a stale entry of the queue.
        var serial = 0
        var phase = AttemptPhase.free
        /// The data of all phases; nil without a request.
        var course: AttemptCourse?

        init(number: Int) { self.number = number }

        var wake: Instant? {
            guard let deadline = course?.deadline else { return nil }
            return phase.wake(deadline: deadline)
        }
    }

    private let surroundings: ServiceSurroundings
    private let transport: any Transport
    private let maxRunning: Int
    /// Limits how often a request begins; nil for no limit but that of connections.
    private var rate: TokenBucket?
    private unowned var client: (any AttemptsClient)?
    private let policy = RetryPolicy()
    private var budget = RetryBudget()
    private var gate = ThrottleGate()
    private var slots: [Slot] = []
    private var ready = ReadyQueue()
    private var (running, attempts, retries) = (0, 0, 0)
    private var token: TokenState
    private var (retriesAreOver, cutRetries) = (false, false)
    private var wake: Instant?

    /// Seconds that a body may be silent.
    private static let silenceSeconds = 10.0

    init(surroundings: ServiceSurroundings, transport: any Transport, maxRunning: Int, rate: Double?) {
        self.surroundings = surroundings
        token = TokenState(surroundings)
        self.transport = transport
        self.maxRunning = maxRunning
        self.rate = rate.map(TokenBucket.init)
    }

    func report(to client: any AttemptsClient) { self.client = client }

    /// When to call `serveTimers` next, or nil. Maybe earlier than needed, never later.
    var nextWake: Instant? { wake }
    /// Requests sent so far, retries among them, and the budget for more.
    var counts: (attempts: Int, retries: Int, budget: RetryBudget) { (attempts, retries, budget) }
    var isGateOpen: Bool { gate.isOpen }
    /// Whether an attempt was the last because of `endRetries`.
    var hasCutRetries: Bool { cutRetries }

    /// Prepares the transport for its first exchange; returns why it can't, as a sentence, or nil.
    func prepare() -> String? {
        guard case .failed(let sentence) = token.prepare() else { return nil }
        return sentence
    }

    /// Whether requests wait for the rate, too.
    var isRated: Bool { rate != nil }

    /// Whether a request that nobody hurries could begin now, without being in another one's way. At a gate that is
    /// shut, one may wait as a probe where nothing else does.
    func hasRoom(at now: Instant, forProbe mayProbe: Bool) -> Bool {
        running < maxRunning && ready.first == nil && (gate.isOpen || mayProbe) && rate?.hasOne(now) ?? true
    }

    // MARK: From outside

    /// Sends a request. Gives up a request that is still under way in this slot.
    ///
    /// - Parameters:
    ///   - number: the slot, which is the request's name in reports.
    ///   - buffer: receives the body, after its present content. Handed over: it comes back with the exchange of an
    ///     answer, and otherwise never.
    ///   - deadline: when the request must be over.
    ///   - maxAttempts: at least 1.
    ///   - isChecked: whether a long pause makes it `outdated`.
    func send(
        _ number: Int, _ request: APIRequest, into buffer: ByteBuffer, deadline: Instant, maxAttempts: Int,
        isChecked: Bool = false, at now: Instant
    ) {
        while slots.count <= number { slots.append(Slot(number: slots.count)) }
        let slot = slots[number]
        if !slot.phase.isFree { _ = giveUp(number) }
        slot.serial += 1
        slot.course = AttemptCourse(request, deadline: deadline, maxAttempts: maxAttempts, isChecked: isChecked)
        if let start = slot.course?.delayedStart(now) { return move(slot, to: .backingOff(buffer, until: start)) }
        token.isReady ? enterGate(slot, buffer, now) : move(slot, to: .waitsForToken(buffer))
    }

    /// Gives up the request in the slot, if any, without a report. Returns what its attempts say together.
    func giveUp(_ number: Int) -> WriteEvidence {
        guard number < slots.count else { return WriteEvidence() }
        let slot = slots[number]
        if case .running(let exchange, _, _, _) = slot.phase {
            transport.cancel(exchange)
            count(exchange, of: slot)
        }
        return free(slot)
    }

    /// Gives up everything on the wire, because nobody would learn the outcome.
    func abandonAll() {
        for slot in slots { if case .running(let exchange, _, _, _) = slot.phase { transport.cancel(exchange) } }
    }

    /// Makes the next failed attempt of every request its last.
    func endRetries() { retriesAreOver = true }

    /// Opens the gate and fills the budget. A request that backs off still waits.
    func forgetThrottling(_ now: Instant) {
        gate.open()
        budget = RetryBudget()
        wakeThoseAtGate(now)
    }

    /// An exchange has its answer or its failure.
    func finished(_ exchange: Exchange, at now: Instant) {
        guard exchange.tag < slots.count, case .running(let current, _, let tokenNumber, _) = slots[exchange.tag].phase,
            current === exchange
        else { return }
        conclude(slots[exchange.tag], exchange, tokenNumber: tokenNumber, wasAbandoned: false, now)
    }

    /// Fetching a token has ended: the requests that wait for it continue or fail.
    func tokenArrived(at now: Instant) {
        let answer = token.arrived()
        if case .awaited = answer { return }
        for slot in slots {
            guard case .waitsForToken(let buffer) = slot.phase else { continue }
            switch (answer, slot.course?.lastFailure) {
            case (.failed(let why), let refusal):
                fail(slot, refusal?.explained(why) ?? RPCFailure(.notConfigured, why), now)
            case (_, let refusal?): tryAgain(slot, buffer, after: refusal, now)
            case (_, nil): enterGate(slot, buffer, now)
            }
        }
    }

    /// Serves every request whose time has come.
    func serveTimers(at now: Instant) {
        guard let due = wake, due <= now else { return }
        wake = nil
        for slot in slots {
            if let wake = slot.wake, wake <= now { serveTimer(slot, now) }
            if let wake = slot.wake { wakeBy(wake) }
        }
    }

    /// Starts waiting requests while connections are left.
    func startReady(at now: Instant) {
        while running < maxRunning, let next = ready.first {
            let slot = slots[next.slot]
            guard slot.serial == next.serial, case .waitsForConnection(let buffer, let admission) = slot.phase,
                let course = slot.course
            else {
                ready.removeFirst()
                continue
            }
            // The gate may have shut while the request waited for a connection.
            guard course.request.isControl || admission == gate.closures else {
                ready.removeFirst()
                enterGate(slot, buffer, now)
                continue
            }
            guard let limit = course.firstByteLimit(policy, now) else {
                ready.removeFirst()
                expire(slot, now)
                continue
            }
            // The rest wait behind this one: first come, first served.
            if !course.request.isControl, let later = rate?.take(now) { return wakeBy(later) }
            ready.removeFirst()
            start(slot, course, into: buffer, firstByteWithin: limit, now)
        }
    }

    // MARK: Phases

    private func move(_ slot: Slot, to phase: AttemptPhase) {
        running += (phase.isRunning ? 1 : 0) - (slot.phase.isRunning ? 1 : 0)
        slot.phase = phase
        if let wake = slot.wake { wakeBy(wake) }
    }

    private func wakeBy(_ instant: Instant) {
        if wake.map({ instant < $0 }) ?? true { wake = instant }
    }

    /// Asks the throttle gate. If the request may pass, it waits for a connection.
    private func enterGate(_ slot: Slot, _ buffer: ByteBuffer, _ now: Instant) {
        guard let course = slot.course, course.firstByteLimit(policy, now) != nil else { return expire(slot, now) }
        if !gate.isOpen, !course.request.isControl {
            var known: Double?
            if case .atGate(_, let share, _) = slot.phase { known = share }
            let share = known ?? surroundings.random()
            let latestStart = now + (course.remaining(now) - policy.leastTime)
            switch gate.admit(deadline: latestStart, now: now, share: share) {
            case .pass, .probe: break
            case .wait(let until):
                slot.course?.pauses(now)
                if known == nil { tellPause(slot, until: until, now) }
                return move(slot, to: .atGate(buffer, share: share, until: until))
            case .refuse(let milliseconds):
                let text = "The API asked for a pause that is longer than this call may take, so nothing more was sent."
                var failure = course.lastFailure ?? RPCFailure(.rateLimited, text, retryable: true)
                failure.retryAfterMs = milliseconds
                return fail(slot, failure, now)
            }
        }
        move(slot, to: .waitsForConnection(buffer, admission: gate.closures))
        ready.append(slot: slot.number, serial: slot.serial)
    }

    /// A checked request that has paused for long is not sent any more.
    private func endPause(_ slot: Slot, _ buffer: ByteBuffer, _ now: Instant) {
        guard let course = slot.course, course.isOutdated(now) else { return enterGate(slot, buffer, now) }
        // The retry that was paid for is not made.
        if let cost = course.lastCost { budget.giveBack(cost) }
        end(slot, .outdated(status: course.lastFailure?.status), now)
    }

    private func wakeThoseAtGate(_ now: Instant) {
        for slot in slots {
            guard case .atGate(let buffer, let share, _) = slot.phase else { continue }
            move(slot, to: .atGate(buffer, share: share, until: now))
        }
    }

    private func start(
        _ slot: Slot, _ course: AttemptCourse, into buffer: ByteBuffer, firstByteWithin limit: Double, _ now: Instant
    ) {
        let request = course.request
        let exchange = Exchange(
            tag: slot.number, request: HTTPRequest(request.verb, target: request.target, body: request.body),
            body: buffer, needsFreshConnection: course.needsFreshConnection,
            mayRepeat: request.repeatability.mayRepeat,
            lookupTimeoutMs: Int(policy.lookupLimit(remaining: course.remaining(now)) * 1000),
            connectTimeoutMs: Int(policy.connectLimit(firstByte: limit) * 1000))
        slot.course?.attemptBegins(now)
        watch(slot, exchange, firstByteBy: now + limit, tokenNumber: token.number, now)
        transport.start(exchange)
    }

    /// Plans the next look at a running attempt. The transport doesn't report single bytes, so looks are at most as far
    /// apart as a body may be silent.
    private func watch(_ slot: Slot, _ exchange: Exchange, firstByteBy: Instant, tokenNumber: Int, _ now: Instant) {
        let lookAt =
            exchange.answerBegan
            ? exchange.lastByteAt + Self.silenceSeconds : min(firstByteBy, now + Self.silenceSeconds)
        move(slot, to: .running(exchange, firstByteBy: firstByteBy, tokenNumber: tokenNumber, lookAt: lookAt))
    }

    private func serveTimer(_ slot: Slot, _ now: Instant) {
        guard let deadline = slot.course?.deadline else { return }
        switch slot.phase {
        case .free: break
        case .waitsForToken, .waitsForConnection: expire(slot, now)
        case .atGate(let buffer, _, _), .backingOff(let buffer, _):
            now >= deadline ? expire(slot, now) : endPause(slot, buffer, now)
        case .running(let exchange, let firstByteBy, let tokenNumber, _):
            let limit = exchange.answerBegan ? exchange.lastByteAt + Self.silenceSeconds : firstByteBy
            if now < min(limit, deadline) {
                return watch(slot, exchange, firstByteBy: firstByteBy, tokenNumber: tokenNumber, now)
            }
            transport.cancel(exchange)
            conclude(slot, exchange, tokenNumber: tokenNumber, wasAbandoned: true, now)
        }
    }

    // MARK: The end of an attempt

    /// Judges a finished or abandoned attempt: its request is answered, fails, or is tried again.
    private func conclude(_ slot: Slot, _ exchange: Exchange, tokenNumber: Int, wasAbandoned: Bool, _ now: Instant) {
        guard let request = slot.course?.request else { return }
        let isUsable = !wasAbandoned && exchange.makeUsable(about: request.subject)
        if exchange.isAnothers { transport.distrustConnection(of: exchange) }
        count(exchange, of: slot)
        if wasAbandoned { exchange.runOutOfTime() }
        let wallClock = surroundings.wallClock()
        let outcome = AttemptOutcome(
            exchange, wasAbandoned: wasAbandoned, repeatability: request.repeatability, bodyIsUsable: isUsable,
            wallClock: wallClock)
        if !request.isControl, gate.answered(outcome, now: now) { wakeThoseAtGate(now) }
        if isUsable {
            _ = decide(slot, after: outcome, now)
            return end(slot, .answered(exchange), now)
        }
        let told = client?.failure(
            slot.number, of: exchange, wasAbandoned: wasAbandoned, evidence: slot.course?.evidence ?? WriteEvidence(),
            wallClock: wallClock)
        guard var failure = told else {
            _ = free(slot)
            return
        }
        if exchange.ranOutOfTime, slot.course.map({ $0.remaining(now) < policy.leastTime }) ?? true {
            failure = failure.asTimeout
        }
        // The answer if the next attempt can't be made after all.
        slot.course?.attemptFailed(failure)
        let buffer = exchange.emptiedBody()
        if exchange.status == 401, slot.course?.mayAskForToken() == true {
            switch token.newer(than: tokenNumber) {
            case .ready: return tryAgain(slot, buffer, after: failure, now)
            case .awaited: return move(slot, to: .waitsForToken(buffer))
            case .failed(let why): failure = failure.explained(why)
            }
        }
        let decision = decide(slot, after: outcome, now)
        if case .stop = decision {} else { cutRetries = cutRetries || retriesAreOver }
        guard !request.isControl, !retriesAreOver else { return fail(slot, failure, now) }
        switch decision {
        case .stop: fail(slot, failure, now)
        case .immediate: tryAgain(slot, buffer, after: failure, now)
        case .retry(let seconds, _):
            retries += 1
            if exchange.status == 429 { slot.course?.pauses(now) }
            tellPause(slot, after: failure, until: now + seconds, now)
            move(slot, to: .backingOff(buffer, until: now + seconds))
        }
    }

    private func decide(_ slot: Slot, after outcome: AttemptOutcome, _ now: Instant) -> RetryDecision {
        slot.course?.decide(policy, after: outcome, budget: &budget, random: surroundings.random, now) ?? .stop(.final)
    }

    private func tryAgain(_ slot: Slot, _ buffer: ByteBuffer, after failure: RPCFailure, _ now: Instant) {
        retries += 1
        tellPause(slot, after: failure, until: now, now)
        enterGate(slot, buffer, now)
    }

    private func tellPause(_ slot: Slot, after failure: RPCFailure? = nil, until next: Instant, _ now: Instant) {
        client?.paused(
            slot.number, after: failure, attempts: slot.course?.evidence.attempts ?? 0, until: next, now: now)
    }

    private func count(_ exchange: Exchange, of slot: Slot) {
        slot.course?.attemptEnded(exchange)
        if exchange.wasSent { attempts += 1 }
    }

    // MARK: The end of a request

    /// The request's time has ended, and no attempt of it runs.
    private func expire(_ slot: Slot, _ now: Instant) { fail(slot, slot.course?.lastFailure ?? .neverSent, now) }

    private func fail(_ slot: Slot, _ failure: RPCFailure, _ now: Instant) {
        end(slot, .failed(failure, slot.course?.evidence ?? WriteEvidence()), now)
    }

    private func end(_ slot: Slot, _ outcome: Outcome, _ now: Instant) {
        // First, because the client may send the slot's next request from the report.
        let evidence = free(slot)
        client?.ended(slot.number, outcome, evidence: evidence, at: now)
    }

    /// Frees the slot. Returns what the attempts of its request say together.
    private func free(_ slot: Slot) -> WriteEvidence {
        defer {
            move(slot, to: .free)
            slot.course = nil
        }
        return slot.course?.evidence ?? WriteEvidence()
    }
}
