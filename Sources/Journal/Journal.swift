import Bytes

/// An event that the journal records: before a write is sent, or after it.
public struct JournalEvent {
    /// The write's plan or its outcome.
    public enum Kind {
        /// `replacement`: the contacts before and the wanted ones, if the write replaces contacts.
        case begin(replacement: (before: [String], wanted: [String])?)
        /// `applied`: `no`, `yes` or `unknown`. `status`: the last answer's, if one came.
        case end(applied: String, status: Int?, attempts: Int)
    }

    /// The write's number, unique within this process.
    public let number: Int
    /// The method that was called.
    public let method: String
    /// The id of the changed record: `ngmt_…`, `cnt_…`; empty if it has none yet.
    public let resource: String
    /// Begin or end.
    public let kind: Kind

    /// An event of the write `number`.
    public init(number: Int, method: String, resource: String, _ kind: Kind) {
        self.number = number
        self.method = method
        self.resource = resource
        self.kind = kind
    }
}

/// A write, as the journal has recorded it.
public struct JournalRecord: Sendable, Equatable {
    /// Its number.
    public let number: Int
    /// When it began: RFC 3339, UTC.
    public let at: String
    /// The method that was called.
    public let method: String
    /// The id of the changed record.
    public let resource: String
    /// The contacts before, if the write replaces contacts.
    public let before: [String]?
    /// The wanted contacts.
    public let wanted: [String]?
    /// `no`, `yes` or `unknown`. A write without an end in the journal is `unknown`.
    public let applied: String
    /// The HTTP status of its last answer, if any came.
    public let status: Int?

    /// A write with all that the journal knows about it.
    public init(
        number: Int, at: String, method: String, resource: String, before: [String]?, wanted: [String]?,
        applied: String, status: Int?
    ) {
        self.number = number
        self.at = at
        self.method = method
        self.resource = resource
        self.before = before
        self.wanted = wanted
        self.applied = applied
        self.status = status
    }
}

/// Which writes to find.
public struct JournalQuery: Sendable {
    /// The record's id; nil for all records.
    public let resource: String?
    /// Whether to find only replacements that were or may have been applied.
    public let isForUndo: Bool
    /// The number of writes, at most.
    public let limit: Int

    /// The newest `limit` writes about `resource`.
    public init(resource: String?, isForUndo: Bool = false, limit: Int) {
        self.resource = resource
        self.isForUndo = isForUndo
        self.limit = limit
    }
}

/// The journal's answer to a request.
public enum JournalAnswer: Sendable {
    /// The event is on disk.
    case written
    /// The event is not on disk, or the journal can't be read, for this reason, as a clause.
    case failed(String)
    /// The matching writes, newest first.
    case found([JournalRecord])
}

/// Records writes before they are sent. Never waits: answers come later, by their token.
public protocol WriteJournal: AnyObject {
    /// Appends an event. Without a token, nobody wants the answer.
    func append(_ event: JournalEvent, token: Int?)
    /// Searches for writes.
    func look(for query: JournalQuery, token: Int)
    /// The answers since the last call.
    func collect() -> [(token: Int, answer: JournalAnswer)]
}
