import JSONRPC

/// What stands between a call and what it would destroy. Looked at when its params are known.
enum Permission {
    /// Nothing.
    case given
    /// A person is asked.
    case asks(Consent)
    /// It is refused.
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
