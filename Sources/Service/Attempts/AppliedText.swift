import HTTP
import JSONRPC

extension RPCFailure {
    /// The call's time ended while it waited.
    static var neverSent: RPCFailure {
        let text = "The call's time was over before it could be sent; nothing more will be tried."
        return RPCFailure(.timeout, text, retryable: true)
    }

    /// The call's time ended while a person was asked about another call.
    static var behindQuestion: RPCFailure {
        let text =
            "The call's time was over while another change of the same record waited for a person's answer; nothing "
            + "was sent."
        return RPCFailure(.timeout, text, retryable: true)
    }

    /// Nobody wants the call's outcome any more.
    static var cancelled: RPCFailure { RPCFailure(.cancelled, "The call was cancelled.", retryable: true) }

    /// This refusal of a token, and why there is no other token, if a reason is known.
    func explained(_ sentence: String) -> RPCFailure {
        guard let first = sentence.first else { return self }
        var failure = self
        failure.append(first.lowercased() + (sentence.hasSuffix(".") ? sentence.dropLast() : sentence[...]).dropFirst())
        return failure
    }

    /// This failure. If a deletion finds nothing after an attempt without an answer, says that the attempt may have
    /// done it.
    func behind(_ evidence: WriteEvidence, _ exchange: Exchange) -> RPCFailure {
        let isGone = exchange.status == 404 || exchange.status == 410
        guard isGone, exchange.request.verb == .delete, evidence.applied == .unknown else { return self }
        var failure = self
        failure.append("an earlier attempt of this call may have deleted it")
        return failure
    }

    /// This failure as a timeout, because it used up the call's time.
    var asTimeout: RPCFailure {
        var failure = RPCFailure(.timeout, message, retryable: true)
        failure.cause = cause
        return failure
    }

    /// Adds whether the requested change was made.
    mutating func tell(_ applied: Applied) {
        self.applied = applied.rawValue
        if applied == .unknown {
            append("whether the change was made is unknown: read it back before relying on it")
        }
        if applied == .yes {
            if kind == .badResponse { retryable = false } else { append("the API had said that the change was made") }
        }
    }
}
