import Bytes
import Platform

/// The server's thread: one `poll` over all connections, with the fault plans' delays as its timeout.
final class ServerLoop {
    /// Connections at once, at most, if there are enough descriptors.
    static let mostConnections = 1_024
    /// Descriptors reserved for the rest of the process.
    private static let descriptorsForOthers = 24
    /// Connections at once, at most. Another one replaces a dispensable one, or waits to be accepted.
    private let connectionLimit = ServerLoop.affordableConnections()
    /// Nanoseconds for which a connection that ends after its answer is still read.
    private static let drainSpan: UInt64 = 2_000_000_000

    private let listener: Listener
    private let lifeline: FileDescriptor
    private let api: SandboxAPI
    private let start = SystemClock.monotonicNanoseconds
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private var connections: [Connection] = []
    private var pollSet = PollSet()
    private var arrivals: UInt64 = 0
    /// The earliest time to accept again, because the process had no descriptor left.
    private var acceptsAgainAt: UInt64 = 0
    /// Whether any connection waits for a time rather than for its descriptor.
    private var hasTimers = false
    private var time: UInt64 = 0

    /// Takes over both descriptors. The loop ends when the other end of `lifeline` is closed for writing.
    init(listener: Listener, lifeline: FileDescriptor, api: SandboxAPI) {
        self.listener = listener
        self.lifeline = lifeline
        self.api = api
    }

    deinit {
        connections = []
        listener.descriptor.close()
        scratch.deallocate()
        // Last, because `stop` waits for this.
        lifeline.close()
    }

    /// Serves until the lifeline is shut.
    func run() {
        while true {
            let timeout = prepare()
            let ready = pollSet.wait(seconds: timeout)
            time = SystemClock.monotonicNanoseconds
            let descriptors = Set(ready.map(\.descriptor))
            if descriptors.contains(lifeline) { return }
            for connection in connections where descriptors.contains(connection.socket) { handle(connection) }
            // After the others, because a new connection may replace one of them.
            if descriptors.contains(listener.descriptor) { acceptAll() }
            if hasTimers { runTimers() }
            connections.removeAll { if case .closed = $0.phase { true } else { false } }
        }
    }

    /// Sets what to poll for. Returns the timeout in seconds; nil for ever.
    private func prepare() -> Double? {
        pollSet.removeAll()
        var due = UInt64.max
        hasTimers = false
        let isFull = connections.count >= connectionLimit && !connections.contains(where: \.isDispensable)
        if acceptsAgainAt > time { due = acceptsAgainAt }
        let listens = !isFull && acceptsAgainAt <= time
        if listens { pollSet.set(listener.descriptor, .readable) }
        pollSet.set(lifeline, .readable)
        for connection in connections {
            switch connection.phase {
            case .waiting(let at, _, _, _), .draining(let at):
                due = min(due, at)
                hasTimers = true
            case .reading, .writing, .closed: break
            }
            if let events = connection.pollEvents { pollSet.set(connection.socket, events) }
        }
        guard due < .max else { return nil }
        let now = SystemClock.monotonicNanoseconds
        return due <= now ? 0 : Double(due - now) / 1e9
    }

    private func acceptAll() {
        while connections.count < connectionLimit || makeRoom() {
            do throws(SystemError) {
                connections.append(Connection(try listener.accept()))
            } catch  where error == .interrupted || error == .connectionAborted {
                continue
            } catch  where error.isForDescriptors && makeRoom() {
                continue
            } catch {
                if error.isForDescriptors || error == .noMemory { acceptsAgainAt = time + 20_000_000 }
                return
            }
        }
    }

    /// Closes the oldest dispensable connection: a client that opens many silent ones must not keep others out. False
    /// if there is none.
    private func makeRoom() -> Bool {
        guard let found = connections.firstIndex(where: \.isDispensable) else { return false }
        connections.remove(at: found)
        return true
    }

    /// As many as leave room for both ends of each, and for the rest of the process, below the limit of open files.
    private static func affordableConnections() -> Int {
        guard let descriptors = ThisProcess.descriptorLimit else { return mostConnections }
        return min(mostConnections, max(8, (descriptors - descriptorsForOthers) / 2))
    }

    private func handle(_ connection: Connection) {
        switch connection.phase {
        case .reading: read(connection)
        case .writing:
            if flush(connection) { resume(connection) }
        case .draining: drain(connection)
        case .waiting, .closed: break
        }
    }

    private func read(_ connection: Connection) {
        guard let count = receive(connection) else { return }
        if count > 0 { process(Bytes(scratch).slice(0, count), on: connection) } else { connection.phase = .closed }
    }

    private func drain(_ connection: Connection) { if receive(connection) == 0 { connection.phase = .closed } }

    /// Reads what is there. Returns the number of bytes, 0 at the end, nil if there are none now.
    private func receive(_ connection: Connection) -> Int? {
        do throws(SystemError) {
            return try connection.socket.receive(into: scratch)
        } catch {
            return error == .wouldBlock || error == .interrupted ? nil : 0
        }
    }

    /// Continues with the bytes that came after the answered request.
    private func resume(_ connection: Connection) {
        guard case .reading = connection.phase else { return }
        connection.parser.reset()
        guard let pending = connection.pending else { return }
        connection.pending = nil
        process(pending.bytes, on: connection)
        withExtendedLifetime(pending) {}
    }

    private func process(_ bytes: Bytes, on connection: Connection) {
        var rest = bytes
        while !rest.isEmpty {
            rest = rest.dropping(connection.parser.feed(rest))
            switch connection.parser.state {
            case .complete:
                begin(connection)
                guard case .reading = connection.phase else {
                    if !rest.isEmpty { connection.pending = ByteBuffer(rest) }
                    return
                }
                connection.parser.reset()
            case .failed(let status):
                connection.prepare(Self.refusal(status).response(requestID: 0), closing: true)
                _ = flush(connection)
                return
            case .body, .chunkSize: connection.sendContinue()
            default: break
            }
        }
    }

    private static func refusal(_ status: Int) -> Problem {
        switch status {
        case 413: Problem(status, "The body is larger than \(HTTPRequestParser.bodyLimit >> 20) MiB.")
        case 431: Problem(status, "The header section is larger than \(HTTPRequestParser.headLimit >> 10) KiB.")
        default: Problem(status, "The request is not HTTP/1.1 as this server takes it.")
        }
    }

    /// Handles the request that was just read: answers it now, or delays it.
    private func begin(_ connection: Connection) {
        let request = connection.parser.request
        switch api.receive(request, atMs: Int((time - start) / 1_000_000)) {
        case .answered(let response): answer(connection, response)
        case .accepted(let requestID, let step):
            connection.isTrusted = true
            if let step, step.delayMs > 0 {
                arrivals += 1
                let due = time + UInt64(step.delayMs) * 1_000_000
                connection.phase = .waiting(due: due, order: arrivals, requestID: requestID, step: step)
            } else {
                answer(connection, api.respond(to: request, requestID: requestID, step: step))
            }
        }
    }

    private func answer(_ connection: Connection, _ response: Response) {
        connection.prepare(response)
        _ = flush(connection)
    }

    /// Returns whether the whole answer was sent.
    private func flush(_ connection: Connection) -> Bool {
        switch connection.flush(drainLimit: time + Self.drainSpan) {
        case .done: return true
        case .blocked: return false
        case .broken:
            connection.phase = .closed
            return false
        }
    }

    /// Carries out the delayed requests that are due, in the order of their times.
    private func runTimers() {
        var due: [(at: UInt64, order: UInt64, connection: Connection)] = []
        for connection in connections {
            switch connection.phase {
            case .waiting(let at, let order, _, _) where at <= time: due.append((at, order, connection))
            case .draining(let until) where until <= time: connection.phase = .closed
            default: break
            }
        }
        for item in due.sorted(by: { ($0.at, $0.order) < ($1.at, $1.order) }) {
            guard case .waiting(_, _, let requestID, let step) = item.connection.phase else { continue }
            let request = item.connection.parser.request
            answer(item.connection, api.respond(to: request, requestID: requestID, step: step))
            resume(item.connection)
        }
    }
}
