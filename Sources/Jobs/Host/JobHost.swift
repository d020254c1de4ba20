import Bytes
import HTTP
import JSON
import Runtime

/// The host of a service that runs in the same process. It makes a job's calls as JSON-RPC requests, as many at once as
/// the service accepts, and hands the replies to the job; it asks the job's question and prints the job's text.
package final class JobHost: LoopClient {
    package let output = ChunkQueue()
    /// Whether nobody reads the text any more.
    package private(set) var outputIsGone = false
    private let service: any LoopClient
    private let job: any Job
    private let terminal: JobTerminal
    /// The tags of the calls under way, by their ids.
    private var calls: [Int: Int] = [:]
    private var nextID = 1
    private let request = ByteBuffer()
    /// What the person has typed since the question; nil when nothing is asked.
    private var typed: ByteBuffer?
    private var isStopping = false
    private var hasEnded = false
    private var shownAt: Instant?
    private var hasLine = false

    /// Bytes of text that may wait for stdout.
    private static let textLimit = 64 * 1024
    /// Seconds between two states of the live line.
    private static let lineInterval = 0.2

    /// A host that makes the calls of `job` at `service`.
    package init(_ job: any Job, service: any LoopClient, terminal: JobTerminal) {
        self.service = service
        self.job = job
        self.terminal = terminal
    }

    // MARK: What the loop asks

    package var wantsInput: Bool { typed != nil }

    package var nextTimer: Instant? {
        if hasMoreText || isToAsk { return Instant(nanoseconds: 0) }
        var next = service.nextTimer
        for other in [job.wakeAt, hasLine ? shownAt.map { $0 + Self.lineInterval } : nil] {
            if let other { next = next.map { min($0, other) } ?? other }
        }
        return next
    }

    package var leaveBy: Instant? { isStopping ? service.leaveBy : nil }

    package var isFinished: Bool { hasEnded && service.isFinished && !job.hasText }

    package func inputRoom() -> UnsafeMutableRawBufferPointer {
        typed?.spare(atLeast: 256) ?? service.inputRoom()
    }

    private var hasMoreText: Bool { job.hasText && output.count < Self.textLimit }

    /// Whether the question is to be put now: all text before it has been written.
    private var isToAsk: Bool { typed == nil && job.question != nil && !job.hasText && output.count == 0 }

    // MARK: What the loop tells

    package func event(_ event: LoopEvent, at now: Instant) {
        switch event {
        case .received(let count):
            typed?.commit(count)
            hear(now)
        case .inputEnded: hearEnd(now)
        // A job does not depend on who reads its text, nor on its parent.
        case .outputGone: outputIsGone = true
        case .inputHungUp, .orphaned: return
        case .signalled:
            isStopping = true
            leaveQuestion()
            job.interrupt(at: now)
            service.event(.signalled, at: now)
        case .finished, .journalAnswered, .tokenArrived: service.event(event, at: now)
        }
        settle(now)
    }

    package func advance(at now: Instant) {
        service.advance(at: now)
        settle(now)
    }

    private func settle(_ now: Instant) {
        takeReplies(now)
        while makeCalls(now) { takeReplies(now) }
        if service.isFinished { loseCalls(now) }
        showLine(now)
        while hasMoreText {
            let text = ByteBuffer(capacity: 4096)
            job.writeText(to: text)
            _ = output.append(text)
            // Where all is shown, a job may go on to write.
            while makeCalls(now) { takeReplies(now) }
        }
        if isToAsk { ask(now) }
        if job.isOver, calls.isEmpty, !hasEnded {
            hasEnded = true
            service.event(.inputEnded, at: now)
        }
    }

    // MARK: Calls

    /// Makes the calls that there is room for; returns whether any was made.
    private func makeCalls(_ now: Instant) -> Bool {
        var isAny = false
        while !isStopping, !hasEnded, service.wantsInput, let call = job.nextCall(at: now) {
            feed(call, now)
            isAny = true
        }
        return isAny
    }

    private func feed(_ call: JobCall, _ now: Instant) {
        calls[nextID] = call.tag
        request.truncate(to: 0)
        var json = JSONWriter(request)
        json.beginObject()
        json.member("jsonrpc", "2.0")
        json.member("id", nextID)
        json.member("method", call.method)
        json.name("params")
        json.beginObject()
        call.writeParams(&json)
        json.endObject()
        json.endObject()
        request.append("\n")
        nextID += 1
        service.receive(request.bytes, at: now)
    }

    private func takeReplies(_ now: Instant) {
        while service.output.count > 0 {
            let text = service.output.front
            // Frames end with the only line break in them; several may share a chunk.
            let count = text.firstPosition(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? text.count
            take(JSONSlice(checked: text.slice(0, count)), now)
            service.output.consume(count)
        }
    }

    /// Hands a frame to the job if it is a reply; notifications are none.
    private func take(_ frame: JSONSlice, _ now: Instant) {
        guard let id = frame.member("id")?.integer, let tag = calls.removeValue(forKey: id) else { return }
        if let result = frame.openMember("result") {
            job.take(.result(result), to: tag, at: now)
        } else {
            job.take(.failure(frame.member("error").map(JobFailure.init) ?? .lost), to: tag, at: now)
        }
    }

    /// Ends the calls that the service will not answer any more.
    private func loseCalls(_ now: Instant) {
        for (id, tag) in calls {
            calls[id] = nil
            job.take(.failure(.lost), to: tag, at: now)
        }
    }

    // MARK: The person

    private func ask(_ now: Instant) {
        guard let ask = terminal.ask, let question = job.question else { return job.hear(nil, at: now) }
        typed = ByteBuffer()
        ask(question)
    }

    private func hear(_ now: Instant) {
        guard let typed else { return }
        guard let end = typed.bytes.firstPosition(of: UInt8(ascii: "\n")) else {
            // Nobody types this much to say yes or no.
            return typed.count > Self.textLimit ? hearEnd(now) : ()
        }
        let line = typed.bytes.slice(0, end).text
        self.typed = nil
        job.hear(line, at: now)
    }

    private func hearEnd(_ now: Instant) {
        guard typed != nil else { return }
        leaveQuestion()
        job.hear(nil, at: now)
    }

    /// Ends the question's line, which no answer has ended.
    private func leaveQuestion() {
        if typed != nil { terminal.ask?("\n") }
        typed = nil
    }

    private func showLine(_ now: Instant) {
        guard let show = terminal.showProgress else { return }
        guard let line = job.progress(at: now) else {
            if hasLine { show(nil) }
            hasLine = false
            return
        }
        if let shownAt, hasLine, now < shownAt + Self.lineInterval { return }
        show(line)
        (hasLine, shownAt) = (true, now)
    }
}
