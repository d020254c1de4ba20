import JSONRPC

/// The steps of one method. It maps each outcome to the next step and does nothing else: dispatch, attempts, deadline,
/// cancellation, `applied` and reports are the same for every method.
protocol Procedure: AnyObject {
    /// The step that follows `outcome`.
    func next(after outcome: Outcome) -> Step
    /// Whether it writes to several records, so that one that was changed says nothing about the others.
    var changesSeveral: Bool { get }
}

extension Procedure {
    var changesSeveral: Bool { false }
}

extension RPCFailure {
    /// A procedure was told an outcome that its last step can't have.
    static var unasked: RPCFailure { RPCFailure(.internalError, "The steps of this method do not fit together.") }
}
