import HTTP

/// What the loop reports to its client.
package enum LoopEvent {
    /// This many bytes were put into the room.
    case received(Int)
    /// The host has closed its end while it was not read from: what it wrote before may still be unread.
    case inputHungUp
    /// No more bytes will come from the host.
    case inputEnded
    /// Nobody reads the output any more.
    case outputGone
    /// A signal told the process to end.
    case signalled
    /// The process's parent is gone, and the host has sent nothing since.
    case orphaned
    /// An exchange has an answer or a failure.
    case finished(Exchange)
    /// The journal has answers.
    case journalAnswered
    /// Fetching a token has ended.
    case tokenArrived
}
