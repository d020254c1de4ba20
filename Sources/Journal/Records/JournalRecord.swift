/// A write, as the journal has recorded it.
package struct JournalRecord: Sendable, Equatable {
    /// Its number. In a journal of version 0.1.0, two processes may have used the same one.
    package let number: Int
    /// When it began: RFC 3339, UTC.
    package let at: String
    /// When it ended; nil without an end in the journal.
    package let endedAt: String?
    /// The method that was called.
    package let method: String
    /// The id of the changed record.
    package let resource: String
    /// The run that its host counted it to.
    package let run: String?
    /// The base URL of the API that it went to, or `sandbox` for one that ended with its process; nil in old journals.
    package let workspace: String?
    /// A digest of the address by which a job's table named the record; nil where it does not say.
    package let address: String?
    /// The number of the write that it undoes; nil if it is no undo.
    package let undoes: Int?
    /// Whether it replaces contacts.
    package let isReplacement: Bool
    /// The contacts before, if the write replaces contacts and they were asked for.
    package let before: [String]?
    /// The wanted contacts.
    package let wanted: [String]?
    /// The contacts that were read back after it; nil where they were the wanted ones, or were not read back.
    package let left: [String]?
    /// `no`, `yes` or `unknown`. A write without an end in the journal is `unknown`.
    package let applied: String
    /// The HTTP status of its last answer, if any came.
    package let status: Int?

    /// Whether it is an undo. Version 0.1.0 did not say of what.
    var isUndo: Bool { undoes != nil || method == "engagement.undo" }

    /// Whether it replaces contacts, and was or may have been made.
    package var mayHaveReplaced: Bool { isReplacement && applied != "no" }

    /// Whether it replaces known contacts by known ones, and was or may have been made.
    var isUndoable: Bool { before != nil && wanted != nil && applied != "no" }
}
