/// Records writes before they are sent. Never waits: answers come later, by their token.
package protocol WriteJournal: AnyObject {
    /// Appends an event. Without a token, nobody wants the answer.
    func append(_ event: JournalEvent, token: Int?)
    /// Searches for writes.
    func look(for query: JournalQuery, token: Int)
    /// The answers since the last call.
    func collect() -> [(token: Int, answer: JournalAnswer)]
}
