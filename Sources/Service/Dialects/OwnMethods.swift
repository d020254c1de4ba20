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
    /// Writes the counters of `service.info`.
    private let writeCounters: (inout JSONWriter) -> Void
    private var hasShutDown = false
    private let scratch = ByteBuffer()
    /// The answer to `rpc.discover`, made on first use.
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

    /// Whether the host has sent `shutdown`.
    var isShutDown: Bool { hasShutDown }

    /// Answers the request; the caller ends the process on `exit`. Throws when the params are refused.
    func serve(
        _ method: Method.Local, _ entry: MethodTable.Entry, _ request: Request, to destination: Destination,
        at now: Instant
    ) throws(RPCFailure) {
        if method == .cancel {
            try cancel(request, now)
        } else if method != .exit {
            // `exit` ends the process whatever its params are.
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

    /// `$/cancelRequest {id}`: gives up the call or subscription, and answers it. An id not in flight changes nothing:
    /// its answer is already on the way.
    private func cancel(_ request: Request, _ now: Instant) throws(RPCFailure) {
        // Unknown members are ignored: nobody is told when a notification is refused.
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
            responder.refuse(RPCFailure(.cancelled, "The request was cancelled."), id: id, .stream)
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
