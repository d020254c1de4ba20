/// A change of an engagement's contacts that can be undone.
package struct UndoableChange: Sendable, Equatable {
    /// The replacement whose `before` an undo puts back.
    package let first: JournalRecord
    /// The replacement that left what an undo expects to find: the same, or the last one of its run.
    package let last: JournalRecord
}
