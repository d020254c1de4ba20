import Foundation
import Glibc

/// The state that a `FaultServer`'s threads share. `lock` guards every variable.
final class ServerState: @unchecked Sendable {
    private let security: FaultServer.Security
    private let plan: FaultServer.Plan
    /// The context for TLS; nil without TLS.
    let context: TLSContext?
    private let lock = NSLock()
    private var log: [FaultServer.Request] = []
    private var counts: [String: Int] = [:]
    private var open: Set<Int32> = []
    private var accepted = 0
    private var finished = 0
    private var stopped = false

    init(_ security: FaultServer.Security, _ plan: @escaping FaultServer.Plan) throws {
        (self.security, self.plan) = (security, plan)
        context = if case .clear = security { nil } else { try TLSContext(for: security) }
    }

    var isClear: Bool { if case .clear = security { true } else { false } }
    /// Whether TLS ends with close_notify before a connection closes.
    var saysEnd: Bool { if case .abruptTLS = security { false } else { true } }

    /// The reaction in place of a handshake.
    func handshake(on connection: Int) -> Reaction? {
        if case .handshake(let plan) = security { plan(connection) } else { nil }
    }

    var requests: [FaultServer.Request] { lock.withLock { log } }
    var connections: Int { lock.withLock { accepted } }
    var openConnections: Int { lock.withLock { open.count } }
    var reactionsDone: Int { lock.withLock { finished } }
    var hasStopped: Bool { lock.withLock { stopped } }

    /// Wakes every thread; each closes its own connection.
    func stop() {
        lock.withLock {
            stopped = true
            for connection in open { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    /// Accepts connections until the server stops, then closes the listener.
    func acceptConnections(on listener: Int32) {
        defer { close(listener) }
        while !hasStopped {
            var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 100) > 0, !hasStopped else { continue }
            descriptorLock.lock()
            let connection = accept(listener, nil, nil)
            if connection >= 0 { _ = fcntl(connection, F_SETFD, FD_CLOEXEC) }
            descriptorLock.unlock()
            guard connection >= 0 else { continue }
            let number = lock.withLock {
                open.insert(connection)
                accepted += 1
                return accepted
            }
            let thread = Thread {
                let served = ServerConnection(descriptor: connection, number: number, state: self)
                served.serve()
                self.lock.withLock { _ = self.open.remove(connection) }
                close(connection)
                // Only now the client can see it.
                if served.endsByReaction { self.noteReactionDone() }
            }
            thread.stackSize = 256 << 10
            thread.start()
        }
    }

    /// Records the head of a request and decides the reaction. `place` is for `note(body:at:)`.
    func react(
        _ method: String, _ target: String, _ fields: [(name: String, value: String)], on connection: ServerConnection
    ) -> (reaction: Reaction, place: Int) {
        let (request, place) = lock.withLock {
            let key = "\(method) \(target)"
            counts[key, default: 0] += 1
            let request = FaultServer.Request(
                method: method, target: target, fields: fields, count: counts[key] ?? 0,
                connection: connection.number, countOnConnection: connection.requestsSeen, at: Deadline.now)
            log.append(request)
            return (request, log.count - 1)
        }
        return (plan(request), place)
    }

    func note(body: [UInt8], at place: Int) { lock.withLock { log[place].body = body } }
    func noteReactionDone() { lock.withLock { finished += 1 } }
}

extension TLSContext {
    /// The tests' certificate, for servers with this `security`.
    fileprivate convenience init(for security: FaultServer.Security) throws {
        guard let certificates = Certificates.shared else { throw HarnessFailure("no certificates could be made") }
        let wantsCertificate = if case .clientTLS = security { true } else { false }
        try self.init(
            chain: certificates.folder + "/leaf.pem", key: certificates.folder + "/leaf.key",
            wantsClientCertificate: wantsCertificate)
    }
}

/// One connection of a `FaultServer`, on its own thread. Blocking.
final class ServerConnection {
    let number: Int
    private(set) var requestsSeen = 0
    /// Whether the last reaction ends the connection.
    private(set) var endsByReaction = false

    private let descriptor: Int32
    private let state: ServerState
    private var received: [UInt8] = []
    private var tls: TLSSession?

    init(descriptor: Int32, number: Int, state: ServerState) {
        self.descriptor = descriptor
        self.number = number
        self.state = state
    }

    func serve() {
        if let reaction = state.handshake(on: number) {
            for step in [.hear] + reaction.steps where !perform(step) { return }
            return
        }
        if !state.isClear, !perform(.startTLS) { return }
        while let head = readHead() {
            requestsSeen += 1
            let lines = head.split(separator: "\r\n", omittingEmptySubsequences: true).map(String.init)
            let words = (lines.first ?? "").split(separator: " ").map(String.init)
            guard words.count == 3 else { return }
            let fields = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                return (line[..<colon].lowercased(), String(value))
            }
            let (reaction, place) = state.react(words[0], words[1], fields, on: self)
            let length = fields.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
            if reaction.readsBody, length > 0 {
                guard let body = readBody(length) else { return }
                state.note(body: body, at: place)
            }
            endsByReaction = !reaction.steps.allSatisfy(perform)
            if endsByReaction { return }
            state.noteReactionDone()
            if !reaction.readsBody, length > 0 { return leave() }
        }
    }

    /// Ends a connection whose client is still sending: closing it with unread bytes would lose the answer.
    private func leave() {
        shutdown(descriptor, Int32(SHUT_WR))
        let deadline = Deadline(in: 2)
        while !deadline.hasPassed, !state.hasStopped {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&entry, 1, 50) > 0, !readMore() { return }
            received.removeAll(keepingCapacity: true)
        }
    }

    /// Performs one step; false when the connection is over.
    private func perform(_ step: Reaction.Step) -> Bool {
        switch step {
        case .send(let bytes): return write(bytes)
        case .flood(let bytes, let times):
            let batch = max(1, 65536 / max(1, bytes.count))
            let block = Array(repeatElement(bytes, count: min(batch, times)).joined())
            for _ in 0..<times / batch where !write(block) { return false }
            for _ in 0..<times % batch where !write(bytes) { return false }
            return true
        case .drip(let bytes, let interval):
            for byte in bytes {
                guard write([byte]), !peerLeft(within: interval) else { return false }
            }
            return true
        case .wait(let milliseconds):
            let deadline = Deadline(in: Double(milliseconds) / 1000)
            while !deadline.hasPassed, !state.hasStopped { usleep(UInt32(min(deadline.millisecondsLeft, 20)) * 1000) }
            return !state.hasStopped
        case .hang:
            while !peerLeft(within: 50) {}
            return false
        case .hear: return hear()
        case .startTLS: return startTLS()
        case .halfClose:
            if let tls { tls.notifyOfClose() } else { shutdown(descriptor, Int32(SHUT_WR)) }
            return true
        case .close:
            if state.saysEnd { tls?.notifyOfClose() }
            // An emulated child is forked, and holds a copy of the socket until it has begun.
            if Deadline.slowness > 1 { shutdown(descriptor, Int32(SHUT_RDWR)) }
            return false
        case .reset:
            // Resets at once, whoever else holds the socket (tcp(7), connect(2)).
            var nobody = sockaddr()
            nobody.sa_family = sa_family_t(AF_UNSPEC)
            connect(descriptor, &nobody, socklen_t(MemoryLayout<sockaddr>.size))
            return false
        }
    }

    /// Waits. True if the client closed the connection, or the server stopped.
    private func peerLeft(within milliseconds: Int) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, Int32(milliseconds)) > 0 else { return state.hasStopped }
        var byte: UInt8 = 0
        let hasByte = tls?.hasByte() ?? (recv(descriptor, &byte, 1, Int32(MSG_PEEK)) > 0)
        if hasByte { usleep(UInt32(milliseconds) * 1000) }
        return !hasByte || state.hasStopped
    }

    private func startTLS() -> Bool {
        guard let context = state.context ?? (try? TLSContext(for: .tls)) else { return false }
        tls = TLSSession(context, on: descriptor, inside: tls)
        // The client must be able to read the refusal.
        if tls == nil { leave() }
        return tls != nil
    }

    /// Drops the client's first bytes; false if it leaves instead.
    private func hear() -> Bool {
        guard !received.isEmpty || readMore() else { return false }
        received.removeAll()
        return true
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                let rest = UnsafeRawBufferPointer(rebasing: $0[sent...])
                return tls?.write(rest) ?? Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private func readHead() -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let length = position(of: end, in: received) {
                defer { received.removeSubrange(..<(length + end.count)) }
                return String(decoding: received[..<length], as: UTF8.self)
            }
            guard readMore() else { return nil }
        }
    }

    private func readBody(_ length: Int) -> [UInt8]? {
        while received.count < length { guard readMore() else { return nil } }
        defer { received.removeSubrange(..<length) }
        return Array(received[..<length])
    }

    private func readMore() -> Bool {
        var block = [UInt8](repeating: 0, count: 65536)
        let count = block.withUnsafeMutableBytes {
            tls?.read(into: $0) ?? recv(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard count > 0 else { return false }
        received += block[..<count]
        return true
    }
}
