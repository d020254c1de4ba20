import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import MCP

/// From frames to calls.
extension Service {
    /// Takes up what was read for as long as there is room.
    func takeInput(_ now: Instant) {
        while ending != .over, ending == .stopping || canTakeMore {
            if let request = held {
                held = nil
                serve(request, request.id == nil ? .nobody : .stream, now)
                heldText.truncate(to: 0)
                heldText.shrink(to: 64 * 1024)
                continue
            }
            if let batch = openBatch {
                if let element = batch.next() {
                    take(Message(element: element), .batch(batch), now)
                } else {
                    openBatch = nil
                    finish(batch)
                }
                continue
            }
            switch reader.next() {
            case .message(let bytes): take(Message(hasPlace ? bytes : keep(bytes)), .stream, now)
            case .tooLarge:
                let limit = FrameReader.messageLimit
                answer(RPCFailure(.tooLarge, "A message may have at most \(limit) bytes (16 MiB)."), id: nil, .stream)
            case .badHeader(let reason):
                answer(RPCFailure(.invalidRequest, "The message's headers can't be read: \(reason)."), id: nil, .stream)
                if ending == .none { ending = .draining }
            case .none:
                hasUnreadFrames = false
                startReady(now)
                return
            }
        }
        startReady(now)
    }

    /// A copy of a message that may have to be held.
    private func keep(_ bytes: Bytes) -> Bytes {
        heldText.truncate(to: 0)
        heldText.append(bytes)
        return heldText.bytes
    }

    private func take(_ message: Message, _ destination: Destination, _ now: Instant) {
        switch message {
        case .request(let request):
            counters.requests += 1
            serve(request, request.id == nil ? .nobody : destination, now)
        case .batch where mcpSession.refusesBatches:
            let text = "This revision of MCP has no batches; send one message a line."
            answer(RPCFailure(.invalidRequest, text), id: nil, .stream)
        case .batch(let elements):
            openBatch = Batch(copying: elements, gap: frameGap)
        case .invalid(let failure, let id): answer(failure, id: id, destination)
        }
    }

    private func serve(_ request: Request, _ destination: Destination, _ now: Instant) {
        guard let entry = table.entry(named: request.method) else { return serveUnlisted(request, destination, now) }
        if let id = request.id, !id.isRequestID {
            noteRevision(request)
            if mcpSession.isActive { return answer(MCP.Server.badID.failure, id: nil, destination) }
        }
        if let id = request.id, isInUse(id) { return refuse(request, Self.idIsInUse, destination, entry.method) }
        if let refusal = refusal(entry) { return refuse(request, refusal, destination, entry.method) }
        guard entry.method.isRemote else { return serveLocally(entry, request, destination, now) }
        guard hasPlace else { return held = request }
        do throws(RPCFailure) {
            let call = try boundCall(entry, request.params)
            occupy(call, entry, request.id, destination, now)
            begin(call, now)
        } catch {
            refuse(request, error, destination, entry.method)
        }
    }

    static let idIsInUse = RPCFailure(
        .invalidRequest, "A call with this id is in flight; it goes on undisturbed. Use another id.")

    /// Answers a request that never becomes a call.
    func refuse(_ request: Request, _ failure: RPCFailure, _ destination: Destination, _ method: Method) {
        noteRevision(request)
        answer(failure, id: request.id, destination, for: method)
    }

    /// A stream on which params name a revision of MCP is MCP from here on. Where they are bound, binding tells.
    private func noteRevision(_ request: Request) {
        guard !mcpSession.isActive, let params = request.params else { return }
        if params.members.contains(where: MethodTable.Entry.namesRevision) { mcpSession.activate() }
    }

    /// A call that holds the checked request, to be occupied next.
    func boundCall(_ entry: MethodTable.Entry, _ params: JSONSlice?) throws(RPCFailure) -> Call {
        let call = freeCall()
        do throws(RPCFailure) {
            call.terms = try bind(entry, params, target: call.target, body: call.body)
            if !isPrepared, let sentence = prepare() { throw RPCFailure(.notConfigured, sentence) }
        } catch {
            throw error.unsent(entry.method)
        }
        return call
    }

    /// Checks params; a stream on which they name a revision of MCP is MCP from here on.
    func bind(
        _ entry: MethodTable.Entry, _ params: JSONSlice?, target: ByteBuffer, body: ByteBuffer
    ) throws(RPCFailure) -> CallTerms {
        let terms = try entry.bind(params, target: target, body: body)
        if terms.namesRevision { mcpSession.activate() }
        return terms
    }

    func refusal(_ entry: MethodTable.Entry) -> RPCFailure? {
        let method = entry.method
        if !entry.isAllowed { return MethodTable.notAllowed(method) }
        if ending == .stopping {
            return RPCFailure(.shuttingDown, "The process is ending; nothing was sent.", retryable: true).unsent(method)
        }
        if isShutDown, method.name != "exit" {
            return RPCFailure(.invalidRequest, "After shutdown only exit is served.")
        }
        return nil
    }

    private func prepare() -> String? {
        let problem = surroundings.prepare()
        isPrepared = problem == nil
        return problem
    }

    /// A call object with empty buffers that is not in use yet.
    private func freeCall() -> Call {
        let call: Call
        if let slot = freeSlots.last {
            call = calls[slot]
        } else {
            call = Call(slot: calls.count)
            calls.append(call)
            idFingerprints.append(0)
            freeSlots.append(call.slot)
        }
        call.target.truncate(to: 0)
        call.body.truncate(to: 0)
        return call
    }

    func occupy(
        _ call: Call, _ entry: MethodTable.Entry, _ id: JSONSlice?, _ destination: Destination, _ now: Instant
    ) {
        freeSlots.removeLast()
        inFlight += 1
        call.serial += 1
        call.entry = entry
        call.destination = destination
        call.id.truncate(to: 0)
        if let id {
            call.id.append(id.bytes)
            // A null id names no call: several may be in flight at once.
            idFingerprints[call.slot] = id.kind == .null ? 0 : max(1, id.bytes.fingerprint)
        }
        if case .batch(let batch) = destination { batch.owe() }
        call.arrivedAt = now
        let timeout = min(settings.timeoutMs, call.terms.timeoutMs ?? settings.timeoutMs)
        call.deadline = now + Double(timeout) / 1000
        let attempts = min(settings.maxAttempts, call.terms.maxAttempts ?? settings.maxAttempts)
        call.progress = RetryProgress(entry.repeatability, maxAttempts: attempts)
        call.evidence = WriteEvidence()
        (call.needsFreshConnection, call.refreshedToken, call.isAtGate, call.lastFailure) = (false, false, false, nil)
    }

    /// Whether an answer to a request with this id is still owed.
    func isInUse(_ id: JSONSlice) -> Bool { slot(withID: id.bytes) != nil || mcpSession.hasSubscription(id.bytes) }

    /// The slot of the call in flight whose id is spelled like this.
    func slot(withID id: Bytes) -> Int? {
        let fingerprint = max(1, id.fingerprint)
        for slot in idFingerprints.indices
        where idFingerprints[slot] == fingerprint && calls[slot].id.bytes.equals(id) {
            return slot
        }
        return nil
    }
}
