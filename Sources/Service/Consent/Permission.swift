import JSONRPC

/// Whether a destructive call may go on. Decided when its params are known.
enum Permission {
    case given
    case asks(Consent)
    case refused(() -> RPCFailure)

    /// How the call gets a person's yes; nil where nobody is asked. Throws when it is refused.
    func consent(isHarmless: Bool) throws(RPCFailure) -> Consent? {
        if isHarmless { return nil }
        switch self {
        case .given: return nil
        case .asks(let consent): return consent
        case .refused(let refusal): throw refusal()
        }
    }
}
