import Bytes

/// A change of an engagement's contacts that can be undone.
package struct UndoableChange: Sendable, Equatable {
    /// What the journal says of the time after the change.
    package enum Sequel: Sendable, Equatable {
        /// Nothing.
        case none
        /// It was undone.
        case undone
        /// Another write changed the contacts: the newest one that is not undone.
        case changed(number: Int, run: String?)
    }

    /// The replacement whose `before` an undo puts back.
    package private(set) var first: JournalRecord
    /// The replacement that left what an undo expects to find: the same, or the last one of its run.
    package let last: JournalRecord
    /// What followed the last.
    package let sequel: Sequel
    /// Those who were added or taken off by others between two replacements of the run; the first hundred of them.
    package private(set) var changedBetween: [String] = []
    /// Who was there before what is known so far of the run; what came before must have left them.
    private var earliest: [String]

    private static let limit = 100

    init(_ record: JournalRecord, _ sequel: Sequel) {
        (first, last, self.sequel) = (record, record, sequel)
        earliest = record.before ?? []
    }

    /// Adds an older replacement of the run. `isVoid` says that an undo has put back who was there before it, or
    /// before an older one.
    mutating func extend(to record: JournalRecord, isVoid: Bool) {
        first = record
        guard !isVoid else { return }
        if !record.mayHaveLeft(earliest) { note(record.left ?? record.wanted ?? [], differsFrom: earliest, record) }
        earliest = record.before ?? []
    }

    /// Goes back over what an undo has put back: to `record`, which it undid.
    mutating func pass(over record: JournalRecord) {
        guard let before = record.before else { return }
        note(before, differsFrom: earliest)
        earliest = before
    }

    private mutating func note(_ ids: [String], differsFrom others: [String], _ record: JournalRecord? = nil) {
        // Whoever was there before a replacement may have been kept by the API.
        let strangers = others.without(ids).without(record?.before ?? []) + ids.without(others)
        changedBetween += strangers.prefix(Self.limit - changedBetween.count)
    }
}

extension JournalRecord {
    /// Whether the engagement may have had these contacts after this replacement: those that were read back, or those
    /// that it wanted and, of those before it, whomever the API kept. `aside` are calendar resources; they don't count.
    package func mayHaveLeft(_ contacts: [String], aside: [String] = []) -> Bool {
        func counted(_ ids: [String]) -> [String] { [].adding(ids.without(aside)) }
        let (now, before, wanted) = (counted(contacts), counted(before ?? []), counted(wanted ?? []))
        if let left, counted(left).holdsSame(as: now) { return true }
        // A write that may not have been made may have left what was there.
        if applied == "unknown", before.holdsSame(as: now) { return true }
        return wanted.without(now).isEmpty && now.without(wanted).without(before).isEmpty
    }
}
