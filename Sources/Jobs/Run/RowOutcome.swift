/// What became of an engagement.
enum RowOutcome {
    /// It is as wanted and was before.
    case same
    /// It was changed, and is as wanted as read back.
    case changed
    /// Nothing was written.
    case refused(JobFailure)
    /// It was or may have been written, and this is not as wanted.
    case differs(String)
    /// Nobody knows whether it was written.
    case unknown(String)
    /// It was left alone on demand.
    case skipped(String)
    /// Nothing was begun.
    case notBegun

    /// The word in a report.
    var word: String {
        switch self {
        case .same: "unchanged"
        case .changed: "changed"
        case .refused: "refused"
        case .differs: "different"
        case .unknown: "unknown"
        case .skipped: "skipped"
        case .notBegun: "not begun"
        }
    }

    /// What there is to say about it.
    var message: String {
        switch self {
        case .same, .changed, .notBegun: ""
        case .refused(let failure): failure.message
        case .differs(let text), .unknown(let text), .skipped(let text): text
        }
    }

    /// Whether a write was or may have been made, so that there is something to undo.
    var mayBeWritten: Bool {
        switch self {
        case .changed, .differs, .unknown: true
        case .same, .refused, .skipped, .notBegun: false
        }
    }

    /// Whether the engagement is as wanted.
    var isAsWanted: Bool {
        switch self {
        case .same, .changed: true
        case .refused, .differs, .unknown, .skipped, .notBegun: false
        }
    }
}
