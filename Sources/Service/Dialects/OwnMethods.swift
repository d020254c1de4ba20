import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// The methods of the table that this process answers by itself.
final class OwnMethods {
    private let settings: ServiceSettings
    private let table: MethodTable
    private let stream: HostStream
    private let calls: Calls
    private let responder: Responder
    /// What `service.info` tells of the process so far.
    private let writeCounters: (inout JSONWriter) -> Void
    private var hasShutDown = false
    private let scratch = ByteBuffer()
    /// What `rpc.discover` answers, made when it is first asked for.
    private lazy var document: ByteBuffer = {
        let document = ByteBuffer()
        OpenRPC.append(table.listed, version: settings.version, to: document)
        return document
    }()

    init(
        settings: ServiceSettings, table: MethodTable, stream: HostStream, calls: Calls, responder: Responder,
        writeCounters: @escaping (inout JSONWriter) -> Void
    ) {
        self.settings = settings
        self.table = table
        self.stream = stream
        self.calls = calls
        self.responder = responder
        self.writeCounters = writeCounters
    }

    /// Whether the host has said `shutdown`.
    var isShutDown: Bool { hasShutDown }

    /// Answers the request; `exit` is for the process to follow. Throws when its params are refused.
    func serve(
        _ method: Method.Local, _ entry: MethodTable.Entry, _ request: Request, to destination: Destination,
        _ now: Instant
    ) throws(RPCFailure) {
        if method == .cancel {
            try cancel(request, now)
        } else if method != .exit {
            // `exit` ends the process whatever comes with it.
            scratch.truncate(to: 0)
            _ = try entry.bind(request.params, target: scratch, body: scratch)
        }
        responder.answer(request.id, destination) { out in
            switch method {
            case .ping: out.append("{}")
            case .info: self.appendInfo(to: out)
            case .discover: out.append(self.document)
            case .shutdown:
                self.hasShutDown = true
                out.append("null")
            case .exit, .cancel: out.append("null")
            }
        }
    }

    /// `$/cancelRequest {id}`: the call is given up and answered. For an id that is not in flight nothing happens,
    /// because its answer is on the way already.
    private func cancel(_ request: Request, _ now: Instant) throws(RPCFailure) {
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
        if !calls.cancel(id.bytes, isAnswered: true, now), stream.dialect.giveUp(id.bytes) {
            responder.refuse(RPCFailure(.cancelled, "The subscription was cancelled."), id: id, .stream)
        }
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
        settings.writeLimits(to: &json)
        json.name("counters")
        json.beginObject()
        writeCounters(&json)
        json.endObject()
        json.endObject()
    }
}
