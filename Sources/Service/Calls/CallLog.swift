import Bytes
import EngagementAPI
import HTTP
import JSONRPC

/// Log lines about calls, with those of method, id, status, attempts, time and request id that exist.
struct CallLog {
    private let log: Logger
    private let conceal: (UnsafeMutableRawBufferPointer) -> Void

    init(_ log: Logger, conceal: @escaping (UnsafeMutableRawBufferPointer) -> Void) {
        self.log = log
        self.conceal = conceal
    }

    /// Shortens the API's own words, and overwrites the token in them.
    func bound(_ failure: inout RPCFailure) { failure.boundForeignText(conceal) }

    /// A bound copy of a failure. Even a failure that ends no call may be told, within a result.
    func bounded(_ failure: RPCFailure) -> RPCFailure {
        var failure = failure
        bound(&failure)
        return failure
    }

    /// Overwrites the token in the answer's headers, some of which are told, and logs the call's end.
    func ended(
        _ entry: MethodTable.Entry, _ id: Bytes, _ result: CallResult, traceparent: @autoclosure () -> String? = nil
    ) {
        result.exchange.changeFields(conceal)
        guard log.isOn(.info) else { return }
        var fields = Self.fields(entry, id, traceparent())
        fields.append(("status", .number(result.exchange.status)))
        fields.append(("attempts", .number(result.attempts)))
        fields.append(("elapsed_ms", .number(Int(result.elapsed * 1000))))
        if let request = result.exchange[.requestID] { fields.append(("request_id", .text(request.text))) }
        log.write(.info, "call", fields)
    }

    /// - Parameter elapsed: seconds that the call took; nil for a request that never became a call.
    func failed(
        _ entry: MethodTable.Entry?, _ id: Bytes?, _ failure: RPCFailure, elapsed: Double? = nil,
        traceparent: @autoclosure () -> String? = nil
    ) {
        let level: Logger.Level = failure.kind == .internalError ? .error : .info
        guard log.isOn(level) else { return }
        var fields = Self.fields(entry, id, traceparent())
        fields.append(("kind", .text(failure.kind.rawValue)))
        if let status = failure.status { fields.append(("status", .number(status))) }
        if let attempts = failure.attempts { fields.append(("attempts", .number(attempts))) }
        if let applied = failure.applied { fields.append(("applied", .text(applied))) }
        if let elapsed { fields.append(("elapsed_ms", .number(Int(elapsed * 1000)))) }
        if let request = failure.requestID { fields.append(("request_id", .text(request))) }
        log.write(level, elapsed == nil ? "refused" : "call", fields)
    }

    /// The call pauses before its next request.
    func paused(_ entry: MethodTable.Entry, _ id: Bytes, _ pause: CallPause) {
        guard log.isOn(.debug) else { return }
        var fields = Self.fields(entry, id)
        if let failure = pause.failure {
            fields.append(("kind", .text(failure.kind.rawValue)))
            if let status = failure.status { fields.append(("status", .number(status))) }
        }
        fields.append(("attempts", .number(pause.attempts)))
        fields.append(("wait_ms", .number(Int((max(0, pause.seconds) * 1000).rounded(.up)))))
        log.write(.debug, pause.failure == nil ? "throttled" : "retry", fields)
    }

    /// The host has answered a request that is not open.
    func unasked(_ id: Bytes?) { log.write(.debug, "response dropped", Self.fields(nil, id)) }

    func outputClosed(inFlight: Int) {
        log.write(.info, "output closed by the host", [("in_flight", .number(inFlight))])
    }

    func orphaned() {
        log.write(.warning, "the process that started this one has ended and nothing has come since, so this one ends")
    }

    /// The first fields of every line about a call. A notification has no id.
    private static func fields(
        _ entry: MethodTable.Entry?, _ id: Bytes?, _ traceparent: String? = nil
    ) -> [(String, LogValue)] {
        var fields: [(String, LogValue)] = []
        if let entry { fields.append(("method", .text(entry.method.name))) }
        if let id, !id.isEmpty { fields.append(("id", .text(id.text))) }
        if let traceparent { fields.append(("traceparent", .text(traceparent))) }
        return fields
    }
}
