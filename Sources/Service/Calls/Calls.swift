import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import Journal

/// Calls in flight, from params to the one answer: places, ids, turns, steps, questions, cancellation. Faces word the
/// outcomes; `Attempts` repeats requests.
final class Calls: AttemptsClient {
    /// One call. The object and its buffers serve later calls, so a call allocates next to nothing.
    private final class Call {
        let slot: Int
        var entry: MethodTable.Entry?
        let single: SingleRequest
        /// The steps of a method of several requests.
        var composed: (any Procedure)?
        var face: (any Face)?
        var destination = Destination.nobody
        var terms = CallTerms()
        /// How the call gets a person's yes; nil where nobody is asked.
        var consent: Consent?
        /// Whether the host no longer wants the answer.
        var isUnwanted = false
        /// The outcome to tell the procedure when the call's turn comes.
        var pending = Outcome.begun
        /// The id as spelled; empty for a notification.
        let id = ByteBuffer(capacity: 64)
        let target = ByteBuffer(capacity: 128)
        let body = ByteBuffer(capacity: 64)
        /// The buffer for the frame to the host. Nil while a request receives the API's body into it, and after the
        /// output has taken it over.
        var frame: ByteBuffer?
        var (clock, tally, maxAttempts) = (CallClock(), CallTally(), 1)
        var underWay: APIRequest?

        init(slot: Int) {
            self.slot = slot
            single = SingleRequest(target: target, body: body)
        }
        var isFree: Bool { entry == nil }
        var isWanted: Bool { !isUnwanted && !destination.isNobody }
        /// The id of the call's resource, such as `ngmt_…`; empty for none.
        var resource: String { target.bytes.slice(terms.resource.lowerBound, terms.resource.upperBound).text }
        /// Method, target and body: a repeated call has the same.
        func text(_ name: String) -> [UInt8] { Array(name.utf8) + [0] + target.bytes + [0] + body.bytes }
        /// The resource whose writes go one at a time, or nil for a read.
        var line: String? { entry?.isWrite == true && !terms.resource.isEmpty ? resource : nil }
        var deadline: Instant { clock.deadline }
        /// What the process does by itself takes no place of the host's. A write waits for its turn all the same.
        var takesTurn: Bool { !destination.isBackground || line != nil }
    }

    private let limits: ServiceSettings
    private let attempts: Attempts
    private let notes: WriteNotes
    private let output: Output
    private let log: CallLog
    private var (calls, freeSlots) = ([Call](), [Int]())
    private var ids = SlotIDs()
    private let turns: Turns
    private let confirmations = Confirmations()
    private var signs = SignsOfLife()
    private var wake: Instant?
    private var onWrite: ((Method, String) -> Void)?

    init(limits: ServiceSettings, attempts: Attempts, notes: WriteNotes, output: Output, log: CallLog) {
        (self.limits, self.attempts, self.notes) = (limits, attempts, notes)
        (self.output, self.log) = (output, log)
        turns = Turns(limit: limits.maxInFlight)
    }

    /// Names who is told of each write that has ended: its method, and the id of its resource.
    func report(writesTo witness: @escaping (Method, String) -> Void) { onWrite = witness }

    /// Calls that are not over, including those that wait for a person.
    var inFlight: Int { turns.count }
    var placesTaken: Int { turns.placesTaken }
    var hasPlace: Bool { turns.hasPlace }
    var waitsForPerson: Bool { confirmations.isAnyOpen }
    /// When `serveTimers` must be called next, or nil. May be earlier than needed, never later.
    var nextWake: Instant? { wake }
    /// The deadline of each call in flight.
    var deadlines: [(id: String, deadline: Instant)] {
        calls.filter { !$0.isFree }.map { ($0.id.bytes.text, $0.deadline) }
    }

    /// Checks a call's params and begins it. Throws when it is refused; then nothing is sent or kept.
    func begin(
        _ entry: MethodTable.Entry, params: JSONSlice?, id: JSONSlice?, _ face: any Face, to destination: Destination,
        permission: Permission, at now: Instant
    ) throws(RPCFailure) {
        let call = freeCall()
        do throws(RPCFailure) {
            try RPCFailure.checkMemory(for: params?.bytes.count ?? 0)
            call.terms = try entry.bind(params, target: call.target, body: call.body)
            face.adopt(call.terms)
            call.consent = try permission.consent(isHarmless: call.terms.editing?.isDryRun == true)
            if let consent = call.consent { try confirmations.grant(consent, call.text(entry.method.name), now) }
            if entry.composition?.sendsRequests ?? true, let sentence = attempts.prepare() {
                throw RPCFailure(.notConfigured, sentence)
            }
        } catch {
            throw error.unsent(entry.method)
        }
        occupy(call, entry, id: id, face, to: destination, at: now)
        if face.wantsSigns { wakeBy(signs.begin(call.slot, now)) }
        guard !call.takesTurn || turns.enter(call.slot, call.line) else { return wakeBy(call.deadline) }
        proceed(call, after: .begun, now)
    }

    /// An unused call object with empty buffers.
    private func freeCall() -> Call {
        if freeSlots.isEmpty {
            freeSlots.append(calls.count)
            calls.append(Call(slot: calls.count))
            ids.add()
        }
        let call = calls[freeSlots[freeSlots.count - 1]]
        call.target.truncate(to: 0)
        call.body.truncate(to: 0)
        return call
    }

    private func occupy(
        _ call: Call, _ entry: MethodTable.Entry, id: JSONSlice?, _ face: any Face, to destination: Destination,
        at now: Instant
    ) {
        freeSlots.removeLast()
        if entry.composition == .merge { notes.nameRun(&call.terms, about: call.resource) }
        let terms = call.terms
        (call.entry, call.face, call.destination) = (entry, face, destination)
        call.id.truncate(to: 0)
        if let id {
            call.id.append(id.bytes)
            ids.set(call.slot, id)
        }
        if case .batch(let batch) = destination { batch.owe() }
        call.clock = CallClock(now, milliseconds: min(limits.timeoutMs, terms.timeoutMs ?? limits.timeoutMs))
        call.maxAttempts = min(limits.maxAttempts, terms.maxAttempts ?? limits.maxAttempts)
        (call.pending, call.tally, call.underWay) = (.begun, CallTally(), nil)
        if !entry.isPlain || !terms.isPlain || call.consent != nil {
            call.composed = entry.procedure(
                target: call.target.bytes, body: call.body.bytes, terms, isJournaled: notes.isOn, call.consent)
        }
        if entry.composition == nil { call.single.aim(at: entry, terms) }
    }

    /// Tells the procedure the outcome, and performs the step that it names.
    private func proceed(_ call: Call, after outcome: Outcome, _ now: Instant) {
        perform(call.composed?.step(after: outcome) ?? call.single.next(after: outcome), of: call, now)
    }

    private func perform(_ step: Step, of call: Call, _ now: Instant) {
        switch step {
        case .send(let request): journalAndSend(request, of: call, now)
        case .takeTurn(let record):
            guard turns.enterFurther(call.slot, record, start: { goOn($0, now) }) else { return wakeBy(call.deadline) }
            proceed(call, after: .begun, now)
        case .askPerson(let question): askPerson(call, question, now)
        case .recall(let query):
            if let failure = notes.look(call.slot, for: query) { return fail(call, failure, now) }
            wakeBy(call.deadline)
        case .noteLeft(let contacts, let then):
            notes.keep(left: contacts, call.slot)
            perform(then, of: call, now)
        case .tell(let progress, let then):
            if call.isWanted { call.face?.tell(progress: progress, token: call.terms.progressToken) }
            perform(then, of: call, now)
        case .finish(let exchange, let data, let members, let meta):
            succeed(call, exchange, data: data, members: members, meta: meta, now)
        case .fail(let failure): fail(call, failure, now)
        }
    }

    /// Asks a person, whose time is not the call's. A client that asks by itself gets the question as the answer.
    private func askPerson(_ call: Call, _ question: Question, _ now: Instant) {
        guard let entry = call.entry else { return }
        switch call.consent?.way {
        case .callingAgain(let client, _):
            let state = confirmations.offer(call.text(entry.method.name), question, now)
            let frame = takeFrame(call)
            client.requireInput(frame, id: call.id.bytes, question, state: state, to: call.destination)
            end(call, call.isWanted ? frame : nil, now)
        case .request(let asker):
            call.clock.rest(now)
            wakeBy(call.deadline)
            asker.ask(question, id: confirmations.ask(call.slot))
            turns.rest(call.slot) { goOn($0, now) }
        case nil: fail(call, .unasked, now)
        }
    }

    /// Takes a person's answer; false when no such question is open.
    func hear(_ response: Response, _ now: Instant) -> Bool {
        guard let slot = confirmations.slot(of: response.id) else { return false }
        if let asker = calls[slot].consent?.asker { tell(calls[slot], asker.verdict(in: response), now) }
        return true
    }

    /// Tells the procedure a no at once, and a yes when the call has a place.
    private func tell(_ call: Call, _ verdict: Verdict, _ now: Instant) {
        _ = confirmations.close(call.slot)
        call.clock.resume(now)
        call.pending = .told(verdict)
        if verdict.failure != nil || turns.resume(call.slot) { return goOn(call.slot, now) }
        wakeBy(call.deadline)
    }

    /// Tells the procedure the pending outcome, now that the call's turn has come.
    private func goOn(_ slot: Int, _ now: Instant) {
        let outcome = calls[slot].pending
        calls[slot].pending = .begun
        proceed(calls[slot], after: outcome, now)
    }

    /// Sends a request. With a journal, a write is on disk first.
    private func journalAndSend(_ request: APIRequest, of call: Call, _ now: Instant) {
        guard notes.isOn, request.isWrite, !request.isControl, let method = call.entry?.method.name else {
            return send(request, of: call, now)
        }
        let subject = WriteNotes.Subject(method: method, resource: request.record ?? call.resource, run: call.terms.run)
        notes.begin(call.slot, request, about: subject)
        wakeBy(call.deadline)
    }

    func journalAnswered(at now: Instant) {
        for (slot, news) in notes.collect() {
            switch news {
            case .noted(let request): send(request, of: calls[slot], now)
            case .found(let finding): proceed(calls[slot], after: .recalled(finding), now)
            case .failed(let failure, isWrite: true): proceed(calls[slot], after: .unsent(failure), now)
            case .failed(let failure, isWrite: false): fail(calls[slot], failure, now)
            }
        }
    }

    private func send(_ request: APIRequest, of call: Call, _ now: Instant) {
        if request.isIncomplete { return fail(call, .noMemory, now) }
        call.underWay = request
        // A procedure may keep an answer for several steps, so each answer has its own buffer.
        let buffer = call.composed == nil ? takeFrame(call) : ByteBuffer(capacity: 4096)
        if call.composed == nil { call.face?.beginAnswer(buffer, id: call.id.bytes, to: call.destination) }
        attempts.send(
            call.slot, request, into: buffer, deadline: call.clock.deadline(of: request, now),
            maxAttempts: call.tally.attemptsLeft(of: call.maxAttempts, for: request),
            isChecked: call.tally.isChecked(request), at: now)
        if request.delay > 0, call.takesTurn { turns.rest(call.slot) { goOn($0, now) } }
    }

    /// Takes the frame's buffer from the call, or a fresh one if it has none.
    private func takeFrame(_ call: Call) -> ByteBuffer {
        defer { call.frame = nil }
        return call.frame ?? output.freshBuffer()
    }

    func ended(_ slot: Int, _ outcome: Outcome, evidence: WriteEvidence, at now: Instant) {
        let call = calls[slot]
        requestEnded(of: call, evidence, outcome)
        proceed(call, after: call.composed == nil ? outcome : outcome.affordable(evidence), now)
    }

    /// Adds up the evidence of a request that is over or given up, and journals a write's end.
    private func requestEnded(of call: Call, _ evidence: WriteEvidence, _ outcome: Outcome? = nil) {
        let (request, isOutdated) = (call.underWay, outcome?.isOutdated == true)
        call.underWay = nil
        call.tally.add(evidence, of: request, isOutdated: isOutdated)
        if isOutdated { call.clock.lookAgain() }
        if request?.isWrite == true { notes.end(call.slot, evidence, status: outcome?.status) }
    }

    func paused(_ slot: Int, after failure: RPCFailure?, attempts: Int, until next: Instant, now: Instant) {
        let call = calls[slot]
        guard let entry = call.entry, let face = call.face else { return }
        let pause = CallPause(
            failure: failure, attempts: call.tally.attempts + attempts, seconds: next.seconds(since: now))
        log.paused(entry, call.id.bytes, pause)
        if call.isWanted { face.tell(pause: pause) }
    }

    func failure(
        _ slot: Int, of exchange: Exchange, wasAbandoned: Bool, evidence: WriteEvidence, wallClock: Double
    ) -> RPCFailure {
        guard let method = calls[slot].entry?.method else { return .unasked }
        let failure = RPCFailure(
            exchange.affordable, wasAbandoned: wasAbandoned, method: method, terms: calls[slot].terms,
            wallClock: wallClock)
        // Bound here, because some failures end no call and are told within a result.
        return log.bounded(failure.behind(evidence, exchange))
    }

    private func succeed(
        _ call: Call, _ exchange: Exchange, data: ByteBuffer?, members: ByteBuffer?, meta: ByteBuffer?, _ now: Instant
    ) {
        guard let entry = call.entry, let face = call.face else { return }
        if entry.isControl, entry.method.name == "sandbox.reset" { attempts.forgetThrottling(now) }
        let result = CallResult(
            exchange: exchange, data: data.map { .made($0) } ?? .received, members: members, meta: meta,
            attempts: call.tally.attempts, elapsed: call.clock.elapsed(now))
        log.ended(entry, call.id.bytes, result, traceparent: face.traceparent)
        if !call.isWanted { return end(call, nil, now) }
        // Without `data`, the API's body is the data. It was received after the frame's head.
        var frame = data == nil ? exchange.body : takeFrame(call)
        do throws(RPCFailure) {
            for part in [data, members, meta] where part?.isIncomplete == true { throw RPCFailure.noMemory }
            if data != nil { face.beginAnswer(frame, id: call.id.bytes, to: call.destination) }
            try face.complete(&frame, id: call.id.bytes, result, to: call.destination)
            if !call.destination.takes(frame) { throw RPCFailure.noMemory }
        } catch {
            var failure = error
            failure.adopt(exchange)
            return fail(call, failure, now)
        }
        end(call, frame, now)
    }

    /// Ends a call with a failure, and adds the evidence of all its requests.
    private func fail(_ call: Call, _ failure: RPCFailure, _ now: Instant) {
        var failure = failure
        log.bound(&failure)
        failure.attempts = call.tally.attempts
        if call.entry?.isWrite == true { failure.tell(call.composed.applied(call.tally.applied)) }
        if !call.destination.isBackground { output.countError() }
        let elapsed = call.clock.elapsed(now)
        log.failed(call.entry, call.id.bytes, failure, elapsed: elapsed, traceparent: call.face?.traceparent)
        if !call.isWanted { return end(call, nil, now) }
        let frame = takeFrame(call)
        call.face?.failAffordably(frame, id: call.id.bytes, failure, elapsed: elapsed, to: call.destination)
        end(call, frame, now)
    }

    /// Delivers the answer, frees the slot, and starts the calls whose turn comes.
    private func end(_ call: Call, _ frame: ByteBuffer?, _ now: Instant) {
        let (destination, hasTurn) = (call.destination, call.takesTurn)
        if let entry = call.entry, entry.isWrite { onWrite?(entry.method, call.resource) }
        notes.forget(call.slot)
        if let id = confirmations.close(call.slot) { call.consent?.asker?.withdraw(id: id) }
        (call.consent, call.composed, call.face) = (nil, nil, nil)
        (call.isUnwanted, call.entry, call.destination) = (false, nil, .nobody)
        ids.clear(call.slot)
        signs.end(call.slot)
        if let frame, !output.deliver(frame, destination) {
            frame.shrink(to: 64 * 1024)
            call.frame = frame
        }
        if case .batch(let batch) = destination { output.closeAfterAnswer(batch) }
        if hasTurn { turns.leave(call.slot) { goOn($0, now) } }
        freeSlots.append(call.slot)
    }

    func isInFlight(_ id: Bytes) -> Bool { slot(of: id) != nil }
    private func slot(of id: Bytes) -> Int? { ids.slot(of: id) { calls[$0].id.bytes.equals(id) } }

    /// Gives up the call whose id is spelled like this, and answers it if `isAnswered`. False when there is none.
    func cancel(_ id: Bytes, isAnswered: Bool, _ now: Instant) -> Bool {
        guard let slot = slot(of: id) else { return false }
        calls[slot].isUnwanted = !isAnswered
        giveUp(calls[slot], .cancelled, now)
        return true
    }

    /// Gives up all calls, or those whose faces are meant. Their answers tell `reason`.
    func giveUpAll(_ reason: RPCFailure, where isMeant: (any Face) -> Bool = { _ in true }, _ now: Instant) {
        for call in calls where call.face.map(isMeant) == true { giveUp(call, reason, now) }
    }

    private func giveUp(_ call: Call, _ reason: RPCFailure, _ now: Instant) {
        if call.underWay != nil { requestEnded(of: call, attempts.giveUp(call.slot)) }
        fail(call, reason, now)
    }

    /// Ends calls whose time ran out while they waited, and sends the signs of life that are due.
    func serveTimers(_ now: Instant) {
        guard let due = wake, due <= now else { return }
        wake = nil
        for call in calls where !call.isFree {
            let isOpen = confirmations.isOpen(call.slot)
            guard isOpen || turns.isWaiting(call.slot) || notes.isWaiting(call.slot) else { continue }
            if call.deadline > now {
                wakeBy(call.deadline)
            } else if isOpen {
                tell(call, .nothing, now)
            } else if turns.giveUpFurther(call.slot) {
                proceed(call, after: .unsent(.neverSent), now)
            } else {
                fail(call, turns.isBehindQuestion(call.slot) ? .behindQuestion : .neverSent, now)
            }
        }
        let (slots, next) = signs.collect(now)
        for slot in slots where calls[slot].isWanted {
            let what = confirmations.isOpen(slot) ? CallWait.person : turns.isWaiting(slot) ? .turn : .answer
            calls[slot].face?.tell(waitingFor: what, seconds: calls[slot].clock.elapsed(now))
        }
        if let next { wakeBy(next) }
    }

    private func wakeBy(_ instant: Instant) {
        if wake.map({ instant < $0 }) ?? true { wake = instant }
    }
}
