import Bytes
import HTTP

@testable import Service

/// The process's loop over pipes, a clock and a transport that are all made up: the same turns as `Runtime.Loop`, in
/// the same order, but time passes only by waiting.
///
/// Has no backstop as the real loop's check of its parent: whoever waits for nothing here waits for ever, and is found.
final class SimulatedLoop {
    enum Outcome: Equatable {
        /// The process has ended.
        case ended
        /// The time given is over.
        case paused
        /// Nothing will ever happen again.
        case asleep
    }

    let service: RPCServer
    let transport: FakeTransport
    let dice: Dice?
    var journal: FakeJournal?
    private(set) var now = Instant.start
    /// How late a timer may be served, in seconds.
    var lateness = 0.0

    // The host's side.
    private(set) var input: [UInt8] = []
    private var inputStart = 0
    private var inputIsClosed = false
    /// Bytes of stdin that the process has read.
    private(set) var bytesRead = 0
    /// The most that one read brings.
    var readLimit = Int.max
    /// Whether the host reads what is written.
    var hostReads = true
    var pipeCapacity = 65_536
    private(set) var pipe: [UInt8] = []
    private(set) var pendingSignals = 0
    private(set) var outputIsClosed = false
    /// Told of what the host has read.
    var onOutput: (ArraySlice<UInt8>) -> Void = { _ in }
    /// Told after each read of what the process has read in all.
    var onRead: (Int) -> Void = { _ in }
    /// Looks at everything after each turn.
    var onTurn: () -> Void = {}
    /// The next comes last.
    private var agenda: [(at: Instant, act: () -> Void)] = []

    // The loop's side.
    private var outputIsGone = false
    private var outputIsBlocked = false
    private var inputHasEnded = false
    private var inputHasHungUp = false
    private(set) var turns = 0

    init(_ service: RPCServer, _ transport: FakeTransport, dice: Dice? = nil) {
        self.service = service
        self.transport = transport
        self.dice = dice
    }

    // MARK: The host

    /// Has `act` done at `instant`.
    func at(_ instant: Instant, _ act: @escaping () -> Void) {
        var (low, high) = (0, agenda.count)
        while low < high {
            let middle = (low + high) / 2
            if agenda[middle].at > instant { low = middle + 1 } else { high = middle }
        }
        agenda.insert((instant, act), at: low)
    }

    func send(_ bytes: [UInt8]) {
        if inputStart > 1 << 20 {
            input.removeFirst(inputStart)
            inputStart = 0
        }
        input += bytes
    }

    func send(_ line: String) { send(Array(line.utf8) + [0x0A]) }
    func closeInput() { inputIsClosed = true }
    func closeOutput() { outputIsClosed = true }
    func signal() { pendingSignals += 1 }

    private func hostTurn() {
        while let next = agenda.last, next.at <= now { agenda.removeLast().act() }
        guard hostReads, !pipe.isEmpty, !outputIsClosed else { return }
        let count = dice.map { $0.chance(0.2) ? $0.int(1...pipe.count) : pipe.count } ?? pipe.count
        onOutput(pipe[..<count])
        pipe.removeFirst(count)
        if !pipe.isEmpty { at(now + 0.001) {} }
    }

    // MARK: The loop

    /// Turns for so many seconds, or until there is an end.
    func run(for seconds: Double) -> Outcome { run(until: now + seconds) }

    func run(until limit: Instant) -> Outcome {
        while true {
            turns += 1
            settle()
            flush()
            onTurn()
            if service.isFinished, outputIsGone || service.output.count == 0 { return end() }
            if service.isFinished, let latest = service.leaveBy, latest <= now { return end() }
            switch wait(until: limit) {
            case .ended: serve()
            case let other: return other
            }
        }
    }

    private func end() -> Outcome {
        // What lies in the pipe is still the host's, whenever it reads on.
        if !pipe.isEmpty, !outputIsClosed { onOutput(pipe[...]) }
        pipe = []
        return .ended
    }

    /// `.ended` when `poll` would have returned.
    private func wait(until limit: Instant) -> Outcome {
        while true {
            hostTurn()
            if isAnythingReady { return .ended }
            let timer = [service.nextTimer, service.leaveBy].compactMap(\.self).min().map(rounded)
            if let timer, timer <= now { return .ended }
            if let event = transport.nextEvent, event <= now { return .ended }
            guard let next = [timer, transport.nextEvent, agenda.last?.at].compactMap(\.self).min() else {
                now = max(now, limit)
                return .asleep
            }
            guard next <= limit else {
                now = max(now, limit)
                return .paused
            }
            now = max(now, next)
        }
    }

    /// `poll` waits whole milliseconds, and then for the processor.
    private func rounded(_ instant: Instant) -> Instant {
        let milliseconds = (instant.nanoseconds + 999_999) / 1_000_000
        let late = lateness > 0 && instant > now ? dice?.seconds(0...lateness) ?? 0 : 0
        return Instant(nanoseconds: milliseconds * 1_000_000) + late
    }

    private var canRead: Bool {
        service.wantsInput && !inputHasEnded && (inputStart < input.count || inputIsClosed)
    }

    /// Whether the host has closed its end and the process does not read.
    private var hasHungUp: Bool { inputIsClosed && !inputHasEnded && !inputHasHungUp && !service.wantsInput }

    private var isAnythingReady: Bool {
        canRead || hasHungUp || pendingSignals > 0 || journal?.hasAnswers == true || (outputIsClosed && !outputIsGone)
            || (outputIsBlocked && !outputIsGone && pipe.count < pipeCapacity)
    }

    private func serve() {
        let mayRead = canRead
        while pendingSignals > 0 {
            pendingSignals -= 1
            service.signalled(at: now)
        }
        if journal?.hasAnswers == true { service.journalAnswered(at: now) }
        if outputIsClosed { loseOutput() }
        if mayRead { receive() }
        if hasHungUp {
            inputHasHungUp = true
            service.inputHungUp(at: now)
        }
        settle()
    }

    private func settle() {
        for exchange in transport.advance(now) { service.finished(exchange, at: now) }
        service.advance(at: now)
    }

    private func receive() {
        guard !inputHasEnded, service.wantsInput else { return }
        let available = input.count - inputStart
        guard available > 0 else {
            inputHasEnded = true
            return service.inputEnded(at: now)
        }
        let room = service.inputRoom()
        var count = min(room.count, available, readLimit)
        if let dice, readLimit < .max { count = dice.int(1...count) }
        input.withUnsafeBytes {
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[inputStart..<inputStart + count]))
        }
        inputStart += count
        bytesRead += count
        onRead(bytesRead)
        service.received(count, at: now)
    }

    private func flush() {
        let output = service.output
        guard !outputIsGone else { return output.consume(output.count) }
        while output.count > 0 {
            if outputIsClosed { return loseOutput() }
            let count = min(output.front.count, pipeCapacity - pipe.count)
            guard count > 0 else {
                outputIsBlocked = true
                return
            }
            pipe += output.front.prefix(count)
            output.consume(count)
        }
        outputIsBlocked = false
    }

    private func loseOutput() {
        guard !outputIsGone else { return }
        outputIsGone = true
        service.output.consume(service.output.count)
        service.outputGone(at: now)
    }
}
