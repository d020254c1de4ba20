import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// Acts on the meaning of requests: begins calls, answers, refuses.
final class Dispatcher {
    /// The outcome of dispatching a request.
    enum Dispatch {
        case served
        /// It needs a place, and there is none.
        case needsPlace
        /// The host asks the process to end.
        case exit
    }

    private let table: MethodTable
    private let stream: HostStream
    private let calls: Calls
    private let ownMethods: OwnMethods
    private let responder: Responder
    private let output: Output
    private var isStopping = false
    private var turnedAway = false

    init(
        settings: ServiceSettings, table: MethodTable, stream: HostStream, calls: Calls, output: Output, log: CallLog,
        writeCounters: @escaping (inout JSONWriter) -> Void
    ) {
        self.table = table
        self.stream = stream
        self.calls = calls
        self.output = output
        responder = Responder(stream: stream, output: output, log: log)
        ownMethods = OwnMethods(
            settings: settings, table: table, stream: stream, calls: calls, responder: responder,
            writeCounters: writeCounters)
    }

    /// Whether the host has sent `shutdown`.
    var isShutDown: Bool { ownMethods.isShutDown }

    /// Whether a request was refused because the process is ending.
    var hasTurnedAway: Bool { turnedAway }

    /// Refuses every method of the table from now on, because the process is ending.
    func stop() { isStopping = true }

    /// Answers a message that is no valid request.
    func refuse(_ failure: RPCFailure, id: JSONSlice?, _ destination: Destination) {
        responder.refuse(failure, id: id, destination)
    }

    /// Answers the requests that the dialect still owes an answer to.
    func answerOwed() { responder.answerOwed() }

    /// Serves `request`, unless it has to wait for a place.
    func serve(_ request: Request, _ destination: Destination, _ now: Instant) -> Dispatch {
        if let id = request.id, isOwed(id.bytes) {
            let text = "A call with this id is in flight; it goes on undisturbed. Use another id."
            let entry = table.entry(named: request.method)
            responder.refuse(RPCFailure(.invalidRequest, text), id: id, destination, for: entry)
            return .served
        }
        if isShutDown, stream.isEditors, request.id != nil {
            responder.refuse(Self.shutDown, id: request.id, destination)
            return .served
        }
        switch stream.meaning(of: request, isInBatch: destination.isBatch, at: now) {
        case .call(let invocation): return begin(invocation, id: request.id, to: destination, now)
        case .ownMethod(let method, let entry): return serve(method, entry, request, to: destination, at: now)
        case .answer(let write): responder.respond(to: request.id, destination, write)
        case .refusal(let failure, let write): responder.refuse(failure, id: request.id, destination, write)
        case .acknowledgement(let write): output.send { write($0) }
        case .cancellation(let id): _ = calls.cancel(id.bytes, isAnswered: false, now)
        case .nothing: break
        }
        return .served
    }

    /// Whether to serve a message before those that wait for a place: it is a response, or it cancels a call in flight.
    func comesFirst(_ message: Message) -> Bool {
        switch message {
        case .response: return true
        case .request(let request) where request.id == nil:
            return stream.dialect.cancelledID(in: request).map { calls.isInFlight($0.bytes) } ?? false
        default: return false
        }
    }

    private func isOwed(_ id: Bytes) -> Bool { calls.isInFlight(id) || stream.dialect.owesAnswer(to: id) }

    private func begin(
        _ invocation: Invocation, id: JSONSlice?, to destination: Destination, _ now: Instant
    ) -> Dispatch {
        let entry = invocation.entry
        do throws(RPCFailure) {
            try check(entry)
            guard calls.hasPlace else { return .needsPlace }
            if let refusal = invocation.refusal { throw refusal.unsent(entry.method) }
            try withExtendedLifetime(invocation.holder) { () throws(RPCFailure) in
                try calls.begin(
                    entry, params: invocation.params, id: id, invocation.face, to: destination,
                    permission: invocation.permission, at: now)
            }
        } catch {
            let face = invocation.face
            responder.refuse(error, id: id, destination, for: entry, traceparent: face.traceparent) {
                face.appendRefusal(error, to: $0)
            }
        }
        return .served
    }

    private func serve(
        _ method: Method.Local, _ entry: MethodTable.Entry, _ request: Request, to destination: Destination,
        at now: Instant
    ) -> Dispatch {
        do throws(RPCFailure) {
            try check(entry)
            try ownMethods.serve(method, entry, request, to: destination, at: now)
        } catch {
            responder.refuse(error, id: request.id, destination, for: entry)
            return .served
        }
        return method == .exit ? .exit : .served
    }

    /// Throws if the method is not allowed, or no longer served.
    private func check(_ entry: MethodTable.Entry) throws(RPCFailure) {
        if !entry.isAllowed { throw MethodTable.notAllowed(entry.method) }
        if isStopping {
            turnedAway = true
            let text = "The process is ending; nothing was sent."
            throw RPCFailure(.shuttingDown, text, retryable: true).unsent(entry.method)
        }
        if isShutDown, entry.method.name != "exit" {
            throw Self.shutDown
        }
    }

    private static let shutDown = RPCFailure(.invalidRequest, "After shutdown only exit is served.")
}
