/// What a `JournalQuery` found.
package enum JournalFinding: Sendable {
    /// The matching writes, newest first.
    case writes([JournalRecord])
    /// The runs, newest first.
    case runs([JournalRun])
    /// The change to undo; nil if there is none.
    case undoable(UndoableChange?)
}
