import Bytes
import Glibc
import HTTP

/// What the loop serves: it brings bytes, finished exchanges, time and endings, and takes frames away.
///
/// The loop decides nothing. Every rule about when to read, wait, give up or end is the client's, which can so be run
/// whole under a simulated loop.
public protocol LoopClient: AnyObject {
    /// Whether to read more from the host now.
    var wantsInput: Bool { get }
    /// Frames for the host.
    var output: ChunkQueue { get }
    /// When `advance` must be called, or nil.
    var nextTimer: Instant? { get }
    /// When to leave although output still waits to be read, or nil.
    var leaveBy: Instant? { get }
    /// Whether everything is done once `output` is written.
    var isFinished: Bool { get }

    /// Room for bytes from the host.
    func inputRoom() -> UnsafeMutableRawBufferPointer
    /// So many bytes were put into the room.
    func received(_ count: Int, at now: Instant)
    /// The host has closed its end while it was not read from: what it wrote before may still be unread.
    func inputHungUp(at now: Instant)
    /// No more bytes will come from the host.
    func inputEnded(at now: Instant)
    /// Nobody reads the output any more.
    func outputGone(at now: Instant)
    /// The process was told to end.
    func signalled(at now: Instant)
    /// Whoever started the process is gone, and nothing was heard of the host since.
    func orphaned(at now: Instant)
    /// An exchange has its answer or its failure.
    func finished(_ exchange: Exchange, at now: Instant)
    /// The journal has answered something.
    func journalAnswered(at now: Instant)
    /// What was done for a token is done.
    func tokenArrived(at now: Instant)
    /// Called every turn: timers may have come, and room for more input.
    func advance(at now: Instant)
}

/// The process's one thread: waits in one `poll` for the host, for libcurl's sockets and for the next timer.
public final class Loop {
    private let client: any LoopClient
    private let transport: CurlTransport
    private let streams: StandardStreams
    private let signals: SignalPipe
    private let clock: LoopClock
    /// Readable when the journal has answered; -1 without one.
    private let journal: Int32
    /// Readable when a token may have arrived; -1 without one to wait for.
    private let token: Int32
    private var outputIsGone = false
    private var outputIsBlocked = false
    private var inputHasEnded = false
    private var inputHasHungUp = false
    private var problem: String?
    private var pipe = PipeSize.usual
    private var largePipeWasOfUse = false

    /// What became of the output's pipe.
    private enum PipeSize { case usual, large, refused }
    /// Nil where the end of the input comes by itself, or nobody reads it.
    private var parent: ParentWatch?
    private var housekeeping: Instant
    private static let housekeepingSeconds = 30.0
    /// The first signal that came, and whether it came upon a batch.
    private var signal: (number: Int32, wasBatch: Bool)?

    /// A loop that has not turned yet.
    public init(
        client: any LoopClient, transport: CurlTransport, streams: StandardStreams, signals: SignalPipe,
        clock: LoopClock, journal: Int32 = -1, token: Int32 = -1
    ) {
        self.client = client
        self.transport = transport
        self.streams = streams
        self.signals = signals
        self.clock = clock
        self.journal = journal
        self.token = token
        parent = client.wantsInput && !streams.input.isFile ? ParentWatch() : nil
        housekeeping = clock.now + Self.housekeepingSeconds
    }

    /// What a loop has come to.
    public struct End {
        /// What could not be used, if anything, as a sentence.
        public let problem: String?
        /// The first signal that came, if one did.
        public let signal: Int32?
        /// Whether that came upon a batch: the input was a file, or had ended before.
        public let wasBatch: Bool
        /// Whether a part of the input was not read, or of the output not written.
        public let isCut: Bool
    }

    /// Turns until the client is finished and its output written, or nobody is there to read it.
    public func run() -> End {
        let problem = turn()
        // One that came in the last turn.
        note(signals.take())
        return End(
            problem: problem, signal: signal?.number, wasBatch: signal?.wasBatch ?? false,
            isCut: streams.input.hasMoreOfFile || client.output.count > 0)
    }

    private func turn() -> String? {
        transport.pollSet.set(signals.descriptor, Int32(POLLIN))
        if let parent { transport.pollSet.set(parent.descriptor, Int32(POLLIN)) }
        for descriptor in [journal, token] where descriptor >= 0 { transport.pollSet.set(descriptor, Int32(POLLIN)) }
        while true {
            settle(ready: [])
            flush()
            if client.isFinished, outputIsGone || client.output.count == 0 { return problem }
            if client.isFinished, let latest = client.leaveBy, latest <= clock.now { return problem }
            serve(wait())
        }
    }

    /// One `poll`. Returns what is ready.
    private func wait() -> [pollfd] {
        let input = streams.input.descriptor
        let output = streams.output.descriptor
        if client.wantsInput && !inputHasEnded {
            transport.pollSet.set(input, Int32(POLLIN))
        } else if inputHasEnded || inputHasHungUp {
            transport.pollSet.remove(input)
        } else {
            // Not to be read from, but that the host has gone is to be known.
            transport.pollSet.set(input, streams.input.hangUpEvents)
        }
        if outputIsGone {
            transport.pollSet.remove(output)
        } else {
            // Even with nothing to write: this is how a host that has closed its end is noticed.
            transport.pollSet.set(output, outputIsBlocked ? Int32(POLLOUT) : 0)
        }
        let next =
            [client.nextTimer, client.leaveBy, transport.timer, parent?.endBy, housekeeping].compactMap(\.self).min()
            ?? housekeeping
        guard transport.pollSet.wait(seconds: next.seconds(since: clock.now)) > 0 else {
            clock.update()
            return []
        }
        clock.update()
        return transport.pollSet.entries.filter { $0.revents != 0 }
    }

    private func serve(_ ready: [pollfd]) {
        var sockets: [pollfd] = []
        for entry in ready {
            switch entry.fd {
            case signals.descriptor:
                let numbers = signals.take()
                note(numbers)
                for _ in numbers { client.signalled(at: clock.now) }
            case parent?.descriptor: loseParent()
            case journal: client.journalAnswered(at: clock.now)
            case token: client.tokenArrived(at: clock.now)
            case streams.output.descriptor:
                if entry.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { loseOutput() }
            case streams.input.descriptor: client.wantsInput ? receive() : hangUp(entry.revents)
            default: sockets.append(entry)
            }
        }
        settle(ready: sockets)
        if housekeeping <= clock.now { keepHouse() }
        if let end = parent?.endBy, end <= clock.now { judgeHost() }
    }

    private func note(_ numbers: [Int32]) {
        guard signal == nil, let first = numbers.first else { return }
        signal = (first, streams.input.isFile || inputHasEnded)
    }

    private func keepHouse() {
        let isAsked = parent.map { $0.descriptor < 0 } ?? false
        housekeeping = clock.now + (isAsked ? ParentWatch.askingSeconds : Self.housekeepingSeconds)
        if isAsked { loseParent() }
        giveBackPipe()
    }

    private func loseParent() {
        if let parent { transport.pollSet.remove(parent.descriptor) }
        // Where the host is read as soon as it writes, nothing that waits now was written long before.
        let unread = client.wantsInput ? 0 : streams.input.waiting
        if !inputHasEnded { parent?.look(unread, clock.now) }
    }

    /// The parent is gone for a while, and someone else holds the pipe.
    private func judgeHost() {
        parent?.hear(0, waiting: streams.input.waiting)
        guard !inputHasEnded, parent?.endBy != nil else { return }
        parent = nil
        client.orphaned(at: clock.now)
    }

    /// What one user's pipes may hold together is bounded, so a large one that is of no more use is made smaller.
    private func giveBackPipe() {
        if pipe == .large, !largePipeWasOfUse, client.output.count == 0 { streams.output.shrinkPipe() }
        if pipe != .large || !largePipeWasOfUse { pipe = .usual }
        largePipeWasOfUse = false
    }

    /// Lets libcurl and the client answer each other until neither has anything to do now.
    private func settle(ready: [pollfd]) {
        var ready = ready
        while true {
            let finished = transport.advance(ready: ready, now: clock.now)
            ready = []
            // A large answer takes a moment to receive, which is part of how long it took.
            if !finished.isEmpty { clock.update() }
            for exchange in finished { client.finished(exchange, at: clock.now) }
            client.advance(at: clock.now)
            guard let due = transport.timer, due <= clock.now else { return }
        }
    }

    private func receive() {
        guard !inputHasEnded, client.wantsInput else { return }
        switch streams.input.read(into: client.inputRoom()) {
        case .moved(let count):
            parent?.hear(count)
            client.received(count, at: clock.now)
        case .wouldBlock: break
        case .ended: endInput()
        case .failed(let code):
            problem = "Requests can't be read from stdin: \(String(cString: strerror(code)))."
            endInput()
        }
    }

    private func hangUp(_ events: Int16) {
        guard events & Int16(truncatingIfNeeded: Int32(POLLHUP | POLLERR) | Stream.readHangUp) != 0 else { return }
        guard !inputHasEnded, !inputHasHungUp else { return }
        inputHasHungUp = true
        client.inputHungUp(at: clock.now)
    }

    private func endInput() {
        guard !inputHasEnded else { return }
        inputHasEnded = true
        client.inputEnded(at: clock.now)
    }

    private func flush() {
        guard !outputIsGone else { return client.output.consume(client.output.count) }
        if client.output.count >= Self.largeOutput { makeRoomForMuch() }
        switch streams.output.write(client.output) {
        case .moved: outputIsBlocked = false
        case .wouldBlock: outputIsBlocked = true
        case .ended: loseOutput()
        case .failed(let code):
            problem = "Answers can't be written to stdout: \(String(cString: strerror(code)))."
            loseOutput()
        }
    }

    /// Fewer turns for a large answer. Before the first of its bytes is written: a pipe that is made larger when it is
    /// full was seen to cost a large answer a fifth more time.
    private func makeRoomForMuch() {
        if pipe == .usual { pipe = streams.output.growPipe() ? .large : .refused }
        largePipeWasOfUse = true
    }

    /// Bytes that wait for the host from which on a larger pipe is worth having.
    private static let largeOutput = 64 * 1024

    private func loseOutput() {
        guard !outputIsGone else { return }
        outputIsGone = true
        client.output.consume(client.output.count)
        client.outputGone(at: clock.now)
    }
}
