/// Whether the process has a token when a request needs one.
public enum TokenAnswer: Sendable {
    /// The transport has it: the first one, or the other one that was asked for.
    case ready
    /// It is being fetched; `tokenArrived` reports the end.
    case awaited
    /// There is none, or no other one. The sentence says why; empty without a reason.
    case failed(String)
}
