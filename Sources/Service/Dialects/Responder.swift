import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// Answers requests that never become calls, in the dialect that the stream speaks then.
struct Responder {
    private let stream: HostStream
    private let output: Output
    private let log: CallLog

    init(stream: HostStream, output: Output, log: CallLog) {
        self.stream = stream
        self.output = output
        self.log = log
    }

    /// Sends what `write` appends, `"result":…` or `"error":…`.
    func respond(to id: JSONSlice?, _ destination: Destination, _ write: (ByteBuffer) -> Void) {
        output.send(destination) { frame in
            stream.dialect.appendHead(of: id, to: frame)
            write(frame)
            frame.append("}")
        }
    }

    /// Sends the JSON value that `write` appends as the result.
    func answer(_ id: JSONSlice?, _ destination: Destination, _ write: (ByteBuffer) -> Void) {
        respond(to: id, destination) { frame in
            frame.append("\"result\":")
            write(frame)
        }
    }

    /// Sends an error, and notes it. Nobody is told when a notification is refused.
    func refuse(
        _ failure: RPCFailure, id: JSONSlice?, _ destination: Destination, for entry: MethodTable.Entry? = nil,
        _ write: (ByteBuffer) -> Void
    ) {
        log.failed(entry, destination.isNobody ? nil : id?.bytes, failure)
        if destination.isNobody { return }
        output.countError()
        respond(to: id, destination, write)
    }

    /// Sends an error in the words of plain JSON-RPC, and notes it.
    func refuse(_ failure: RPCFailure, id: JSONSlice?, _ destination: Destination, for entry: MethodTable.Entry? = nil)
    {
        refuse(failure, id: id, destination, for: entry) { $0.appendError(failure) }
    }

    /// Answers what the stream's dialect still owes an answer to.
    func settle() {
        stream.dialect.settle { id, write in
            output.send { frame in
                id.withUnsafeBytes { stream.dialect.appendHead(spelled: $0, to: frame) }
                write(frame)
                frame.append("}")
            }
        }
    }
}
