import Bytes
import EngagementAPI
import JSON
import JSONRPC
import MCP

/// One MCP request that an API call answers: its outcome, progress and log messages in MCP's words.
final class MCPFace: Face {
    private let reply: Reply
    private let method: Method
    private let stream: MCPStream
    private let output: Output
    private var terms = CallTerms()

    init(_ reply: Reply, _ method: Method, stream: MCPStream, output: Output) {
        self.reply = reply
        self.method = method
        self.stream = stream
        self.output = output
    }

    var traceparent: String? { reply.traceparent }

    func take(_ terms: CallTerms) { self.terms = terms }

    /// What MCP makes of the body is written when all of it is there.
    func begin(_ answer: ByteBuffer, _ id: Bytes, _ destination: Destination) { answer.truncate(to: 0) }

    func complete(
        _ answer: inout ByteBuffer, _ id: Bytes, _ result: CallResult, _ destination: Destination
    ) throws(RPCFailure) {
        let meta = ByteBuffer()
        result.appendMeta(to: meta)
        var data = result.exchange.answer
        if case .made(let buffer) = result.data { data = buffer.bytes }
        let frame = ByteBuffer(capacity: 2 * data.count + 1024)
        output.begin(frame, destination)
        Self.appendHead(id, to: frame)
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

    /// Without the parts that a line has no room for.
    func fail(_ answer: ByteBuffer, _ id: Bytes, _ failure: RPCFailure, elapsed: Double, _ destination: Destination) {
        let level = failure.kind == .internalError ? LogLevel.error : .warning
        log(level, attempts: failure.attempts ?? 0, elapsed) { json in
            json.member("kind", failure.kind.rawValue)
            if let status = failure.status { json.member("status", status) }
        }
        var failure = failure
        write(failure, id, to: answer, destination)
        if answer.count >= Self.room(destination) {
            failure.problem = nil
            write(failure, id, to: answer, destination)
        }
        if answer.count >= Self.room(destination) {
            failure.errors = []
            write(failure, id, to: answer, destination)
        }
    }

    func ask(_ message: String, id: String) {
        output.send { Reply.appendElicitation(message, id: id, reply.revision, to: $0) }
    }

    func withdraw(id: String) { output.send { Reply.appendWithdrawal(id: id, to: $0) } }

    func requireInput(
        _ answer: ByteBuffer, _ id: Bytes, _ message: String, state: String, _ destination: Destination
    ) {
        answer.truncate(to: 0)
        output.begin(answer, destination)
        Self.appendHead(id, to: answer)
        reply.appendInputRequired(message, state: state, to: answer)
        answer.append("}")
    }

    var wantsSigns: Bool { reply.progressToken != nil }

    func tell(_ wait: CallWait, seconds: Double) {
        let doing =
            switch wait {
            case .answer: "The API has not answered yet"
            case .person: "A person is being asked; nothing is changed before they answer"
            case .turn: "Other calls come first"
            }
        output.send { reply.appendProgress("\(doing) (\(Int(seconds)) s so far).", to: $0) }
    }

    func tell(_ pause: CallPause) {
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

    func tell(_ progress: CallProgress, token: [UInt8]) {
        guard reply.progressToken != nil else { return }
        output.send { reply.appendProgress("\(progress.items) items on \(progress.pages) pages so far.", to: $0) }
    }

    /// Refuses the request, which becomes no call.
    func refuse(_ id: JSONSlice?, _ failure: RPCFailure, _ destination: Destination) {
        output.send(destination) { frame in
            Self.appendHead(id?.isRequestID == true ? id?.bytes : nil, to: frame)
            reply.appendFailure(failure, to: frame)
            frame.append("}")
        }
    }

    /// `{"jsonrpc":"2.0","id":…,`, or without the id when it can't be read.
    static func appendHead(_ id: Bytes?, to frame: ByteBuffer) {
        frame.append("{\"jsonrpc\":\"2.0\",")
        guard let id else { return }
        frame.append("\"id\":")
        CompactJSON.append(id, to: frame, isClients: true)
        frame.append(",")
    }

    private func write(_ failure: RPCFailure, _ id: Bytes, to answer: ByteBuffer, _ destination: Destination) {
        output.begin(answer, destination)
        Self.appendHead(id, to: answer)
        reply.appendFailure(failure, to: answer)
        answer.append("}")
    }

    /// Bytes that an answer must stay under. The line of a batch has to hold all its answers, and a short one for each
    /// that finds no room.
    private static func room(_ destination: Destination) -> Int {
        guard case .batch(let batch) = destination else { return Reply.lineLimit }
        return Reply.lineLimit - Message.batchLimit * 1000 - batch.count
    }

    /// Sends a log message, when the client has asked for its level.
    private func log(_ level: LogLevel, attempts: Int, _ elapsed: Double, _ write: (inout JSONWriter) -> Void) {
        guard reply.mayLog, stream.wantsLog(level) else { return }
        output.send { out in
            var json = JSONWriter(out)
            json.beginObject()
            json.member("jsonrpc", "2.0")
            json.member("method", "notifications/message")
            json.name("params")
            json.beginObject()
            json.member("level", level.rawValue)
            json.member("logger", "engagement-rpc")
            json.name("data")
            json.beginObject()
            json.member("method", method.name)
            write(&json)
            json.member("attempts", attempts)
            json.member("elapsed_ms", Int(elapsed * 1000))
            json.endObject()
            json.endObject()
            json.endObject()
        }
    }
}
