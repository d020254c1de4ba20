import JSONRPC

/// Asks a person by a request to the host, while the call waits for the response. Faces of dialects that have such a
/// request implement it.
protocol Asker: AnyObject {
    /// Sends the question as a request with this id.
    func ask(_ question: Question, id: String)
    /// Takes the question back, because its call is over.
    func withdraw(id: String)
    /// Reads the person's verdict from the host's response.
    func verdict(in response: Response) -> Verdict
}
