import Glibc

/// The host of one `engagement-rpc`: starts the process, writes to it, and reads its output. Checks two rules on every
/// byte: stdout contains only whole JSON texts, and no id is answered twice.
///
/// Every wait has a limit, `Deadline.patience` times what is given, and throws `HarnessFailure` after it. One thread
/// only. When the host goes away, a process that is still running is killed.
public final class HostProcess {
    /// The process's id.
    public var pid: Int32 { child.pid }
    /// Everything it wrote on stderr so far.
    public private(set) var errorBytes: [UInt8] = []
    /// All of its stdout so far, if stdout is not checked (`Setup.Output.text`).
    public var outputText: String { String(decoding: inbox.pending, as: UTF8.self) }
    /// While true, nothing is read from stdout.
    public var leavesOutputUnread = false
    /// While true, nothing is read from stderr.
    public var leavesErrorsUnread = false
    /// Whether one id may be answered several times, because the test uses it several times.
    public var reusesIDs: Bool {
        get { inbox.reusesIDs }
        set { inbox.reusesIDs = newValue }
    }
    /// Bytes that wait until the process reads.
    public var unsentBytes: Int { outgoing.count - outgoingStart }
    /// Whether the process's end of stdout is closed.
    public private(set) var outputEnded = false

    private let child: ChildProcess
    private let secret: [UInt8]?
    private var inbox: Inbox
    private var outgoing: [UInt8] = []
    private var outgoingStart = 0
    private var closesInputWhenSent = false
    private var nextID = 1

    /// Starts the process.
    public init(_ setup: Setup) throws {
        secret = setup.environment["ENGAGEMENT_RPC_TOKEN"].flatMap { $0.utf8.count >= 8 ? Array($0.utf8) : nil }
        inbox = Inbox(setup.checks, secret: secret)
        child = try ChildProcess(setup)
        outputEnded = child.output < 0
    }

    /// Starts `engagement-rpc` with `arguments`, and the minimal environment plus `environment`.
    public convenience init(_ arguments: [String], environment: [String: String] = [:]) throws {
        try self.init(Setup(arguments, environment: environment))
    }

    // MARK: Writing

    /// Writes bytes, and queues those that the process does not read yet. Loses nothing and never blocks.
    public func send(_ bytes: some Sequence<UInt8>) throws {
        outgoing.append(contentsOf: bytes)
        try flush()
    }

    /// Writes a line and its LF.
    public func send(line: String) throws {
        try send(line.utf8)
        try send(CollectionOfOne(0x0A))
    }

    /// Writes bytes in pieces of `size`, and yields after each, so that the process may read it by itself.
    public func send(_ bytes: [UInt8], inPiecesOf size: Int) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            try send(rest.prefix(size))
            rest = rest.dropFirst(size)
            sched_yield()
        }
    }

    /// Ends stdin once everything queued is written.
    public func closeInput() {
        closesInputWhenSent = true
        if unsentBytes == 0 { child.closeInput() }
    }

    /// Closes our end of stdout: nobody reads any more.
    public func closeOutputReader() {
        child.closeOutput()
        outputEnded = true
    }

    /// Closes our end of stderr.
    public func closeErrorReader() { child.closeErrors() }

    /// Sends a signal.
    public func signal(_ number: Int32) { child.send(signal: number) }

    // MARK: Reading

    /// The next message, in the order of arrival. Throws when none comes in time.
    public func next(within seconds: Double = 10) throws -> Answer {
        try wait(within: seconds, for: "a message") { self.inbox.hasNext || self.outputEnded }
        guard let message = inbox.takeNext() else { throw HarnessFailure("stdout ended; stderr: \(errorText)") }
        return message
    }

    /// The answer with the id `id`, as spelled. Others stay for later. Throws when it does not come in time.
    public func answer(to id: String, within seconds: Double = 10) throws -> Answer {
        try wait(within: seconds, for: "the answer to \(id)") { self.inbox.has(id) || self.outputEnded }
        guard let message = inbox.take(id) else {
            throw HarnessFailure("stdout ended without the answer to \(id); stderr: \(errorText)")
        }
        return message
    }

    /// The next answer that is an array. Throws when it does not come in time.
    public func batch(within seconds: Double = 10) throws -> Answer {
        let message = try next(within: seconds)
        guard message.isBatch else { throw HarnessFailure("not a batch: \(message)") }
        return message
    }

    /// Calls `method` with a new id and `params`, a JSON text, and waits for the answer.
    public func call(_ method: String, _ params: String? = nil, within seconds: Double = 10) throws -> Answer {
        try answer(to: begin(method, params), within: seconds)
    }

    /// Sends a call as `call` does, and returns its id without waiting.
    public func begin(_ method: String, _ params: String? = nil) throws -> String {
        let id = "\"h\(nextID)\""
        nextID += 1
        let rest = params.map { #","params":\#($0)"# } ?? ""
        try send(message: #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"\#(rest)}"#)
        return id
    }

    /// Writes a message, framed as stdout is expected to be.
    public func send(message text: String) throws {
        if inbox.output == .headers {
            try send("Content-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8)
        } else {
            try send(line: text)
        }
    }

    /// Takes all messages that have come and were not taken, in order of arrival.
    public func takeAll() -> [Answer] {
        var messages: [Answer] = []
        while let message = inbox.takeNext() { messages.append(message) }
        return messages
    }

    /// Moves bytes until a message comes (true), or stdout ends or `deadline` passes (false).
    public func hasMessage(before deadline: Deadline) throws -> Bool {
        _ = try pump(deadline) { self.inbox.hasNext || self.outputEnded }
        return inbox.hasNext
    }

    /// Moves bytes for `seconds`. Throws if a message comes.
    public func expectSilence(for seconds: Double) throws {
        if try hasMessage(before: Deadline(in: seconds)) {
            throw HarnessFailure("expected nothing, got \(inbox.untaken.first?.description ?? "")")
        }
    }

    /// Moves bytes until `condition` holds. Throws, with the name `what`, if it does not hold in time.
    public func wait(within seconds: Double, for what: String, _ condition: () throws -> Bool) throws {
        guard try pump(.patient(seconds), until: condition) else {
            throw HarnessFailure("\(what) did not come within \(seconds * Deadline.patience) s; stderr: \(errorText)")
        }
    }

    // MARK: The end

    /// All of stderr so far, as text, cut for messages.
    public var errorText: String { excerpt(errorBytes, limit: 2000) }

    /// Waits for the process's end. If it does not come in time, kills the process and throws.
    public func waitForExit(within seconds: Double = 5) throws -> Ending {
        let gone = try pump(.patient(seconds)) { self.child.reap() != nil }
        guard gone, let ending = child.ending else {
            child.send(signal: SIGKILL)
            throw HarnessFailure("still running after \(seconds * Deadline.patience) s; stderr: \(errorText)")
        }
        // The pipes may still contain its last output: up to a mebibyte, on a busy machine.
        leavesOutputUnread = false
        leavesErrorsUnread = false
        _ = try pump(.patient(5)) { (self.outputEnded || self.child.output < 0) && self.child.errors < 0 }
        return ending
    }

    /// Ends stdin, waits for exit code 0, and checks the rules for a session's end: no unexpected message, no cut line,
    /// and the token nowhere.
    public func finish(within seconds: Double = 5) throws {
        closeInput()
        let ending = try waitForExit(within: seconds)
        guard ending == .exited(0) else { throw HarnessFailure("ended with \(ending); stderr: \(errorText)") }
        try checkLeftovers()
    }

    /// The checks of `finish` after the end, for a process that ends otherwise.
    public func checkLeftovers() throws {
        if let extra = inbox.untaken.first { throw HarnessFailure("nobody asked for \(extra)") }
        if inbox.output != .text, !inbox.pending.isEmpty {
            throw HarnessFailure("stdout ended inside a frame: \(excerpt(inbox.pending))")
        }
        if let secret, position(of: secret, in: errorBytes) != nil { throw HarnessFailure("the token is on stderr") }
    }

    // MARK: Moving bytes

    /// Moves bytes both ways until `condition` holds (true) or `deadline` passes (false).
    private func pump(_ deadline: Deadline, until condition: () throws -> Bool) throws -> Bool {
        while true {
            if try condition() { return true }
            if deadline.hasPassed { return false }
            let wantsWrite = unsentBytes > 0 && child.input >= 0
            var table = [
                pollfd(fd: wantsWrite ? child.input : -1, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: leavesOutputUnread ? -1 : child.output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: leavesErrorsUnread ? -1 : child.errors, events: Int16(POLLIN), revents: 0),
            ]
            // Short turns, because a process can end without any event on its pipes.
            if poll(&table, nfds_t(table.count), min(deadline.millisecondsLeft, 5)) <= 0 { continue }
            if table[0].revents != 0 { try flush() }
            if table[1].revents != 0 { try readOutput() }
            if table[2].revents != 0 { readErrors() }
        }
    }

    private func flush() throws {
        while unsentBytes > 0, child.input >= 0 {
            let count = outgoing.withUnsafeBytes { write(child.input, $0.baseAddress! + outgoingStart, unsentBytes) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { return }
                // The process does not read any more; its output and its end say why.
                child.closeInput()
                outgoing.removeAll()
                outgoingStart = 0
                return
            }
            outgoingStart += count
        }
        outgoing.removeAll(keepingCapacity: outgoing.count < 1 << 20)
        outgoingStart = 0
        if closesInputWhenSent { child.closeInput() }
    }

    private func readOutput() throws {
        switch Self.read(child.output) {
        case .bytes(let bytes):
            try inbox.take(in: bytes)
        case .nothing: break
        case .end:
            child.closeOutput()
            outputEnded = true
        }
    }

    private func readErrors() {
        switch Self.read(child.errors) {
        case .bytes(let bytes): errorBytes += bytes
        case .nothing: break
        case .end: child.closeErrors()
        }
        if Setup.minimalEnvironment["LD_LIBRARY_PATH"] != nil { dropLoaderLines() }
    }

    /// A libcurl other than the system's may have no version information; the loader says so on stderr first.
    private func dropLoaderLines() {
        while let end = errorBytes.firstIndex(of: 0x0A),
            String(decoding: errorBytes[..<end], as: UTF8.self).contains("no version information available")
        {
            errorBytes.removeFirst(end + 1)
        }
    }

    private enum Chunk {
        case bytes([UInt8])
        case nothing
        case end
    }

    private static func read(_ descriptor: Int32) -> Chunk {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, used in
            count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            used = max(0, count)
        }
        if count > 0 { return .bytes(bytes) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end
    }
}
