import HTTP
import JSONRPC
import Journal

/// How a step of a procedure ended.
enum Outcome {
    /// The call's turn has come.
    case begun
    /// The API answered with a 2xx and one JSON text, in the exchange's buffer.
    case answered(Exchange)
    /// The journal holds this.
    indirect case recalled(JournalFinding)
    /// The person has answered, or their time is over.
    indirect case told(Verdict)
    /// The request is checked, and had to pause. Nothing was changed; what it rests on has to be read again. The status
    /// is that of the refusal, if there was one.
    case outdated(status: Int?)
    /// The request has failed for good. The evidence covers all its attempts.
    indirect case failed(RPCFailure, WriteEvidence)
}

extension Outcome {
    /// A request that never left.
    static func unsent(_ failure: RPCFailure) -> Outcome { .failed(failure, WriteEvidence()) }

    var isOutdated: Bool { if case .outdated = self { true } else { false } }

    var status: Int? {
        switch self {
        case .answered(let exchange): exchange.status
        case .failed(let failure, _): failure.status
        case .outdated(let status): status
        case .begun, .recalled, .told: nil
        }
    }
}
