import EngagementAPI
import HTTP
import JSONRPC

extension Procedure {
    /// The step that follows `outcome`. A failure because the answer can't be used has the facts of its head, which
    /// lead to it in the API's log.
    func step(after outcome: Outcome) -> Step {
        let step = next(after: outcome)
        guard case .answered(let exchange) = outcome, case .fail(var failure) = step, failure.kind == .badResponse,
            failure.status == nil
        else { return step }
        failure.adopt(exchange)
        return .fail(failure)
    }
}

extension Optional where Wrapped == any Procedure {
    /// What a call that was broken off has changed, by the evidence of its writes.
    func applied(_ evidence: Applied) -> Applied {
        self?.changesSeveral == true && evidence == .yes ? .unknown : evidence
    }
}
