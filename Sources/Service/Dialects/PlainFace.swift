import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// Answers methods of the table as plain JSON-RPC 2.0 does, in any dialect.
final class PlainFace: Face {
    private let output: Output
    private unowned let stream: HostStream

    init(output: Output, stream: HostStream) {
        self.output = output
        self.stream = stream
    }

    var traceparent: String? { nil }
    func adopt(_ terms: CallTerms) {}

    private static let largeData = 128 * 1024

    func beginAnswer(_ answer: ByteBuffer, id: Bytes, to destination: Destination) {
        output.beginFrame(answer, destination)
        stream.dialect.appendHead(spelled: id, to: answer)
        answer.append("\"result\":{\"data\":")
    }

    func complete(
        _ answer: inout ByteBuffer, id: Bytes, _ result: CallResult, to destination: Destination
    ) throws(RPCFailure) {
        if case .made(let data) = result.data {
            // Large data moves within its buffer: a copy would first get its memory page by page.
            if data.count > Self.largeData {
                data.prepend(answer)
                answer = data
            } else {
                answer.append(data)
            }
        }
        if let members = result.members { answer.append(members) }
        answer.append(",\"meta\":")
        result.appendMeta(to: answer)
        answer.append("}}")
    }

    func fail(_ answer: ByteBuffer, id: Bytes, _ failure: RPCFailure, elapsed: Double, to destination: Destination) {
        output.beginFrame(answer, destination)
        stream.dialect.appendHead(spelled: id, to: answer)
        answer.appendError(failure)
        answer.append("}")
    }

    func appendRefusal(_ failure: RPCFailure, to frame: ByteBuffer) { frame.appendError(failure) }

    let wantsSigns = false
    func tell(waitingFor wait: CallWait, seconds: Double) {}
    func tell(pause: CallPause) {}

    func tell(progress: CallProgress, token: [UInt8]) {
        guard !token.isEmpty else { return }
        output.send { frame in
            var json = JSONWriter(frame)
            json.notification("$/progress") { json in
                json.name("token")
                token.withUnsafeBytes { json.raw($0) }
                json.name("value")
                json.beginObject()
                switch progress {
                case .list(let items, let pages):
                    json.member("items", items)
                    json.member("pages", pages)
                case .merge(let done, let total):
                    json.member("items", done)
                    json.member("total", total)
                case .processing(let status, let looks, let pause):
                    json.member("processing_status", status)
                    json.member("looks", looks)
                    json.member("next_look_ms", Int(pause * 1000))
                }
                json.endObject()
            }
        }
    }
}
