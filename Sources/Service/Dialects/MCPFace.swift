import Bytes
import EngagementAPI
import JSON
import JSONRPC
import MCP

/// Tells an MCP client the outcome and progress of one call, and sends its log messages.
final class MCPFace: Face {
    private let reply: Reply
    private let method: Method
    private let dialect: MCPDialect
    private let output: Output
    private var terms = CallTerms()
    /// Whether the call was refused because the client can't ask a person.
    private var lacksElicitation = false

    init(_ reply: Reply, _ method: Method, dialect: MCPDialect, output: Output) {
        self.reply = reply
        self.method = method
        self.dialect = dialect
        self.output = output
    }

    var traceparent: String? { reply.traceparent }

    func adopt(_ terms: CallTerms) { self.terms = terms }

    /// Notes that the client can't ask, for which the stateless revision has its own error; returns `failure`.
    func adopt(unasked failure: RPCFailure) -> RPCFailure {
        lacksElicitation = reply.revision.isStateless
        return failure
    }

    /// Writes nothing yet: MCP's answer is written when the whole body is there.
    func beginAnswer(_ answer: ByteBuffer, id: Bytes, to destination: Destination) { answer.truncate(to: 0) }

    func complete(
        _ answer: inout ByteBuffer, id: Bytes, _ result: CallResult, to destination: Destination
    ) throws(RPCFailure) {
        let meta = ByteBuffer()
        result.appendMeta(to: meta)
        var data = result.exchange.answer
        if case .made(let buffer) = result.data { data = buffer.bytes }
        let frame = ByteBuffer(capacity: 2 * data.count + 1024)
        output.beginFrame(frame, destination)
        MCPDialect.appendHead(spelled: id, to: frame)
        withExtendedLifetime((result, meta)) {
            reply.appendSuccess(data, members: result.members?.bytes, meta: meta.bytes, to: frame)
        }
        frame.append("}")
        if frame.isIncomplete { throw RPCFailure.noMemory }
        if frame.count >= Self.room(destination) {
            let isBatchFull = destination.isBatch && frame.count < Reply.lineLimit
            throw reply.tooLong(frame.count, isInBatch: isBatchFull, method, terms)
        }
        log(.info, attempts: result.attempts, result.elapsed) { $0.member("status", result.exchange.status) }
        answer = frame
    }

    /// Leaves out the parts that don't fit into a line.
    func fail(_ answer: ByteBuffer, id: Bytes, _ failure: RPCFailure, elapsed: Double, to destination: Destination) {
        let level = failure.kind == .internalError ? LogLevel.error : .warning
        log(level, attempts: failure.attempts ?? 0, elapsed) { json in
            json.member("kind", failure.kind.rawValue)
            if let status = failure.status { json.member("status", status) }
        }
        var failure = failure
        write(failure, id: id, to: answer, destination)
        if answer.count >= Self.room(destination) {
            failure.problem = nil
            write(failure, id: id, to: answer, destination)
        }
        if answer.count >= Self.room(destination) {
            failure.errors = []
            write(failure, id: id, to: answer, destination)
        }
    }

    var wantsSigns: Bool { reply.progressToken != nil }

    func tell(waitingFor wait: CallWait, seconds: Double) {
        let doing =
            switch wait {
            case .answer: "The API has not answered yet"
            case .person: "A person is being asked; nothing is changed before they answer"
            case .turn: "Other calls come first"
            }
        output.send { reply.appendProgress("\(doing) (\(Int(seconds)) s so far).", to: $0) }
    }

    func tell(pause: CallPause) {
        let tenths = max(0, Int((pause.seconds * 10).rounded(.up)))
        let next = tenths == 0 ? "at once" : "in \(tenths / 10).\(tenths % 10) s"
        var doing = "The API limits the rate of calls; this one goes on \(next)."
        if let failure = pause.failure {
            let what = failure.status.map { "status \($0)" } ?? failure.kind.rawValue
            doing = "Attempt \(pause.attempts) failed (\(what)); the next one follows \(next)."
        }
        guard reply.progressToken != nil else { return }
        output.send { reply.appendProgress(doing, to: $0) }
    }

    func tell(progress: CallProgress, token: [UInt8]) {
        guard reply.progressToken != nil else { return }
        let text =
            switch progress {
            case .list(let items, let pages): "\(items) items on \(pages) pages so far."
            case .merge(let done, let total): "\(done) of \(total) engagements are done."
            case .processing(let status, _, let pause):
                "It is \(status.quoted); asking again in \(Int(pause.rounded(.up))) s."
            }
        output.send { reply.appendProgress(text, to: $0) }
    }

    func appendRefusal(_ failure: RPCFailure, to frame: ByteBuffer) {
        if lacksElicitation {
            Refusal.missingElicitation(failure).append(to: frame)
        } else {
            reply.appendFailure(failure, to: frame)
        }
    }

    private func write(_ failure: RPCFailure, id: Bytes, to answer: ByteBuffer, _ destination: Destination) {
        output.beginFrame(answer, destination)
        MCPDialect.appendHead(spelled: id, to: answer)
        reply.appendFailure(failure, to: answer)
        answer.append("}")
    }

    /// Bytes that an answer must stay under. A batch's line holds all its answers, and room is kept for a short failure
    /// each.
    private static func room(_ destination: Destination) -> Int {
        guard case .batch(let batch) = destination else { return Reply.lineLimit }
        return Reply.lineLimit - Message.batchLimit * 1000 - batch.count
    }

    /// Sends a log message, when the client has asked for its level.
    private func log(_ level: LogLevel, attempts: Int, _ elapsed: Double, _ write: (inout JSONWriter) -> Void) {
        guard reply.mayLog, dialect.wantsLog(level) else { return }
        output.send { out in
            var json = JSONWriter(out)
            json.notification("notifications/message") { json in
                json.member("level", level.rawValue)
                json.member("logger", "engagement-rpc")
                json.name("data")
                json.beginObject()
                json.member("method", method.name)
                write(&json)
                json.member("attempts", attempts)
                json.member("elapsed_ms", Int(elapsed * 1000))
                json.endObject()
            }
        }
    }
}

/// Elicitation: this process asks by a request. In the stateless revision the client asks, and calls again.
extension MCPFace: Asker, InputRequester {
    func ask(_ question: Question, id: String) {
        output.send { Reply.appendElicitation(question.message, id: id, reply.revision, to: $0) }
    }

    func withdraw(id: String) { output.send { Reply.appendWithdrawal(id: id, to: $0) } }

    func verdict(in response: Response) -> Verdict { Verdict(Elicited(in: response)) }

    func requireInput(
        _ answer: ByteBuffer, id: Bytes, _ question: Question, state: String, to destination: Destination
    ) {
        output.beginFrame(answer, destination)
        MCPDialect.appendHead(spelled: id, to: answer)
        reply.appendInputRequired(question.message, state: state, to: answer)
        answer.append("}")
    }
}

extension Verdict {
    /// The verdict that a client reports.
    init(_ elicited: Elicited) {
        switch elicited {
        case .yes: self = .yes
        case .unfilled: self = .unfilled
        case .declined: self = .no
        case .cancelled: self = .putAway
        case .notAsked(let why): self = .notAsked(why)
        }
    }
}
