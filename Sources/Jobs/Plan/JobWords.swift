/// The words by which an apply, a merge and an undo differ.
enum JobWords {
    case apply, merge, undo

    /// What engagements would do.
    var change: String { self == .undo ? "be put back" : "change" }
    /// What engagements did.
    var changed: String { self == .undo ? "put back" : "changed" }
    /// What is the matter with an engagement that can't be read.
    var cant: String { self == .undo ? "can't be put back" : "can't be read" }
    /// The verb of the question.
    var order: String { self == .undo ? "Put back" : "Change" }
    /// What an engagement is that needs no change.
    var already: String { self == .undo ? "as before already" : "so already" }
}
