import Bytes
import EngagementAPI
import HTTP
import JSON
import JSONRPC

/// A read that asks again, slower and slower, until the engagement is processed or that has failed. Cuts the answer to
/// the wanted fields.
final class ProcessingWait: Procedure {
    private let target: ByteBuffer
    private let subject: Method.Subject?
    private let fields: FieldSelection?
    /// The state that the last look found; nil before the first one.
    private var status: String?
    private var looks = 0
    private var pause = ProcessingWait.firstPause

    /// Seconds between the first two looks, and at most; each pause is half as long again as the one before.
    private static let (firstPause, longestPause, growth) = (1.0, 30.0, 1.5)

    /// - Parameter target: the bound path and query.
    init(_ target: Bytes, about subject: Method.Subject?, _ fields: FieldSelection?) {
        self.target = ByteBuffer(target)
        self.subject = subject
        self.fields = fields
    }

    func next(after outcome: Outcome) -> Step {
        switch outcome {
        case .begun: return .send(request(after: 0))
        case .answered(let exchange): return read(exchange)
        case .failed(let failure, _): return .fail(explained(failure))
        case .recalled, .told, .outdated: return .fail(.unasked)
        }
    }

    private func request(after delay: Double) -> APIRequest {
        APIRequest(.get, target: target, .read, about: subject, delay: delay)
    }

    private func read(_ exchange: Exchange) -> Step {
        guard let status = JSONSlice(checked: exchange.answer).member("processing_status")?.string else {
            let text = "The API's answer has no processing_status, so there is nothing to wait for."
            return .fail(RPCFailure(.badResponse, text))
        }
        if status == "COMPLETED" || status == "FAILED" {
            return .finish(exchange, data: fields?.projected(exchange.answer) ?? ByteBuffer(exchange.answer))
        }
        self.status = status
        looks += 1
        defer { pause = min(Self.longestPause, pause * Self.growth) }
        let progress = CallProgress.processing(status: status, looks: looks, pause: pause)
        return .tell(progress, then: .send(request(after: pause)))
    }

    /// When the time is over, says what was waited for.
    private func explained(_ failure: RPCFailure) -> RPCFailure {
        guard let status, failure.kind == .timeout else { return failure }
        let text =
            "The call's time was over while the engagement was \(status.quoted); call again, or give more time "
            + "(--timeout-ms)."
        var timeout = RPCFailure(.timeout, text, retryable: true)
        timeout.cause = failure.cause
        return timeout
    }
}
