import Bytes
import HTTP
import JSONRPC

/// Requests to the API on their way through attempts: throttle gate, retry policy and budget, rate, connections,
/// the token, time. Knows nothing of ids, frames or methods.
final class Operations {
    /// One request and its attempts. The object is used again, for one request after the other in its slot.
    private final class Operation {
        enum Phase {
            /// Not in use.
            case free
            /// Waiting to ask the throttle gate, for a retry's time, or for a token.
            case waiting
            /// Waiting for a connection.
            case ready
            /// On the wire.
            case running
        }

        let slot: Int
        /// Counts the uses of this object, to tell a stale reference.
        var serial = 0
        var phase = Phase.free
        var request: APIRequest?
        /// Where the body is received, behind `headroom` bytes that stay.
        var answer: ByteBuffer?
        var headroom = 0
        var deadline = Instant(nanoseconds: 0)
        /// When it must be looked at again.
        var wake: Instant?
        var progress = RetryProgress(.read, maxAttempts: 1)
        var evidence = WriteEvidence()
        var exchange: Exchange?
        var firstByteBy = Instant(nanoseconds: 0)
        /// When the first of the tries began that have sent nothing.
        var tryingSince: Instant?
        /// Whether it waits for the throttle gate and not for its own retry's time.
        var isAtGate = false
        /// Which closing of the gate it was let through after.
        var admission = 0
        /// Its place among those that follow a throttle probe.
        var share = 0.0
        var needsFreshConnection = false
        var refreshedToken = false
        var isForToken = false
        /// Which of the process's tokens its last attempt was sent with.
        var tokenNumber = 0
        /// The last attempt's failure, for when no further attempt can be made.
        var lastFailure: RPCFailure?

        init(slot: Int) { self.slot = slot }

        var isControl: Bool { request?.isControl == true }
    }

    private let surroundings: ServiceSurroundings
    private let transport: any Transport
    private let maxRunning: Int
    /// How often a request may begin; nil for as often as there are connections.
    private var rate: TokenBucket?
    private unowned var client: (any OperationsClient)?
    private let policy = RetryPolicy()
    private var budget = RetryBudget()
    private var gate = ThrottleGate()
    private var operations: [Operation] = []
    private var ready = ReadyQueue()
    private var (running, attempts, retries) = (0, 0, 0)
    private var token: TokenState
    private var (retriesAreOver, cutRetries) = (false, false)
    private var wake: Instant?

    /// Seconds a body may be silent.
    private static let silenceSeconds = 10.0

    init(surroundings: ServiceSurroundings, transport: any Transport, maxRunning: Int, rate: Double?) {
        self.surroundings = surroundings
        token = TokenState(surroundings)
        self.transport = transport
        self.maxRunning = maxRunning
        self.rate = rate.map(TokenBucket.init)
    }

    func report(to client: any OperationsClient) { self.client = client }

    /// When `serveTimers` must be called next, or nil. May be earlier than needed, never later.
    var nextWake: Instant? { wake }
    /// Requests on the wire, and how many of them were further attempts, so far; and the budget for more.
    var counts: (attempts: Int, retries: Int, budget: RetryBudget) { (attempts, retries, budget) }
    var isGateOpen: Bool { gate.isOpen }

    /// Readies the transport for its first exchange; returns why that can't be, as a sentence, or nil.
    func prepare() -> String? {
        guard case .failed(let sentence) = token.prepare() else { return nil }
        return sentence
    }

    /// Sets a request on its way.
    ///
    /// - Parameters:
    ///   - slot: its name. No other request of this name may be under way.
    ///   - answer: what the body is received into, behind what stands there now.
    ///   - deadline: when it has to be over.
    ///   - maxAttempts: at least 1.
    func begin(
        _ slot: Int, _ request: APIRequest, into answer: ByteBuffer, deadline: Instant, maxAttempts: Int, _ now: Instant
    ) {
        while operations.count <= slot { operations.append(Operation(slot: operations.count)) }
        let operation = operations[slot]
        operation.serial += 1
        (operation.request, operation.answer, operation.headroom) = (request, answer, answer.count)
        operation.deadline = deadline
        operation.progress = RetryProgress(request.repeatability, maxAttempts: maxAttempts)
        operation.evidence = WriteEvidence()
        (operation.needsFreshConnection, operation.refreshedToken, operation.isAtGate) = (false, false, false)
        operation.tryingSince = nil
        token.isReady ? ask(operation, now) : awaitToken(operation)
    }

    /// What the attempts of the request say together, those of one that is over as well.
    func evidence(_ slot: Int) -> WriteEvidence {
        slot < operations.count ? operations[slot].evidence : WriteEvidence()
    }

    /// Gives the request up, if it is under way; nothing is reported.
    func giveUp(_ slot: Int) {
        guard slot < operations.count, operations[slot].phase != .free else { return }
        let operation = operations[slot]
        if let exchange = operation.exchange {
            transport.cancel(exchange)
            note(exchange, of: operation)
        }
        free(operation)
    }

    /// Gives up all that is on the wire, because nobody would learn of it.
    func abandonAll() {
        for operation in operations { if let exchange = operation.exchange { transport.cancel(exchange) } }
    }

    /// From here on a failed attempt is the last.
    func endRetries() { retriesAreOver = true }
    var hasCutRetries: Bool { cutRetries }

    /// Gate and budget as at the start. What a request was told to wait by itself it still waits.
    func forgetThrottling(_ now: Instant) {
        gate.open()
        budget = RetryBudget()
        wakeThoseAtGate(now)
    }

    /// Takes what one retry costs out of the budget, as a failed attempt elsewhere would.
    func spend(_ cost: RetryBudget.Cost) { _ = budget.take(cost) }

    /// An exchange has its answer or its failure.
    func finished(_ exchange: Exchange, _ now: Instant) {
        let operation = operations[exchange.tag]
        guard operation.exchange === exchange else { return }
        conclude(operation, exchange, wasAbandoned: false, now)
    }

    /// Starts waiting requests while there are connections.
    func startReady(_ now: Instant) {
        while running < maxRunning, let next = ready.first {
            let operation = operations[next.slot]
            guard operation.serial == next.serial, operation.phase == .ready, let request = operation.request,
                let answer = operation.answer
            else {
                ready.removeFirst()
                continue
            }
            // The gate may have been shut while it waited for a connection.
            guard request.isControl || operation.admission == gate.closures else {
                ready.removeFirst()
                ask(operation, now)
                continue
            }
            let remaining = operation.deadline.seconds(since: now)
            guard let limit = policy.firstByteLimit(operation.progress, remaining: remaining) else {
                ready.removeFirst()
                expire(operation, now)
                continue
            }
            // The rest wait behind this one: first come, first served.
            if !request.isControl, let later = rate?.take(now) { return wakeBy(later) }
            ready.removeFirst()
            operation.firstByteBy = now + limit
            operation.phase = .running
            running += 1
            answer.truncate(to: operation.headroom)
            let exchange = Exchange(
                tag: operation.slot, request: HTTPRequest(request.verb, target: request.target, body: request.body),
                body: answer, needsFreshConnection: operation.needsFreshConnection,
                mayRepeat: request.repeatability.mayRepeat,
                lookupTimeoutMs: Int(policy.lookupLimit(remaining: remaining) * 1000),
                connectTimeoutMs: Int(policy.connectLimit(firstByte: limit) * 1000))
            if operation.tryingSince == nil { operation.tryingSince = now }
            operation.exchange = exchange
            operation.tokenNumber = token.number
            watch(operation, now)
            transport.start(exchange)
        }
    }

    /// Looks at every request whose time has come.
    func serveTimers(_ now: Instant) {
        guard let due = wake, due <= now else { return }
        wake = nil
        for operation in operations where operation.phase != .free {
            if let wake = operation.wake, wake <= now { serveTimer(operation, now) }
            if operation.phase != .free, let wake = operation.wake { wakeBy(wake) }
        }
        startReady(now)
    }

    private func serveTimer(_ operation: Operation, _ now: Instant) {
        switch operation.phase {
        case .free: break
        case .ready: expire(operation, now)
        case .waiting: now >= operation.deadline ? expire(operation, now) : ask(operation, now)
        case .running:
            guard let exchange = operation.exchange else { return }
            let limit = exchange.answerBegan ? exchange.lastByteAt + Self.silenceSeconds : operation.firstByteBy
            if now >= limit || now >= operation.deadline {
                transport.cancel(exchange)
                conclude(operation, exchange, wasAbandoned: true, now)
            } else {
                watch(operation, now)
            }
        }
    }

    /// Asks the throttle gate; a request that may go waits for a connection.
    private func ask(_ operation: Operation, _ now: Instant) {
        let remaining = operation.deadline.seconds(since: now)
        guard policy.firstByteLimit(operation.progress, remaining: remaining) != nil else {
            return expire(operation, now)
        }
        if !gate.isOpen, !operation.isControl {
            if !operation.isAtGate { operation.share = surroundings.random() }
            let latestStart = now + (remaining - policy.leastTime)
            switch gate.ask(deadline: latestStart, now: now, share: operation.share) {
            case .pass, .probe: break
            case .wait(let until):
                operation.phase = .waiting
                if !operation.isAtGate { tellPause(operation, nil, until, now) }
                operation.isAtGate = true
                return sleep(operation, until: until)
            case .refuse(let milliseconds):
                let text = "The API asked for a pause that is longer than this call may take, so nothing more was sent."
                var failure = operation.lastFailure ?? RPCFailure(.rateLimited, text, retryable: true)
                failure.retryAfterMs = milliseconds
                return fail(operation, failure, now)
            }
        }
        operation.phase = .ready
        operation.isAtGate = false
        operation.admission = gate.closures
        // Not at the time that has just come: behind others, a retry may wait for a connection for longer than a
        // moment.
        sleep(operation, until: operation.deadline)
        ready.append(slot: operation.slot, serial: operation.serial)
    }

    /// Judges a finished or abandoned attempt: answer, fail, or try again.
    private func conclude(_ operation: Operation, _ exchange: Exchange, wasAbandoned: Bool, _ now: Instant) {
        guard let request = operation.request else { return }
        let isUsable = !wasAbandoned && exchange.makeUsable(about: request.subject)
        if exchange.isAnothers { transport.distrustConnection(of: exchange) }
        note(exchange, of: operation)
        if wasAbandoned { exchange.runOutOfTime() }
        let wallClock = surroundings.wallClock()
        let outcome = AttemptOutcome(
            exchange, wasAbandoned: wasAbandoned, repeatability: request.repeatability, bodyIsUsable: isUsable,
            wallClock: wallClock)
        if !request.isControl, gate.answered(outcome, now: now) { wakeThoseAtGate(now) }
        if isUsable {
            _ = policy.decide(
                after: outcome, call: &operation.progress, remaining: 0, budget: &budget, random: surroundings.random)
            return end(operation, .answered(exchange), now)
        }
        let told = client?.failure(operation.slot, exchange, wasAbandoned: wasAbandoned, wallClock: wallClock)
        guard var failure = told else { return }
        let remaining = operation.deadline.seconds(since: now)
        if exchange.ranOutOfTime, remaining < policy.leastTime { failure = failure.asTimeout }
        let trying = operation.tryingSince.map { now.seconds(since: $0) } ?? 0
        if exchange.wasSent { operation.tryingSince = nil }
        // What to answer if the next attempt can't be made after all.
        operation.lastFailure = failure
        if exchange.status == 401, !operation.refreshedToken {
            operation.refreshedToken = true
            switch token.newer(than: operation.tokenNumber) {
            case .ready: return tryAgain(operation, failure, now)
            case .awaited: return awaitToken(operation)
            case .failed(let why): failure = failure.explained(why)
            }
        }
        let decision = policy.decide(
            after: outcome, call: &operation.progress, remaining: remaining, trying: trying, budget: &budget,
            random: surroundings.random)
        if case .stop = decision {} else { cutRetries = cutRetries || retriesAreOver }
        guard !request.isControl, !retriesAreOver else { return fail(operation, failure, now) }
        switch decision {
        case .stop: fail(operation, failure, now)
        case .immediate:
            operation.needsFreshConnection = true
            tryAgain(operation, failure, now)
        case .retry(let seconds, let freshConnection):
            retries += 1
            operation.needsFreshConnection = freshConnection
            operation.phase = .waiting
            tellPause(operation, failure, now + seconds, now)
            sleep(operation, until: now + seconds)
        }
    }

    private func tryAgain(_ operation: Operation, _ failure: RPCFailure, _ now: Instant) {
        retries += 1
        tellPause(operation, failure, now, now)
        ask(operation, now)
    }

    private func tellPause(_ operation: Operation, _ failure: RPCFailure?, _ next: Instant, _ now: Instant) {
        client?.paused(
            operation.slot, after: failure, attempts: operation.evidence.attempts, until: next, now)
    }

    private func awaitToken(_ operation: Operation) {
        (operation.phase, operation.isForToken) = (.waiting, true)
        sleep(operation, until: operation.deadline)
    }

    /// What was done for a token is done; those who wait for it go on, or fail.
    func tokenArrived(_ now: Instant) {
        let answer = token.arrived()
        if case .awaited = answer { return }
        for operation in operations where operation.phase == .waiting && operation.isForToken {
            operation.isForToken = false
            switch (answer, operation.lastFailure) {
            case (.failed(let why), let refusal):
                fail(operation, refusal?.explained(why) ?? RPCFailure(.notConfigured, why), now)
            case (_, let refusal?): tryAgain(operation, refusal, now)
            case (_, nil): ask(operation, now)
            }
        }
    }

    private func wakeThoseAtGate(_ now: Instant) {
        for operation in operations where operation.phase == .waiting && operation.isAtGate {
            sleep(operation, until: now)
        }
    }

    /// Counts an attempt that is over, and frees its connection.
    private func note(_ exchange: Exchange, of operation: Operation) {
        operation.exchange = nil
        running -= 1
        operation.evidence.note(exchange)
        if exchange.wasSent { attempts += 1 }
    }

    /// Has the request looked at again at `instant`, or at its deadline if that comes first.
    private func sleep(_ operation: Operation, until instant: Instant) {
        let next = min(instant, operation.deadline)
        operation.wake = next
        wakeBy(next)
    }

    private func wakeBy(_ instant: Instant) {
        if wake.map({ instant < $0 }) ?? true { wake = instant }
    }

    /// Has a running attempt looked at again when it may have been silent for too long. The transport tells nothing of
    /// the bytes that come, so this is asked at least as often as a body may be silent.
    private func watch(_ operation: Operation, _ now: Instant) {
        guard let exchange = operation.exchange, exchange.answerBegan else {
            return sleep(operation, until: min(operation.firstByteBy, now + Self.silenceSeconds))
        }
        sleep(operation, until: exchange.lastByteAt + Self.silenceSeconds)
    }

    /// The request's time is over and nothing of it runs.
    private func expire(_ operation: Operation, _ now: Instant) {
        fail(operation, operation.lastFailure ?? .neverSent, now)
    }

    private func fail(_ operation: Operation, _ failure: RPCFailure, _ now: Instant) {
        end(operation, .failed(failure, operation.evidence), now)
    }

    private func end(_ operation: Operation, _ outcome: Outcome, _ now: Instant) {
        free(operation)
        client?.ended(operation.slot, outcome, now)
    }

    private func free(_ operation: Operation) {
        (operation.phase, operation.wake, operation.isForToken) = (.free, nil, false)
        (operation.exchange, operation.answer, operation.request, operation.lastFailure) = (nil, nil, nil, nil)
    }
}
