import Bytes
import HTTP
import JSONRPC

extension RPCFailure {
    /// There is not enough memory.
    static var noMemory: RPCFailure {
        RPCFailure(.internalError, "There is no memory for all of this; ask for less at once.", retryable: true)
    }

    /// Throws `noMemory` unless there is memory to parse `count` bytes: a short id becomes a string in a list and in a
    /// set. A failed allocation ends a Swift process, so this checks first.
    static func checkMemory(for count: Int) throws(RPCFailure) {
        if count >= ByteBuffer.largeSize, !ByteBuffer.hasMemory(for: 16 * count) { throw noMemory }
    }
}

extension APIRequest {
    /// Whether memory ran out while the request was written.
    var isIncomplete: Bool { target.isIncomplete || body?.isIncomplete == true }
}

extension Outcome {
    /// This outcome, or a failure if there is no memory to parse the answer.
    func affordable(_ evidence: WriteEvidence) -> Outcome {
        guard case .answered(let exchange) = self else { return self }
        do throws(RPCFailure) {
            try RPCFailure.checkMemory(for: exchange.answer.count)
            return self
        } catch {
            return .failed(error, evidence)
        }
    }
}

extension Exchange {
    /// This exchange, without the body of an error that there is no memory to parse. The status says the most.
    var affordable: Exchange {
        guard status >= 300 else { return self }
        do throws(RPCFailure) {
            try RPCFailure.checkMemory(for: answer.count)
        } catch {
            body.truncate(to: headroom)
            cause = cause ?? "there is no memory to read the body of the answer"
        }
        return self
    }
}

extension Face {
    /// Tells a failure as `fail` does, without the API's own words if there is no memory for them.
    func failAffordably(
        _ answer: ByteBuffer, id: Bytes, _ failure: RPCFailure, elapsed: Double, to destination: Destination
    ) {
        fail(answer, id: id, failure, elapsed: elapsed, to: destination)
        if destination.takes(answer) { return }
        var failure = failure
        (failure.problem, failure.errors) = (nil, [])
        fail(answer, id: id, failure, elapsed: elapsed, to: destination)
    }
}
