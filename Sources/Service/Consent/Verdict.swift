import JSONRPC

/// A person's answer to a question.
enum Verdict {
    case yes
    /// A form came back without a yes in it: some hosts send forms by themselves.
    case unfilled
    case no
    /// The person closed the question without an answer.
    case putAway
    /// Nobody was asked, for this reason.
    case notAsked(String)
    /// No answer within `Confirmations.patience`.
    case nothing

    /// The failure of the call; nil for a yes.
    var failure: RPCFailure? {
        switch self {
        case .yes: nil
        case .unfilled: Self.declined("The form came back without a yes")
        case .no: Self.declined("The person who was asked said no")
        case .putAway: Self.declined("The person who was asked put the question away")
        case .notAsked(let why): Self.declined("Nobody could be asked (\(why.cut(after: 200)))")
        case .nothing: Self.declined("Nobody answered the question within 5 minutes")
        }
    }

    private static func declined(_ what: String) -> RPCFailure {
        RPCFailure(.declined, "\(what); nothing was changed.")
    }
}
