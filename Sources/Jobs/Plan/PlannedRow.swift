/// What is known about an engagement before anything is written.
enum PlannedRow {
    /// Not read yet.
    case pending
    /// The people are there already.
    case same
    /// This would change.
    case change(PlannedChange)
    /// It can't be read.
    case unread(JobFailure)
    /// It is left alone, for this reason.
    case skipped(String)
}
