import Bytes
import HTTP
import Platform

/// The process's main loop, on one thread: one `poll` waits for the host, libcurl's sockets and the next timer.
package final class Loop {
    private let client: any LoopClient
    private let transport: CurlTransport
    private let streams: StandardStreams
    private let signals: SignalPipe
    private let clock: LoopClock
    /// Readable when the journal has answered; `none` without one.
    private let journal: FileDescriptor
    /// Readable when a token may have arrived; `none` without one to wait for.
    private let token: FileDescriptor
    private var outputIsGone = false
    private var outputIsBlocked = false
    private var inputHasEnded = false
    private var inputHasHungUp = false
    private var problem: String?
    private var pipe = OutputPipe.usual
    private var largePipeWasOfUse = false

    /// The size of the output's pipe. `refused`: it could not be enlarged.
    private enum OutputPipe { case usual, large, refused }
    /// Nil when the input ends by itself, or nobody reads it.
    private var parent: ParentWatch?
    private var housekeeping: Instant
    private static let housekeepingSeconds = 30.0
    /// The first signal, and whether it interrupted a batch.
    private var signal: (number: Int32, wasBatch: Bool)?

    /// A loop before its first turn.
    package init(
        client: any LoopClient, transport: CurlTransport, streams: StandardStreams, signals: SignalPipe,
        clock: LoopClock, journal: FileDescriptor = .none, token: FileDescriptor = .none
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

    package struct End {
        /// What could not be used, as a sentence; nil if all could.
        package let problem: String?
        /// The first signal, if one came.
        package let signal: Int32?
        /// Whether the signal interrupted a batch: the input was a file, or had ended before.
        package let wasBatch: Bool
        /// Whether some input was not read, or some output not written.
        package let isCut: Bool
    }

    /// Runs until the client is finished and its output is written, or nobody reads the output.
    package func run() -> End {
        let problem = turn()
        // A signal may have come in the last turn.
        note(signals.take())
        return End(
            problem: problem, signal: signal?.number, wasBatch: signal?.wasBatch ?? false,
            isCut: streams.input.hasMoreOfFile || client.output.count > 0)
    }

    private func turn() -> String? {
        transport.pollSet.set(signals.descriptor, .readable)
        if let parent { transport.pollSet.set(parent.descriptor, .readable) }
        for descriptor in [journal, token] { transport.pollSet.set(descriptor, .readable) }
        while true {
            settle(ready: [])
            flush()
            if client.isFinished, outputIsGone || client.output.count == 0 { return problem }
            if client.isFinished, let latest = client.leaveBy, latest <= clock.now { return problem }
            serve(wait())
        }
    }

    /// One `poll`. Returns what is ready.
    private func wait() -> [PollSet.Ready] {
        let input = streams.input.descriptor
        let output = streams.output.descriptor
        if client.wantsInput && !inputHasEnded {
            transport.pollSet.set(input, .readable)
        } else if inputHasEnded || inputHasHungUp {
            transport.pollSet.remove(input)
        } else {
            // Reads nothing, but learns when the host closes its end.
            transport.pollSet.set(input, streams.input.hangUpEvents)
        }
        if outputIsGone {
            transport.pollSet.remove(output)
        } else {
            // Even with nothing to write: so the loop learns when the host closes its end.
            transport.pollSet.set(output, outputIsBlocked ? .writable : .none)
        }
        let next =
            [client.nextTimer, client.leaveBy, transport.timer, parent?.endBy, housekeeping].compactMap(\.self).min()
            ?? housekeeping
        let ready = transport.pollSet.wait(seconds: next.seconds(since: clock.now))
        clock.update()
        return ready
    }

    private func serve(_ ready: [PollSet.Ready]) {
        var sockets: [PollSet.Ready] = []
        for entry in ready {
            switch entry.descriptor {
            case signals.descriptor:
                let numbers = signals.take()
                note(numbers)
                for _ in numbers { client.event(.signalled, at: clock.now) }
            case parent?.descriptor: loseParent()
            case journal: client.event(.journalAnswered, at: clock.now)
            case token: client.event(.tokenArrived, at: clock.now)
            case streams.output.descriptor:
                if entry.events.hasAny(of: .error | .hangUp | .invalid) { loseOutput() }
            case streams.input.descriptor: client.wantsInput ? receive() : hangUp(entry.events)
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
        let isAsked = parent.map { !$0.descriptor.isSome } ?? false
        housekeeping = clock.now + (isAsked ? ParentWatch.askingSeconds : Self.housekeepingSeconds)
        if isAsked { loseParent() }
        giveBackPipe()
    }

    private func loseParent() {
        if let parent { transport.pollSet.remove(parent.descriptor) }
        // While the client wants input, the loop reads as soon as the host writes, so nothing that waits now is old.
        let unread = client.wantsInput ? 0 : streams.input.waiting
        if !inputHasEnded { parent?.look(unread, clock.now) }
    }

    /// Tells the client that it is orphaned, unless the host has written since the death.
    private func judgeHost() {
        parent?.hear(0, waiting: streams.input.waiting)
        guard !inputHasEnded, parent?.endBy != nil else { return }
        parent = nil
        client.event(.orphaned, at: clock.now)
    }

    /// The system bounds the size of one user's pipes together, so the loop shrinks a large pipe that it does not need.
    private func giveBackPipe() {
        if pipe == .large, !largePipeWasOfUse, client.output.count == 0 { streams.output.shrinkPipe() }
        if pipe != .large || !largePipeWasOfUse { pipe = .usual }
        largePipeWasOfUse = false
    }

    /// Runs libcurl and the client in turns, until neither has anything to do now.
    private func settle(ready: [PollSet.Ready]) {
        var ready = ready
        while true {
            let finished = transport.advance(ready: ready, now: clock.now)
            ready = []
            // Receiving a large answer takes a moment, which is part of its duration.
            if !finished.isEmpty { clock.update() }
            for exchange in finished { client.event(.finished(exchange), at: clock.now) }
            client.advance(at: clock.now)
            guard let due = transport.timer, due <= clock.now else { return }
        }
    }

    private func receive() {
        guard !inputHasEnded, client.wantsInput else { return }
        switch streams.input.read(into: client.inputRoom()) {
        case .moved(let count):
            parent?.hear(count)
            client.event(.received(count), at: clock.now)
        case .wouldBlock: break
        case .ended: endInput()
        case .failed(let error):
            problem = "Requests can't be read from stdin: \(error.text)."
            endInput()
        }
    }

    private func hangUp(_ events: PollEvents) {
        guard events.hasAny(of: .hangUp | .error | .readHangUp) else { return }
        guard !inputHasEnded, !inputHasHungUp else { return }
        inputHasHungUp = true
        client.event(.inputHungUp, at: clock.now)
    }

    private func endInput() {
        guard !inputHasEnded else { return }
        inputHasEnded = true
        client.event(.inputEnded, at: clock.now)
    }

    private func flush() {
        guard !outputIsGone else { return client.output.consume(client.output.count) }
        if client.output.count >= Self.largeOutput { makeRoomForMuch() }
        switch streams.output.write(client.output) {
        case .moved: outputIsBlocked = false
        case .wouldBlock: outputIsBlocked = true
        case .ended: loseOutput()
        case .failed(let error):
            problem = "Answers can't be written to stdout: \(error.text)."
            loseOutput()
        }
    }

    /// Enlarges the pipe for a large answer, so that it takes fewer turns. Before its first byte: enlarging a full pipe
    /// made a large answer a fifth slower.
    private func makeRoomForMuch() {
        if pipe == .usual { pipe = streams.output.growPipe() ? .large : .refused }
        largePipeWasOfUse = true
    }

    /// Bytes of waiting output from which on a larger pipe is useful.
    private static let largeOutput = 64 * 1024

    private func loseOutput() {
        guard !outputIsGone else { return }
        outputIsGone = true
        client.output.consume(client.output.count)
        client.event(.outputGone, at: clock.now)
    }
}
