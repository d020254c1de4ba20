import Bytes
import EngagementAPI

/// One request, whose answer's body is the result's `data`. The object serves one call after another.
final class SingleRequest: Procedure {
    private let request: APIRequest
    private let body: ByteBuffer

    /// A request with these buffers as target and body.
    init(target: ByteBuffer, body: ByteBuffer) {
        request = APIRequest(.get, target: target, .read, about: nil)
        self.body = body
    }

    /// Makes it the request of `entry` with these terms.
    func aim(at entry: MethodTable.Entry, _ terms: CallTerms) {
        request.change(
            entry.verb, body: entry.takesBody ? body : nil, entry.repeatability, isControl: entry.isControl,
            subject: entry.subject.map { APIRequest.Subject(member: $0, id: terms.resource) })
    }

    func next(after outcome: Outcome) -> Step {
        switch outcome {
        case .begun: .send(request)
        case .answered(let exchange): .finish(exchange)
        case .failed(let failure, _): .fail(failure)
        case .recalled, .told, .outdated: .fail(.unasked)
        }
    }
}
