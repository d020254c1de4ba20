import Bytes
import EngagementAPI
import JSON
import JSONRPC
import LSP

/// Takes the outcome of a call with no host behind it.
final class BackgroundFace: Face {
    private let number: Int
    private unowned let calls: BackgroundCalls

    init(_ number: Int, _ calls: BackgroundCalls) {
        self.number = number
        self.calls = calls
    }

    var traceparent: String? { nil }
    func adopt(_ terms: CallTerms) {}

    func beginAnswer(_ answer: ByteBuffer, id: Bytes, to destination: Destination) {
        answer.truncate(to: 0)
        answer.append("{\"data\":")
    }

    func complete(
        _ answer: inout ByteBuffer, id: Bytes, _ result: CallResult, to destination: Destination
    ) throws(RPCFailure) {
        if case .made(let data) = result.data { answer.append(data) }
        if let members = result.members { answer.append(members) }
        answer.append("}")
        if answer.isIncomplete { throw RPCFailure.noMemory }
        calls.ended(number, .success(answer))
        answer = ByteBuffer()
    }

    func fail(_ answer: ByteBuffer, id: Bytes, _ failure: RPCFailure, elapsed: Double, to destination: Destination) {
        calls.ended(number, .failure(failure))
    }

    func appendRefusal(_ failure: RPCFailure, to frame: ByteBuffer) {}
    let wantsSigns = false
    func tell(waitingFor wait: CallWait, seconds: Double) {}
    func tell(pause: CallPause) {}
    func tell(progress: CallProgress, token: [UInt8]) {}
}
