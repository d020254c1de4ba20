import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import MCP

/// From outcomes to frames. Every answer leaves through here, and every call ends here exactly once.
extension Service {
    /// Bytes kept free in front of a frame for its headers, when the stream has headers.
    var frameGap: Int { reader.framing == .headers ? 32 : 0 }

    /// Answers a request that never became a call.
    func answer(_ failure: RPCFailure, id: JSONSlice?, _ destination: Destination, for method: Method? = nil) {
        if case .nobody = destination { return log(failure, nil, method, nil) }
        counters.errors += 1
        log(failure, nil, method, id?.bytes)
        startFrame(scratch, destination)
        if mcpSession.isActive {
            writeMCPEnvelope(id, failure, to: scratch)
        } else {
            writeEnvelope(id?.bytes ?? Bytes("null"), failure, to: scratch)
        }
        deliver(scratch, destination)
    }

    /// Begins an answer: the id as spelled, on MCP with what may not go out raw there escaped.
    private func openEnvelope(_ id: Bytes, to frame: ByteBuffer) {
        frame.append("{\"jsonrpc\":\"2.0\",\"id\":")
        if mcpSession.isActive { CompactJSON.append(id, to: frame, isClients: true) } else { frame.append(id) }
    }

    /// Answers a request with a result that `write` appends.
    func answer(id: JSONSlice?, _ destination: Destination, _ write: (ByteBuffer) -> Void) {
        if case .nobody = destination { return }
        startFrame(scratch, destination)
        openEnvelope(id?.bytes ?? Bytes("null"), to: scratch)
        scratch.append(",\"result\":")
        write(scratch)
        scratch.append("}")
        deliver(scratch, destination)
        scratch.shrink(to: 64 * 1024)
    }

    /// Writes the start of a call's answer, behind which the API's body is received.
    func openAnswer(_ call: Call) {
        // What MCP makes of the body is written when all of it is there.
        guard call.reply == nil else { return call.answer.truncate(to: 0) }
        startFrame(call.answer, call.destination)
        openEnvelope(call.id.bytes, to: call.answer)
        call.answer.append(",\"result\":{\"data\":")
    }

    /// Ends a call with the API's body, which lies in its answer already.
    func succeed(_ call: Call, _ exchange: Exchange, _ now: Instant) {
        if let reply = call.reply { return succeed(call, reply, exchange, now) }
        let frame = call.answer
        frame.append(",\"meta\":")
        appendMeta(call, exchange, now, to: frame)
        frame.append("}}")
        if surroundings.log.isOn(.info) { logEnd(call, exchange, now) }
        end(call, frame, now)
    }

    /// Appends how an answer came about: the result's `meta`.
    func appendMeta(_ call: Call, _ exchange: Exchange, _ now: Instant, to frame: ByteBuffer) {
        frame.append("{\"status\":")
        frame.append(decimal: exchange.status)
        if let version = exchange[.apiVersion] { appendField(",\"api_version\":", version, to: frame) }
        if let etag = exchange[.etag] { appendField(",\"etag\":", etag, to: frame) }
        frame.append(",\"attempts\":")
        frame.append(decimal: call.evidence.attempts)
        frame.append(",\"elapsed_ms\":")
        let tenths = max(1, Int((now.seconds(since: call.arrivedAt) * 10_000).rounded(.up)))
        frame.append(decimal: tenths / 10)
        frame.append(".")
        frame.append(decimal: tenths % 10)
        frame.append("}")
    }

    /// Ends a call with a failure, completed by what its attempts say together.
    func fail(_ call: Call, _ failure: RPCFailure, _ now: Instant) {
        var failure = failure
        failure.boundForeignText(surroundings.conceal)
        failure.attempts = call.evidence.attempts
        if let method = call.entry?.method, method.isWrite {
            failure.applied = call.evidence.applied.rawValue
            if call.evidence.applied == .unknown {
                failure.append("whether the change was made is unknown: read it back before relying on it")
            }
            if call.evidence.applied == .yes {
                if failure.kind == .badResponse {
                    failure.retryable = false
                } else {
                    failure.append("the API had said that the change was made")
                }
            }
        }
        counters.errors += 1
        log(failure, call, call.entry?.method, call.id.bytes, now)
        if case .nobody = call.destination { return end(call, nil, now) }
        if call.isUnwanted { return end(call, nil, now) }
        if let reply = call.reply { return fail(call, reply, failure, now) }
        startFrame(call.answer, call.destination)
        writeEnvelope(call.id.bytes, failure, to: call.answer)
        end(call, call.answer, now)
    }

    /// Delivers what is owed, frees the slot, and lets the next write to the same resource go.
    func end(_ call: Call, _ frame: ByteBuffer?, _ now: Instant) {
        call.phase = .free
        call.wake = nil
        call.exchange = nil
        call.lastFailure = nil
        call.reply = nil
        call.isUnwanted = false
        idFingerprints[call.slot] = 0
        inFlight -= 1
        let destination = call.destination
        call.destination = .nobody
        if case .nobody = destination {
        } else if let frame, deliver(frame, destination) {
            call.answer = output.freshBuffer()
        } else {
            call.answer.shrink(to: 64 * 1024)
        }
        if case .batch(let batch) = destination {
            batch.settle()
            finish(batch)
        }
        leaveLine(call, now)
        call.entry = nil
        freeSlots.append(call.slot)
    }

    /// Sends a batch's answer once it is complete; a batch of notifications has none (JSON-RPC 2.0 §6).
    func finish(_ batch: Batch) {
        guard batch.isComplete, openBatch !== batch, !batch.isEmpty else { return }
        batch.answer.append("]")
        deliver(batch.answer, .stream)
    }

    func startFrame(_ frame: ByteBuffer, _ destination: Destination) {
        frame.truncate(to: 0)
        guard case .stream = destination else { return }
        for _ in 0..<frameGap { frame.append(0) }
    }

    private func writeEnvelope(_ id: Bytes, _ failure: RPCFailure, to frame: ByteBuffer) {
        openEnvelope(id, to: frame)
        frame.append(",\"error\":")
        var json = JSONWriter(frame)
        failure.write(to: &json)
        frame.append("}")
    }

    /// Sends a whole frame on its way. True when the buffer was taken over.
    @discardableResult
    func deliver(_ frame: ByteBuffer, _ destination: Destination) -> Bool {
        switch destination {
        case .nobody: return false
        case .batch(let batch):
            batch.add(frame.bytes)
            return false
        case .stream:
            counters.answers += 1
            var start = 0
            if reader.framing == .headers {
                start = writeHeaders(frame)
            } else {
                frame.append("\n")
            }
            counters.bytesOut += frame.count - start
            return output.append(frame, from: start)
        }
    }

    /// Puts the headers at the end of the gap; returns where they begin.
    private func writeHeaders(_ frame: ByteBuffer) -> Int {
        let text = "Content-Length: \(frame.count - frameGap)\r\n\r\n"
        let start = frameGap - text.utf8.count
        for (index, byte) in text.utf8.enumerated() { frame.mutableBytes[start + index] = byte }
        return start
    }

    /// A header's value is the API's text: written as a string of ours, escaped as needed.
    private func appendField(_ name: StaticString, _ value: Bytes, to frame: ByteBuffer) {
        frame.append(name)
        JSONWriter.appendString(value, to: frame)
    }

    func logEnd(_ call: Call, _ exchange: Exchange, _ now: Instant) {
        var fields = logFields(call.entry?.method, call.id.bytes)
        fields.append(("status", .number(exchange.status)))
        fields.append(("attempts", .number(call.evidence.attempts)))
        fields.append(("elapsed_ms", .number(Int(now.seconds(since: call.arrivedAt) * 1000))))
        if let request = exchange[.requestID] {
            var bytes = Array(request)
            surroundings.conceal(&bytes)
            fields.append(("request_id", .text(String(decoding: bytes, as: UTF8.self))))
        }
        surroundings.log.write(.info, "call", fields)
    }

    func log(_ failure: RPCFailure, _ call: Call?, _ method: Method?, _ id: Bytes?, _ now: Instant? = nil) {
        let level: Logger.Level = failure.kind == .internalError ? .error : .info
        guard surroundings.log.isOn(level) else { return }
        var fields = logFields(method, id)
        fields.append(("kind", .text(failure.kind.rawValue)))
        if let status = failure.status { fields.append(("status", .number(status))) }
        if let attempts = failure.attempts { fields.append(("attempts", .number(attempts))) }
        if let applied = failure.applied { fields.append(("applied", .text(applied))) }
        if let call, let now {
            fields.append(("elapsed_ms", .number(Int(now.seconds(since: call.arrivedAt) * 1000))))
        }
        if let request = failure.requestID { fields.append(("request_id", .text(request))) }
        surroundings.log.write(level, call == nil ? "refused" : "call", fields)
    }

    /// Tells that a call goes on after `seconds`, and why.
    func logPause(_ call: Call, _ reason: RPCFailure?, seconds: Double) {
        guard surroundings.log.isOn(.debug) else { return }
        var fields = logFields(call.entry?.method, call.id.bytes)
        if let reason { fields.append(("kind", .text(reason.kind.rawValue))) }
        if let status = reason?.status { fields.append(("status", .number(status))) }
        fields.append(("attempts", .number(call.evidence.attempts)))
        fields.append(("wait_ms", .number(Int((max(0, seconds) * 1000).rounded(.up)))))
        surroundings.log.write(.debug, reason == nil ? "throttled" : "retry", fields)
    }

    /// What every line about a call begins with; a notification has no id.
    private func logFields(_ method: Method?, _ id: Bytes?) -> [(String, LogValue)] {
        var fields: [(String, LogValue)] = []
        if let method { fields.append(("method", .text(method.name))) }
        if let id, !id.isEmpty { fields.append(("id", .text(id.text))) }
        return fields
    }
}
