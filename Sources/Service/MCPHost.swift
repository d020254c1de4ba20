import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import MCP

/// MCP on the stream: what its requests, cancellations and endings mean for the calls that run.
extension Service {
    /// Serves a request whose method is none of the table's: MCP's, or nobody's.
    func serveUnlisted(_ request: Request, _ destination: Destination, _ now: Instant) {
        if let id = request.id, isInUse(id) { return answer(Self.idIsInUse, id: id, destination) }
        switch mcpServer.step(request, isInBatch: destination.isBatch, &mcpSession) {
        case .notMCP: answer(table.unknown(request.method), id: request.id, destination)
        case .answer(let write): answerMCP(request.id, destination, write)
        case .refuse(let refusal): refuse(refusal, request.id, destination)
        case .call where !hasPlace && ending != .stopping: held = request
        case .call(let call): serve(call, request.id, destination, now)
        case .acknowledge(let write): notify(write)
        case .cancel(let id):
            guard let slot = slot(withID: id.bytes) else { return }
            calls[slot].isUnwanted = true
            cancel(calls[slot], now)
        case .ignore: break
        }
    }

    private func serve(_ toolCall: ToolCall, _ id: JSONSlice?, _ destination: Destination, _ now: Instant) {
        let (entry, reply) = (toolCall.entry, toolCall.reply)
        func refuse(_ failure: RPCFailure) {
            counters.errors += 1
            log(failure, nil, entry.method, id?.bytes)
            answerMCP(id, destination) { reply.appendFailure(failure, to: $0) }
        }
        if let refusal = refusal(entry) { return refuse(refusal) }
        do throws(RPCFailure) {
            let call = try withExtendedLifetime(toolCall.holder) { () throws(RPCFailure) in
                try boundCall(entry, toolCall.params)
            }
            occupy(call, entry, id, destination, now)
            call.reply = reply
            begin(call, now)
        } catch {
            refuse(error)
        }
    }

    /// Ends a call with the API's body, told in MCP's way.
    func succeed(_ call: Call, _ reply: Reply, _ exchange: Exchange, _ now: Instant) {
        let meta = ByteBuffer()
        appendMeta(call, exchange, now, to: meta)
        call.answer = ByteBuffer(capacity: 2 * exchange.answer.count + 1024)
        startFrame(call.answer, call.destination)
        appendHead(call.id.bytes, to: call.answer)
        withExtendedLifetime((exchange, meta)) {
            reply.appendSuccess(exchange.answer, meta: meta.bytes, to: call.answer)
        }
        call.answer.append("}")
        if call.answer.count >= lineRoom(call.destination), let method = call.entry?.method {
            let isBatchFull = call.destination.isBatch && call.answer.count < Reply.lineLimit
            var failure = reply.tooLong(call.answer.count, isInBatch: isBatchFull, method, call.terms)
            failure.adopt(exchange)
            return fail(call, failure, now)
        }
        if surroundings.log.isOn(.info) { logEnd(call, exchange, now) }
        tellLog(call, reply, .info, now) { $0.member("status", exchange.status) }
        end(call, call.answer, now)
    }

    /// Bytes that an answer must stay under. The line of a batch has to hold all its answers, and a short one for each
    /// that finds no room.
    private func lineRoom(_ destination: Destination) -> Int {
        guard case .batch(let batch) = destination else { return Reply.lineLimit }
        return Reply.lineLimit - Message.batchLimit * 1000 - batch.answer.count
    }

    /// Ends a call with a failure, told in MCP's way, without the parts that a line has no room for.
    func fail(_ call: Call, _ reply: Reply, _ failure: RPCFailure, _ now: Instant) {
        tellLog(call, reply, failure.kind == .internalError ? .error : .warning, now) { json in
            json.member("kind", failure.kind.rawValue)
            if let status = failure.status { json.member("status", status) }
        }
        var failure = failure
        write(failure, call, reply)
        if call.answer.count >= lineRoom(call.destination) {
            failure.problem = nil
            write(failure, call, reply)
        }
        if call.answer.count >= lineRoom(call.destination) {
            failure.errors = []
            write(failure, call, reply)
        }
        end(call, call.answer, now)
    }

    private func write(_ failure: RPCFailure, _ call: Call, _ reply: Reply) {
        startFrame(call.answer, call.destination)
        appendHead(call.id.bytes, to: call.answer)
        reply.appendFailure(failure, to: call.answer)
        call.answer.append("}")
    }

    /// The client's end of the stream is closed: nobody waits for what is only read, and a write has a moment to come
    /// to its end, so that the process knows and logs what became of it.
    func endMCP(_ now: Instant) {
        guard ending == .draining else { return }
        ending = .stopping
        leaveBy = now + Self.graceSeconds
        wakeBy(now + Self.graceSeconds)
        let text = "The host has ended the stream; this call was given up."
        for call in calls where call.phase != .free && (call.phase != .running || call.entry?.method.isWrite != true) {
            giveUp(call, RPCFailure(.shuttingDown, text, retryable: true), now)
        }
        hasUnreadFrames = true
        takeInput(now)
        mcpServer.endSubscriptions(&mcpSession) { id, write in
            startFrame(scratch, .stream)
            id.withUnsafeBytes { appendHead($0, to: scratch) }
            write(scratch)
            scratch.append("}")
            deliver(scratch, .stream)
        }
    }

    /// Tells a client that asked for it why a call goes on: what went wrong, and when the next attempt is.
    func tellProgress(_ call: Call, lastFailure: RPCFailure?, _ next: Instant, _ now: Instant) {
        guard let reply = call.reply, !call.isUnwanted else { return }
        let tenths = max(0, Int((next.seconds(since: now) * 10).rounded(.up)))
        let pause = tenths == 0 ? "at once" : "in \(tenths / 10).\(tenths % 10) s"
        var doing = "The API limits the rate of calls; this one goes on \(pause)."
        if let failure = lastFailure {
            let what = failure.status.map { "status \($0)" } ?? failure.kind.rawValue
            doing = "Attempt \(call.evidence.attempts) failed (\(what)); the next one follows \(pause)."
        }
        startFrame(scratch, .stream)
        if reply.appendProgress(doing, to: scratch) { deliver(scratch, .stream) }
    }

    /// Sends a log message, when the client has asked for its level.
    private func tellLog(
        _ call: Call, _ reply: Reply, _ level: LogLevel, _ now: Instant, _ write: (inout JSONWriter) -> Void
    ) {
        guard reply.mayLog, let wanted = mcpSession.logLevel, wanted <= level, let method = call.entry?.method else {
            return
        }
        notify { out in
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
            json.member("attempts", call.evidence.attempts)
            json.member("elapsed_ms", Int(now.seconds(since: call.arrivedAt) * 1000))
            json.endObject()
            json.endObject()
            json.endObject()
        }
    }

    private func notify(_ write: (ByteBuffer) -> Void) {
        startFrame(scratch, .stream)
        write(scratch)
        deliver(scratch, .stream)
    }

    /// Answers a request with what `write` appends: `"result":…` or `"error":…`.
    private func answerMCP(_ id: JSONSlice?, _ destination: Destination, _ write: (ByteBuffer) -> Void) {
        if case .nobody = destination { return }
        startFrame(scratch, destination)
        appendHead(id?.isRequestID == true ? id?.bytes : nil, to: scratch)
        write(scratch)
        scratch.append("}")
        deliver(scratch, destination)
        scratch.shrink(to: 64 * 1024)
    }

    private func refuse(_ refusal: Refusal, _ id: JSONSlice?, _ destination: Destination) {
        counters.errors += 1
        log(refusal.failure, nil, nil, id?.bytes)
        answerMCP(id, destination) { out in
            out.append("\"error\":")
            var json = JSONWriter(out)
            refusal.write(to: &json)
        }
    }

    /// Writes the answer to a request that never became a call: on MCP an id that can't be read is left out.
    func writeMCPEnvelope(_ id: JSONSlice?, _ failure: RPCFailure, to frame: ByteBuffer) {
        appendHead(id?.isRequestID == true ? id?.bytes : nil, to: frame)
        frame.append("\"error\":")
        var json = JSONWriter(frame)
        failure.write(to: &json)
        frame.append("}")
    }

    /// `{"jsonrpc":"2.0","id":…,`, or without the id when it can't be read.
    private func appendHead(_ id: Bytes?, to frame: ByteBuffer) {
        frame.append("{\"jsonrpc\":\"2.0\",")
        guard let id else { return }
        frame.append("\"id\":")
        CompactJSON.append(id, to: frame, isClients: true)
        frame.append(",")
    }
}
