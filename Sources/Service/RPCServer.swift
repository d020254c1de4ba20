import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import Journal
import LSP

/// The behaviour of the process, between bytes from the host and exchanges with the API.
///
/// A state machine on one thread: a loop reports events by its methods; frames leave through `output`, exchanges
/// through the transport. It reads no clock and touches no descriptor, so it runs the same under a simulated loop. This
/// file connects the parts and ends the process's life.
public final class RPCServer {
    let intake: Intake
    let dispatcher: Dispatcher
    let calls: Calls
    let attempts: Attempts
    private let stream: HostStream
    private let frames: Output
    private let log: CallLog
    private(set) var ending = Ending.none
    private var lastMoment: Instant?
    private var exitIsEarly = false
    private var hasGivenUp = false

    /// How far the process is on its way to the end.
    enum Ending: Equatable {
        case none
        /// The input has ended. What was read is served, on MCP until `lastMoment`.
        case draining
        /// Nothing new begins, and calls in flight have until `lastMoment`.
        case stopping
        /// It ends now.
        case over
    }

    /// Seconds that calls have after a signal, or on MCP after the end of input.
    static let graceSeconds = 1.5
    /// Seconds that the host has to read the last answers, after the grace.
    static let readingSeconds = 0.2

    /// A service that has read nothing yet.
    package init(
        settings: ServiceSettings, surroundings: ServiceSurroundings, transport: any Transport,
        journal: (any WriteJournal)? = nil, attendees: (any AttendeesFolder)? = nil
    ) {
        let table = MethodTable(filter: settings.filter, sandbox: settings.isSandbox)
        let frames = Output()
        let log = CallLog(surroundings.log, conceal: surroundings.conceal)
        let intake = Intake(framing: settings.framing, output: frames)
        let stream = HostStream(settings: settings, table: table, output: frames)
        let attempts = Attempts(
            surroundings: surroundings, transport: transport, maxRunning: settings.maxRunning,
            rate: settings.maxCallsPerSecond)
        let calls = Calls(
            limits: settings, attempts: attempts,
            notes: WriteNotes(journal, random: surroundings.random), output: frames, log: log)
        attempts.report(to: calls)
        stream.open(editors: { [unowned calls, unowned attempts] in
            LSPDialect(
                version: settings.version, table: table,
                calls: BackgroundCalls(table: table, calls: calls, attempts: attempts), output: frames,
                folder: attendees)
        })
        calls.report(writesTo: { [unowned stream] in stream.wrote($0, $1) })
        dispatcher = Dispatcher(
            settings: settings, table: table, stream: stream, calls: calls, output: frames, log: log
        ) { [unowned calls, unowned attempts, unowned intake, unowned frames] json in
            let (requests, bytesIn) = intake.counts
            let (answers, errors, bytesOut) = frames.counts
            let (sent, retries, budget) = attempts.counts
            json.member("requests", requests)
            json.member("answers", answers)
            json.member("errors", errors)
            json.member("in_flight", calls.inFlight)
            json.member("attempts", sent)
            json.member("retries", retries)
            json.member("retry_tokens", budget.tokens)
            json.member("retry_budget_empty", budget.timesEmpty)
            json.member("bytes_in", bytesIn)
            json.member("bytes_out", bytesOut)
        }
        self.intake = intake
        self.stream = stream
        self.calls = calls
        self.attempts = attempts
        self.frames = frames
        self.log = log
    }

    // MARK: What the loop asks

    /// Frames for the host.
    public var output: ChunkQueue { frames.queue }

    /// Whether to read more from the host now.
    public var wantsInput: Bool { ending == .none && canTakeMore }

    /// When `advance` must be called next, or nil. May be earlier than needed, never later.
    public var nextTimer: Instant? {
        if ending == .over { return nil }
        // The output had no room for answers to these frames, and has now. No event reports that.
        if hasMore { return Instant(nanoseconds: 0) }
        var next = attempts.nextWake
        for other in [calls.nextWake, stream.nextWake, calls.inFlight > 0 ? lastMoment : nil] {
            if let other { next = next.map { min($0, other) } ?? other }
        }
        return next
    }

    /// When to leave even if output still waits for the host; nil for never.
    public var leaveBy: Instant? { lastMoment }

    /// Whether everything is done once `output` is written.
    public var isFinished: Bool {
        switch ending {
        case .none: false
        case .draining, .stopping: calls.inFlight == 0 && !intake.holdsFrames
        case .over: true
        }
    }

    /// 1 if the host sent `exit` without `shutdown` before it (Language Server Protocol 3.17), else 0.
    public var exitCode: Int32 { exitIsEarly ? 1 : 0 }

    /// Whether a request was refused, given up or not retried because the process was told to end. False where clients
    /// leave by ending their input, because they expect no more then.
    public var isCutShort: Bool {
        !stream.dialect.isLeftByEnding && (hasGivenUp || dispatcher.hasTurnedAway || attempts.hasCutRetries)
    }

    /// Messages sent so far, calls and requests that failed, and calls in flight.
    public var progress: (answers: Int, errors: Int, inFlight: Int) {
        let counts = frames.counts
        return (counts.answers, counts.errors, calls.inFlight)
    }

    // MARK: What the loop tells

    /// Room for bytes from the host.
    public func inputRoom() -> UnsafeMutableRawBufferPointer { intake.room() }

    /// The host's bytes are in the room, `count` of them.
    public func received(_ count: Int, at now: Instant) {
        intake.received(count)
        settle(now)
    }

    /// The host's input has ended. What was read is served, on MCP within the grace.
    public func inputEnded(at now: Instant) {
        intake.end()
        drain(now)
    }

    /// The host has closed its end while input was not being read. A plain host is still served all that it has
    /// written; an MCP client only what was read.
    public func inputHungUp(at now: Instant) {
        if stream.dialect.isLeftByEnding { drain(now) }
    }

    private func drain(_ now: Instant) {
        if ending == .none { ending = .draining }
        settle(now)
    }

    /// Starts the grace where clients leave by ending their input, and settles what the dialect owes.
    private func endGracefully(_ now: Instant) {
        guard ending == .draining, stream.dialect.isLeftByEnding else { return }
        if lastMoment == nil { lastMoment = now + Self.graceSeconds }
        if !intake.holdsFrames { dispatcher.answerOwed() }
    }

    /// Nobody reads the output any more. The service ends at once and gives up what is on the wire.
    public func outputGone(at now: Instant) {
        guard ending != .over else { return }
        ending = .over
        attempts.abandonAll()
        log.outputClosed(inFlight: calls.inFlight)
    }

    /// A signal tells the process to end. Calls in flight may finish within the grace; a second signal ends them at
    /// once.
    public func signalled(at now: Instant) {
        guard ending != .stopping, ending != .over else {
            if ending != .over, calls.inFlight > 0 || intake.holdsFrames { hasGivenUp = true }
            ending = .over
            lastMoment = now
            return
        }
        stop(now)
        settle(now)
    }

    private func stop(_ now: Instant) {
        ending = .stopping
        attempts.endRetries()
        dispatcher.stop()
        lastMoment = now + Self.graceSeconds
    }

    /// The parent process has ended, and the host has sent nothing since.
    public func orphaned(at now: Instant) {
        log.orphaned()
        signalled(at: now)
    }

    /// An exchange has ended, with an answer or a failure.
    public func finished(_ exchange: Exchange, at now: Instant) {
        guard ending != .over else { return }
        attempts.finished(exchange, at: now)
        settle(now)
    }

    /// Fetching a token has succeeded or failed.
    public func tokenArrived(at now: Instant) {
        guard ending != .over else { return }
        attempts.tokenArrived(at: now)
        settle(now)
    }

    /// The journal has answered something.
    public func journalAnswered(at now: Instant) {
        guard ending != .over else { return }
        calls.journalAnswered(at: now)
        settle(now)
    }

    /// Serves the timers that are due, and input that there is room for now.
    public func advance(at now: Instant) {
        guard ending != .over else { return }
        if let lastMoment, lastMoment <= now, calls.inFlight > 0 || intake.holdsFrames { giveUpAll(now) }
        calls.serveTimers(now)
        attempts.serveTimers(at: now)
        settle(now)
    }

    // MARK: Its life

    private var canTakeMore: Bool { !frames.isFull && (!isHeldUp || looksAhead) }

    /// Whether the next item must wait for a place.
    private var isHeldUp: Bool { intake.waitsForPlace && !calls.hasPlace && ending != .stopping }

    /// Whether to search the messages behind it for a person's answer or a cancellation. They need no place, and
    /// without them none might ever get free.
    private var looksAhead: Bool { calls.waitsForPerson && intake.mayLookAhead }

    /// Whether anything that was read can be served now.
    private var hasMore: Bool {
        guard !frames.isFull else { return false }
        return isHeldUp ? looksAhead && intake.hasUnseenFrames : intake.holdsFrames
    }

    /// Follows every event, in this order: serves input while there is room, starts requests that are ready, and ends a
    /// stream whose input is over.
    private func settle(_ now: Instant) {
        guard ending != .over else { return }
        if intake.holdsFrames { takeInput(now) }
        attempts.startReady(at: now)
        if ending == .none {
            stream.settle(at: now)
        } else if stream.isEditors {
            stream.stop(at: now)
            if !intake.holdsFrames { dispatcher.answerOwed() }
        }
        endGracefully(now)
    }

    /// Serves what was read while there is room; when stopping all of it, to refuse it.
    private func takeInput(_ now: Instant) {
        while ending == .stopping || canTakeMore {
            guard takeNext(now) else { return }
        }
    }

    /// Serves the next item of the stream; false when there is none.
    private func takeNext(_ now: Instant) -> Bool {
        let item =
            isHeldUp
            ? intake.nextAhead { dispatcher.comesFirst($0) }
            : intake.next(hasPlace: calls.hasPlace, hasBatches: stream.dialect.hasBatches)
        switch item {
        case .none: return false
        case .batchBegun: break
        case .batchEnded(let batch): frames.close(batch)
        case .refused(let failure, let id, let destination): dispatcher.refuse(failure, id: id, destination)
        case .response(let response):
            if !calls.hear(response, now), !stream.hear(response, at: now) { log.unasked(response.id?.bytes) }
        case .broken(let failure):
            dispatcher.refuse(failure, id: nil, .stream)
            if ending == .none { ending = .draining }
        case .request(let request, let destination):
            switch dispatcher.serve(request, destination, now) {
            case .served: break
            case .needsPlace: intake.hold(request, for: destination)
            case .exit:
                if !dispatcher.isShutDown { exitIsEarly = true }
                if ending == .none { stop(now) }
            }
        }
        return true
    }

    /// Gives up the calls that are left when the grace is over.
    private func giveUpAll(_ now: Instant) {
        let who = ending == .stopping ? "The process is ending" : "The host has ended the stream"
        let text = "\(who); this call was given up."
        ending = .stopping
        attempts.endRetries()
        dispatcher.stop()
        if calls.inFlight > 0 { hasGivenUp = true }
        calls.giveUpAll(RPCFailure(.shuttingDown, text, retryable: true), now)
        lastMoment = now + Self.readingSeconds
    }
}
