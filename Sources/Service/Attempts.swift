import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// From calls to exchanges and back: order of writes, throttle gate, attempts, retries, deadlines.
extension Service {
    /// Sets a bound call on its way.
    func begin(_ call: Call, _ now: Instant) {
        if let resource = call.orderedResource, !writeOrder.enter(call.slot, resource) {
            call.phase = .inLine
            sleep(call, until: call.deadline)
        } else {
            ask(call, now)
        }
    }

    /// Asks the throttle gate; a call that may go waits for a connection.
    private func ask(_ call: Call, _ now: Instant) {
        let remaining = call.deadline.seconds(since: now)
        guard policy.firstByteLimit(call.progress, remaining: remaining) != nil else { return expire(call, now) }
        if !gate.isOpen, !call.isControl {
            if !call.isAtGate { call.share = surroundings.random() }
            let latestStart = now + (remaining - policy.leastTime)
            switch gate.ask(deadline: latestStart, now: now, share: call.share) {
            case .pass, .probe: break
            case .wait(let until):
                call.phase = .waiting
                if !call.isAtGate { tellPause(call, nil, until, now) }
                call.isAtGate = true
                return sleep(call, until: until)
            case .refuse(let milliseconds):
                let text = "The API asked for a pause that is longer than this call may take, so nothing more was sent."
                var failure = call.lastFailure ?? RPCFailure(.rateLimited, text, retryable: true)
                failure.retryAfterMs = milliseconds
                return fail(call, failure, now)
            }
        }
        call.phase = .ready
        call.isAtGate = false
        call.admission = gate.closures
        // Not at the time that has just come: behind others, a retry may wait for a connection for longer than a
        // moment.
        sleep(call, until: call.deadline)
        ready.append(call)
    }

    /// Starts waiting calls while there are connections.
    func startReady(_ now: Instant) {
        while running < settings.maxRunning, let call = ready.next(of: calls) {
            // The gate may have been shut while it waited for a connection.
            guard call.isControl || call.admission == gate.closures else {
                ask(call, now)
                continue
            }
            let remaining = call.deadline.seconds(since: now)
            guard let limit = policy.firstByteLimit(call.progress, remaining: remaining) else {
                expire(call, now)
                continue
            }
            call.firstByteBy = now + limit
            call.phase = .running
            running += 1
            openAnswer(call)
            let request = HTTPRequest(
                call.verb, target: call.target, body: call.entry?.takesBody == true ? call.body : nil)
            let exchange = Exchange(
                tag: call.slot, request: request, body: call.answer, needsFreshConnection: call.needsFreshConnection,
                connectTimeoutMs: Int(policy.connectLimit(firstByte: limit) * 1000))
            call.exchange = exchange
            call.tokenNumber = tokenNumber
            watch(call, now)
            transport.start(exchange)
        }
    }

    /// An exchange has its answer or its failure.
    public func finished(_ exchange: Exchange, at now: Instant) {
        let call = calls[exchange.tag]
        guard call.exchange === exchange, ending != .over else { return }
        conclude(call, exchange, wasAbandoned: false, now)
        if holdsFrames { takeInput(now) } else { startReady(now) }
    }

    /// Judges a finished or abandoned attempt: answer, fail, or try again.
    private func conclude(_ call: Call, _ exchange: Exchange, wasAbandoned: Bool, _ now: Instant) {
        guard let entry = call.entry else { return }
        release(call)
        call.evidence.note(exchange)
        if exchange.wasSent { counters.attempts += 1 }
        var bodyIsUsable = false
        if exchange.failure == nil, !wasAbandoned, 200..<300 ~= exchange.status {
            bodyIsUsable = Self.makeUsable(exchange)
        }
        let wallClock = surroundings.wallClock()
        let outcome = AttemptOutcome(
            exchange, wasAbandoned: wasAbandoned, repeatability: entry.repeatability, bodyIsUsable: bodyIsUsable,
            wallClock: wallClock)
        if !call.isControl { report(outcome, now) }
        if bodyIsUsable {
            _ = policy.decide(
                after: outcome, call: &call.progress, remaining: 0, budget: &budget, random: surroundings.random)
            if call.isControl, entry.method.name == "sandbox.reset" { forgetThrottling(now) }
            return succeed(call, exchange, now)
        }
        var failure = RPCFailure(
            exchange, wasAbandoned: wasAbandoned, method: entry.method, terms: call.terms, wallClock: wallClock)
        if exchange.failure == .connectTimeout, call.deadline.seconds(since: now) < policy.leastTime {
            let text = "The API's host took no connection before the call's time was over."
            failure = RPCFailure(.timeout, text, retryable: true)
        }
        // What to answer if the next attempt can't be made after all.
        call.lastFailure = failure
        if exchange.status == 401, !call.refreshedToken, hasNewerToken(than: call) {
            call.refreshedToken = true
            counters.retries += 1
            tellPause(call, failure, now, now)
            return ask(call, now)
        }
        let decision = policy.decide(
            after: outcome, call: &call.progress, remaining: call.deadline.seconds(since: now), budget: &budget,
            random: surroundings.random)
        guard !call.isControl, ending != .stopping else { return fail(call, failure, now) }
        switch decision {
        case .stop: fail(call, failure, now)
        case .immediate:
            counters.retries += 1
            tellPause(call, failure, now, now)
            call.needsFreshConnection = true
            ask(call, now)
        case .retry(let seconds, let freshConnection):
            counters.retries += 1
            call.needsFreshConnection = freshConnection
            call.phase = .waiting
            tellPause(call, failure, now + seconds, now)
            sleep(call, until: now + seconds)
        }
    }

    /// Tells a log and a client that want to know it that a call goes on at `next`, and why: a failed attempt, or the
    /// throttle gate.
    private func tellPause(_ call: Call, _ failure: RPCFailure?, _ next: Instant, _ now: Instant) {
        logPause(call, failure, seconds: next.seconds(since: now))
        tellProgress(call, lastFailure: failure, next, now)
    }

    /// Whether there is another token by now than the one that `call` was sent with. Of calls that were refused
    /// together only the first finds that the file has changed.
    private func hasNewerToken(than call: Call) -> Bool {
        if call.tokenNumber == tokenNumber, surroundings.refreshToken() { tokenNumber += 1 }
        return call.tokenNumber != tokenNumber
    }

    /// Tells the gate of an answer; those who wait at it may be let go by that.
    private func report(_ outcome: AttemptOutcome, _ now: Instant) {
        let shouldAskAgain: Bool
        if case .status(429, let retryAfter) = outcome {
            shouldAskAgain = gate.answered(isThrottle: true, retryAfter: retryAfter, now: now)
        } else {
            if gate.isOpen { return }
            shouldAskAgain = gate.answered(isThrottle: false, now: now)
        }
        if shouldAskAgain { wakeThoseAtGate(now) }
    }

    private func wakeThoseAtGate(_ now: Instant) {
        for waiting in calls where waiting.phase == .waiting && waiting.isAtGate { sleep(waiting, until: now) }
    }

    /// Gate and budget as at the start. What a call was told to wait by itself it still waits.
    private func forgetThrottling(_ now: Instant) {
        gate.open()
        budget = RetryBudget()
        wakeThoseAtGate(now)
    }

    /// Whether the body is one JSON text. Line breaks between its tokens become spaces, so that it fits on a line.
    private static func makeUsable(_ exchange: Exchange) -> Bool {
        var scanner = JSONScanner(exchange.answer)
        guard (try? scanner.text()) != nil else { return false }
        if scanner.sawLineBreak {
            let bytes = exchange.body.mutableBytes
            for at in exchange.headroom..<bytes.count where bytes[at] == 0x0A || bytes[at] == 0x0D { bytes[at] = 0x20 }
        }
        return true
    }

    /// Frees the connection of an attempt that is over.
    private func release(_ call: Call) {
        call.exchange = nil
        running -= 1
    }

    /// Gives an attempt up that still runs.
    func abandon(_ call: Call) -> Exchange? {
        guard let exchange = call.exchange else { return nil }
        transport.cancel(exchange)
        return exchange
    }

    /// Has the call looked at again at `instant`, or at its deadline if that comes first.
    private func sleep(_ call: Call, until instant: Instant) {
        let wake = min(instant, call.deadline)
        call.wake = wake
        wakeBy(wake)
    }

    /// Looks at every call whose time has come.
    func serveTimers(_ now: Instant) {
        nextWake = nil
        if ending == .stopping, let leaveBy {
            if leaveBy <= now { stopEverything(now) } else { wakeBy(leaveBy) }
        }
        for call in calls where call.phase != .free {
            if let wake = call.wake, wake <= now { serveTimer(call, now) }
            if call.phase != .free, let wake = call.wake { wakeBy(wake) }
        }
        startReady(now)
    }

    private func serveTimer(_ call: Call, _ now: Instant) {
        switch call.phase {
        case .free: break
        case .inLine, .ready: expire(call, now)
        case .waiting: now >= call.deadline ? expire(call, now) : ask(call, now)
        case .running:
            guard let exchange = call.exchange else { return }
            let limit = exchange.gotBytes ? exchange.lastByteAt + Self.silenceSeconds : call.firstByteBy
            if now >= limit || now >= call.deadline {
                transport.cancel(exchange)
                conclude(call, exchange, wasAbandoned: true, now)
            } else {
                watch(call, now)
            }
        }
    }

    /// Has a running attempt looked at again when it may have been silent for too long. The transport tells nothing of
    /// the bytes that come, so this is asked at least as often as a body may be silent.
    private func watch(_ call: Call, _ now: Instant) {
        guard let exchange = call.exchange, exchange.gotBytes else {
            return sleep(call, until: min(call.firstByteBy, now + Self.silenceSeconds))
        }
        sleep(call, until: exchange.lastByteAt + Self.silenceSeconds)
    }

    /// The call's time is over and nothing of it runs.
    private func expire(_ call: Call, _ now: Instant) {
        let text = "The call's time was over before it could be sent; nothing more will be tried."
        fail(call, call.lastFailure ?? RPCFailure(.timeout, text, retryable: true), now)
    }

    /// Ends what is left when the grace is over.
    private func stopEverything(_ now: Instant) {
        for call in calls where call.phase != .free {
            if let exchange = abandon(call) {
                release(call)
                call.evidence.note(exchange)
            }
            fail(
                call, RPCFailure(.shuttingDown, "The process is ending; this call was given up.", retryable: true), now)
        }
        leaveBy = now + 0.2
    }

    /// Gives a call up at the host's wish.
    func cancel(_ call: Call, _ now: Instant) {
        giveUp(call, RPCFailure(.cancelled, "The call was cancelled.", retryable: true), now)
    }

    /// Gives a call up, for the reason that its answer is to tell.
    func giveUp(_ call: Call, _ reason: RPCFailure, _ now: Instant) {
        if let exchange = abandon(call) {
            release(call)
            call.evidence.note(exchange)
            if exchange.wasSent { counters.attempts += 1 }
        }
        fail(call, reason, now)
    }

    /// Lets the next write to the same resource go. One that ends on the spot lets the one behind it go from here and
    /// not from inside, because such a line can be as long as calls may be in flight.
    func leaveLine(_ call: Call, _ now: Instant) {
        guard let resource = call.orderedResource, let next = writeOrder.leave(call.slot, resource) else { return }
        lineHeads.append(next)
        guard lineHeads.count == 1 else { return }
        while let slot = lineHeads.first {
            if calls[slot].phase == .inLine { ask(calls[slot], now) }
            lineHeads.removeFirst()
        }
    }
}

extension Call {
    /// The resource whose writes go one at a time, or nil for a read.
    var orderedResource: String? {
        guard let method = entry?.method, method.isWrite, !terms.resource.isEmpty else { return nil }
        return target.bytes.slice(terms.resource.lowerBound, terms.resource.upperBound).text
    }

    /// Whether this drives the sandbox and is none of the API's business.
    var isControl: Bool { entry?.method.availability == .sandbox }

    var verb: HTTPVerb {
        if case .http(let verb, _, _) = entry?.method.action { return verb }
        return .get
    }
}

extension MethodTable.Entry {
    var repeatability: Repeatability {
        if case .http(_, _, let repeatability) = method.action { return repeatability }
        return .read
    }
}
