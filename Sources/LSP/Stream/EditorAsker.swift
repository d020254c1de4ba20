/// Asks a person before a call writes. The call waits meanwhile, and costs nothing.
package protocol EditorAsker: AnyObject {
    /// Sends the question as a request to the client, with this id.
    func ask(_ question: EditorQuestion, id: String)
    /// What the client's answer says.
    func verdict(_ answer: ClientAnswer) -> EditorVerdict
}
