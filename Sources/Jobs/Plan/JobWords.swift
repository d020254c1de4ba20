/// The words by which an apply and an undo differ.
enum JobWords {
    case apply, undo

    /// What engagements would do.
    var change: String { self == .apply ? "change" : "be put back" }
    /// What engagements did.
    var changed: String { self == .apply ? "changed" : "put back" }
    /// What is the matter with an engagement that can't be read.
    var cant: String { self == .apply ? "can't be read" : "can't be put back" }
    /// The verb of the question.
    var order: String { self == .apply ? "Change" : "Put back" }
    /// What an engagement is that needs no change.
    var already: String { self == .apply ? "so already" : "as before already" }
}
