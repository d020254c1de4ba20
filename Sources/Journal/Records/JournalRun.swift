/// The writes that a host counted to one run. Undos are no part of any run.
package struct JournalRun: Sendable, Equatable {
    /// Its name.
    package let run: String
    /// Where its last write went; nil if the journal does not say.
    package let workspace: String?
    /// When its first write began: RFC 3339, UTC.
    package var startedAt: String
    /// When the last of its writes ended or, without an end in the journal, began.
    package var endedAt: String
    /// How many writes ended with `applied` `yes`.
    package var yes = 0
    /// How many ended with `no`.
    package var no = 0
    /// How many ended with `unknown`, or not at all.
    package var unknown = 0

    /// How many replaced contacts, or may have.
    package var replacements = 0

    /// All of its writes.
    package var writes: Int { yes + no + unknown }

    init(_ record: JournalRecord, named run: String) {
        self.run = run
        workspace = record.workspace
        (startedAt, endedAt) = (record.at, record.endedAt ?? record.at)
        count(record)
    }

    /// Adds a write that began before those counted so far.
    mutating func count(_ record: JournalRecord) {
        startedAt = record.at
        endedAt = max(endedAt, record.endedAt ?? record.at)
        switch record.applied {
        case "yes": yes += 1
        case "no": no += 1
        default: unknown += 1
        }
        if record.mayHaveReplaced { replacements += 1 }
    }
}
