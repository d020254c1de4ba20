import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// Answers requests that never become calls, in the stream's dialect.
struct Responder {
    private let stream: HostStream
    private let output: Output
    private let log: CallLog

    init(stream: HostStream, output: Output, log: CallLog) {
        self.stream = stream
        self.output = output
        self.log = log
    }

    /// Sends a response with the `"result":…` or `"error":…` that `write` appends.
    func respond(to id: JSONSlice?, _ destination: Destination, _ write: (ByteBuffer) -> Void) {
        output.send(destination) { frame in
            stream.dialect.appendHead(of: id, to: frame)
            write(frame)
            frame.append("}")
        }
    }

    /// Sends a result: the JSON value that `write` appends.
    func answer(_ id: JSONSlice?, _ destination: Destination, _ write: (ByteBuffer) -> Void) {
        respond(to: id, destination) { frame in
            frame.append("\"result\":")
            write(frame)
        }
    }

    /// Logs an error and sends what `write` appends. A refused notification is only logged.
    func refuse(
        _ failure: RPCFailure, id: JSONSlice?, _ destination: Destination, for entry: MethodTable.Entry? = nil,
        traceparent: String? = nil, _ write: (ByteBuffer) -> Void
    ) {
        log.failed(entry, destination.isNobody ? nil : id?.bytes, failure, traceparent: traceparent)
        if destination.isNobody { return }
        output.countError()
        respond(to: id, destination, write)
    }

    /// Logs and sends an error in the words of plain JSON-RPC.
    func refuse(_ failure: RPCFailure, id: JSONSlice?, _ destination: Destination, for entry: MethodTable.Entry? = nil)
    {
        refuse(failure, id: id, destination, for: entry) { $0.appendError(failure) }
    }

    /// Answers the requests that the dialect still owes an answer to.
    func answerOwed() {
        stream.dialect.answerOwed { id, write in
            output.send { frame in
                id.withUnsafeBytes { stream.dialect.appendHead(spelled: $0, to: frame) }
                write(frame)
                frame.append("}")
            }
        }
    }
}
