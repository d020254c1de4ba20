/// How a job is to be done, as its command line says.
package struct JobTerms {
    /// What is done with a plan.
    package enum Aim {
        /// It is shown.
        case show
        /// It is printed as JSON, a line for each engagement.
        case print
        /// It is shown and, after a yes, carried out.
        case carryOut(isAgreed: Bool)
    }

    package var aim: Aim
    package var limits: CallLimits
    package var style = TextStyle.plain
    /// The table, as messages name it.
    package var file = ""
    /// Whether rows whose people are not found are left alone.
    package var skipsUnfound = false
    /// Whether duplicates are deleted once they are nowhere.
    package var isDeletion = false
    /// The contacts that the journal knows to be deleted.
    package var earlierDeletions: () -> EarlierDeletions = { EarlierDeletions() }
    /// The run's name.
    package var run = ""
    /// The command that undoes the run; nil for an undo, and where nothing can undo it.
    package var undoCommand: String?
    /// Whether the workspace ends with this process, so that nothing can undo the run.
    package var isPassing = false
    /// Whether the journal still holds all that this process has written into it.
    package var hasWholeJournal: () -> Bool = { true }
    /// Whether an undo puts back over whatever others have changed.
    package var isForced = false
    /// The lines that say how engagements can be put back that others have changed; nil for none.
    package var advice: (([String]) -> [String])?

    /// Terms with this aim and these limits.
    package init(_ aim: Aim, limits: CallLimits) {
        self.aim = aim
        self.limits = limits
    }
}
