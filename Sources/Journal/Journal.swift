import Bytes

/// What a journal is told before a write leaves, and after it.
public struct JournalEvent {
    /// What is about to be written, or what became of it.
    public enum Kind {
        /// `replacement` is the set of contacts before and the one wanted, of a write that replaces contacts.
        case begin(replacement: (before: [String], wanted: [String])?)
        /// `applied` is `no`, `yes` or `unknown`; `status` that of the last answer, if any came.
        case end(applied: String, status: Int?, attempts: Int)
    }

    /// The write's number, unique within this process.
    public let number: Int
    /// The method that was called.
    public let method: String
    /// What it is about: `ngmt_…`, `cnt_…`; empty for what has no id yet.
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

/// A write as the journal knows it.
public struct JournalRecord: Sendable, Equatable {
    /// Its number.
    public let number: Int
    /// When it was begun: RFC 3339, UTC.
    public let at: String
    /// The method that was called.
    public let method: String
    /// What it was about.
    public let resource: String
    /// Who was there before, of a replacement of contacts.
    public let before: [String]?
    /// Who was to be there afterwards.
    public let wanted: [String]?
    /// `no`, `yes`, or `unknown`, which is also what a write is that was begun and never ended.
    public let applied: String
    /// The HTTP status of its last answer, if any came.
    public let status: Int?

    /// A write with all that is known of it.
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

/// Which writes are looked for.
public struct JournalQuery: Sendable {
    /// What they are about; nil for anything.
    public let resource: String?
    /// Whether only replacements count that were or may have been applied.
    public let isForUndo: Bool
    /// How many, at most.
    public let limit: Int

    /// The newest `limit` writes about `resource`.
    public init(resource: String?, isForUndo: Bool = false, limit: Int) {
        self.resource = resource
        self.isForUndo = isForUndo
        self.limit = limit
    }
}

/// What a journal says of something that it was asked.
public enum JournalAnswer: Sendable {
    /// The event is on disk.
    case written
    /// It is not, or nothing can be read: why, as a clause.
    case failed(String)
    /// What was looked for, newest first.
    case found([JournalRecord])
}

/// Where writes are noted before they leave. Nothing here waits: answers come later, by their token.
public protocol WriteJournal: AnyObject {
    /// Notes an event. Without a token nobody wants to know how that went.
    func append(_ event: JournalEvent, token: Int?)
    /// Looks for writes.
    func look(for query: JournalQuery, token: Int)
    /// The answers that have come since the last time.
    func collect() -> [(token: Int, answer: JournalAnswer)]
}
