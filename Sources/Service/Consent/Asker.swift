import Bytes
import JSONRPC

/// Asks a person by a request to the host, whose response is waited for. A part of the dialects that have one.
protocol Asker: AnyObject {
    /// Sends the question as a request with this id.
    func ask(_ question: Question, id: String)
    /// Takes the question back: the call that it was about is over.
    func withdraw(id: String)
    /// What the person has said, by the host's response to the question.
    func verdict(in response: Response) -> Verdict
}

/// Answers a call with the question, so that the client asks and calls again. Nothing waits for it in between.
protocol InputRequester: AnyObject {
    /// Makes `answer` the frame that has the client ask a person and call again with `state`.
    func requireInput(
        _ answer: ByteBuffer, id: Bytes, _ question: Question, state: String, to destination: Destination)
}
