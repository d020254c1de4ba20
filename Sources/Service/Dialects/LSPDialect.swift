import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC
import LSP

/// The Language Server Protocol: names behind ids in any text, and an engagement's attendees as a document. Methods of
/// the table stay callable.
final class LSPDialect: Dialect {
    private lazy var server = LanguageServer(
        version: version, surroundings: self, attendees: folder.map { AttendeesDocuments($0) },
        experts: [TableExpert()])
    private lazy var names = NameDirectory(calls) { [unowned self] id, isNews in
        server.arrived([id], isNews: isNews)
    } onPause: { [unowned self] seconds in
        wake(.recheck, in: seconds)
    }
    private let version: String
    private let table: MethodTable
    private let calls: BackgroundCalls
    private let output: Output
    /// Where attendees documents are kept; nil for nowhere.
    private let folder: (any AttendeesFolder)?
    private var alarms: [Alarm: Instant] = [:]
    private var nextAlarm: Instant?
    private var now = Instant(nanoseconds: 0)

    init(
        version: String, table: MethodTable, calls: BackgroundCalls, output: Output, folder: (any AttendeesFolder)?
    ) {
        (self.version, self.table, self.calls, self.output) = (version, table, calls, output)
        self.folder = folder
    }

    let hasBatches = false
    let isLeftByEnding = true

    // MARK: Messages

    func meaning(of request: Request, isInBatch: Bool, plainly: PlainFace, at now: Instant) -> Meaning {
        turn(now)
        if let entry = table.entry(named: request.method) {
            if let local = entry.local { return .ownMethod(local, entry) }
            return .call(Invocation(entry, request.params, face: plainly, .given))
        }
        if let id = request.id, id.kind == .null {
            return .refusal(RPCFailure(.invalidRequest, "The id must be a string or a number here."))
        }
        switch server.step(request) {
        case .result(let write):
            return .answer { frame in
                frame.append("\"result\":")
                write(frame)
            }
        case .refusal(let refusal): return .refusal(refusal.failure) { refusal.append(to: $0) }
        case .owed, .nothing: return .nothing
        case .unknown: return .refusal(table.unknown(request.method))
        }
    }

    func cancelledID(in notification: Request) -> JSONSlice? {
        notification.method.reads("$/cancelRequest") ? notification.params?.member("id") : nil
    }

    func owesAnswer(to id: Bytes) -> Bool { server.owed.isOwed(id) }
    func giveUp(_ id: Bytes) -> Bool { server.owed.remove(id) }
    func answerOwed(_ send: ([UInt8], (ByteBuffer) -> Void) -> Void) { server.owed.removeAll(send) }

    /// Takes the client's answer to a request of ours; false if it is none.
    func hear(_ response: Response, at now: Instant) -> Bool {
        turn(now)
        return server.hear(response)
    }

    // MARK: Time

    /// When to call `settle` though nothing happens before; nil for never.
    var nextWake: Instant? {
        guard let other = calls.nextWake else { return nextAlarm }
        return nextAlarm.map { min($0, other) } ?? other
    }

    /// Rings the alarms that are due, hands over the look-ups that have ended, and begins others.
    func settle(at now: Instant) {
        turn(now)
        while let next = nextAlarm, next <= now {
            for alarm in alarms.filter({ $0.value <= now }).map(\.key) {
                alarms[alarm] = nil
                server.ring(alarm)
            }
            nextAlarm = alarms.values.min()
        }
        calls.settle(at: now)
    }

    /// A write has ended.
    func wrote(_ method: Method, _ resource: String) { names.forget(method, resource) }

    /// The process ends: nothing is looked up any more.
    func stop(at now: Instant) {
        turn(now)
        calls.stop(at: now)
        alarms = [:]
        nextAlarm = nil
    }

    private func turn(_ now: Instant) {
        self.now = now
        names.turn(at: now)
    }
}

extension LSPDialect: EditorSurroundings {
    var seconds: Double { Double(now.nanoseconds) / 1e9 }

    func send(_ write: (ByteBuffer) -> Void) { output.send { write($0) } }

    func wake(_ alarm: Alarm, in seconds: Double) {
        alarms[alarm] = now + seconds
        nextAlarm = alarms.values.min()
    }

    func cancel(_ alarm: Alarm) {
        if alarms.removeValue(forKey: alarm) != nil { nextAlarm = alarms.values.min() }
    }

    func offers(_ method: String) -> Bool { calls.offers(method) }

    func state(of id: ResourceID, _ urgency: Urgency?) -> RecordState? { names.state(of: id, urgency, at: now) }

    func dropLookUps() -> Bool { names.dropWaiting() }

    func call(
        _ method: String, _ writeParams: (inout JSONWriter) -> Void, isWanted: @escaping () -> Bool,
        then: @escaping (CallReply) -> Void
    ) {
        calls.add(method, .awaited, writeParams, isWanted: isWanted, then: then)
    }

    func write(
        _ method: String, asking asker: any EditorAsker, granted: [UInt8]?, _ writeParams: (inout JSONWriter) -> Void,
        then: @escaping (CallReply) -> Void
    ) -> Int {
        let consent = Consent(.request(EditorConsent(asker)))
        if let granted { consent.grant(granted) }
        return calls.add(
            method, .awaited, permission: .asks(consent), writeParams, isWanted: { true }, then: then)
    }

    func giveUp(call: Int) { calls.giveUp(call, at: now) }
}
