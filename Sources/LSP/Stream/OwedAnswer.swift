import Bytes

/// The answer to a request that could not be answered at once. It is sent once, or never if the client has given the
/// request up.
package final class OwedAnswer {
    /// The request's id, as spelled.
    let id: [UInt8]
    /// The result to send if the session ends before.
    let substitute: StaticString
    private unowned let owed: OwedAnswers

    init(_ id: [UInt8], _ substitute: StaticString, _ owed: OwedAnswers) {
        (self.id, self.substitute, self.owed) = (id, substitute, owed)
    }

    /// Whether the client still waits for it.
    package var isOpen: Bool { owed.holds(self) }

    /// Sends the result that `write` appends, if the client still waits for it.
    package func send(_ write: (ByteBuffer) -> Void) { owed.send(self, write) }
}
