import HTTP
import JSONRPC

extension RPCFailure {
    /// A call's time was over while it waited.
    static var neverSent: RPCFailure {
        let text = "The call's time was over before it could be sent; nothing more will be tried."
        return RPCFailure(.timeout, text, retryable: true)
    }

    /// A call's time was over while a person was asked about another one.
    static var behindQuestion: RPCFailure {
        let text =
            "The call's time was over while another change of the same record waited for a person's answer; nothing "
            + "was sent."
        return RPCFailure(.timeout, text, retryable: true)
    }

    /// Says what became of the change that the call asked for.
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
