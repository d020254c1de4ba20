/// The journal's answer to a request.
package enum JournalAnswer: Sendable {
    /// The event is on disk.
    case written
    /// The event is not on disk, or the journal can't be read, for this reason, as a clause.
    case failed(String)
    /// The search is over.
    case found(JournalFinding)
}
