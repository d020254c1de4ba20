import Bytes

/// Answers a call with the question. The client asks the person, then calls again; no call waits meanwhile.
protocol InputRequester: AnyObject {
    /// Fills `answer` with the question and the `state` that the client returns when it calls again.
    func requireInput(
        _ answer: ByteBuffer, id: Bytes, _ question: Question, state: String, to destination: Destination)
}
