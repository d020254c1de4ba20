import Bytes
import Jobs
import Tables

/// The settings of jobs.
struct JobOptions {
    enum Format: String, CaseIterable { case text, json }

    /// Whether nobody is asked.
    var isAgreed = false
    /// Whether an undo puts back over whatever others have changed.
    var isForced = false
    /// Whether rows whose people are not found are left alone.
    var skipsUnfound = false
    /// Whether merged contacts are deleted.
    var isDeletion = false
    /// Whether a merge is only shown.
    var isDryRun = false
    var table = TableOptions()
    var format = Format.text
    var report: FilePath?
    /// A filter of `engagement.list`, one JSON text.
    var filter: String?
    /// Further columns of an export.
    var fields: [String] = []
}
