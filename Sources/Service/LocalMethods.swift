import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// The methods that this process answers by itself.
extension Service {
    func serveLocally(
        _ entry: MethodTable.Entry, _ request: Request, _ destination: Destination, _ now: Instant
    ) {
        guard case .local(let local) = entry.method.action else { return }
        do throws(RPCFailure) {
            if local == .cancel { return try serveCancel(request, destination, now) }
            // `exit` ends the process whatever comes with it.
            if local != .exit {
                scratch.truncate(to: 0)
                _ = try bind(entry, request.params, target: scratch, body: scratch)
            }
        } catch {
            return refuse(request, error, destination, entry.method)
        }
        switch local {
        case .ping: answer(id: request.id, destination) { $0.append("{}") }
        case .info: answer(id: request.id, destination) { self.appendInfo(to: $0) }
        case .discover:
            answer(id: request.id, destination) {
                OpenRPC.append(self.table.listed, version: self.settings.version, to: $0)
            }
        case .shutdown:
            isShutDown = true
            answer(id: request.id, destination) { $0.append("null") }
        case .exit:
            answer(id: request.id, destination) { $0.append("null") }
            if !isShutDown { exitCode = 1 }
            if ending == .none { signalled(at: now) }
        case .cancel: break
        }
    }

    /// `$/cancelRequest {id}`: the call is given up and answered. For an id that is not in flight nothing happens,
    /// because its answer is on the way already.
    private func serveCancel(_ request: Request, _ destination: Destination, _ now: Instant) throws(RPCFailure) {
        // Members that are not known are passed over: nobody is told when a notification is refused.
        guard request.params?.repeatedName == nil else {
            throw RPCFailure(.invalidParams, "A member of params stands twice.")
        }
        let id =
            request.params?.kind == .array ? request.params?.elements.first { _ in true } : request.params?.member("id")
        guard let id, id.kind == .string || id.kind == .number else {
            throw RPCFailure(
                .invalidParams, "$/cancelRequest takes the id of a call.",
                errors: [FieldError(field: "id", code: "required", message: "A string or a number.")])
        }
        if let found = slot(withID: id.bytes) {
            cancel(calls[found], now)
        } else if mcpSession.endSubscription(id.bytes) {
            answer(RPCFailure(.cancelled, "The subscription was cancelled."), id: id, .stream)
        }
        answer(id: request.id, destination) { $0.append("null") }
    }

    private func appendInfo(to out: ByteBuffer) {
        var json = JSONWriter(out)
        json.beginObject()
        json.member("name", "engagement-rpc")
        json.member("version", settings.version)
        json.member("base_url", settings.baseURL)
        json.member("sandbox", settings.isSandbox)
        json.member("methods", table.listed.map(\.name))
        json.name("limits")
        json.beginObject()
        json.member("timeout_ms", settings.timeoutMs)
        json.member("max_attempts", settings.maxAttempts)
        json.member("max_in_flight", settings.maxInFlight)
        json.member("max_connections", settings.maxConnections)
        json.member("message_bytes", FrameReader.messageLimit)
        json.member("batch_entries", Message.batchLimit)
        json.member("nesting", JSONScanner.depthLimit)
        json.endObject()
        json.name("counters")
        json.beginObject()
        json.member("requests", counters.requests)
        json.member("answers", counters.answers)
        json.member("errors", counters.errors)
        json.member("in_flight", inFlight)
        json.member("attempts", counters.attempts)
        json.member("retries", counters.retries)
        json.member("retry_tokens", budget.tokens)
        json.member("retry_budget_empty", budget.timesEmpty)
        json.member("bytes_in", counters.bytesIn)
        json.member("bytes_out", counters.bytesOut)
        json.endObject()
        json.endObject()
    }
}
