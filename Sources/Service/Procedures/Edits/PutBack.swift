import Bytes
import Journal

/// The contacts that an undo puts back, and those that it may find.
struct PutBack {
    private let change: UndoableChange
    private let isForced: Bool

    /// - Parameter isForced: whether it may find any contacts.
    init(_ change: UndoableChange, isForced: Bool) {
        self.change = change
        self.isForced = isForced
    }

    /// Who was there before the change.
    var contacts: [String] { change.first.before ?? [] }

    /// The number of the write that is undone.
    var number: Int { change.first.number }

    /// Why these contacts are not overwritten, as a clause about them: the change did not leave them, or others changed
    /// them before it was over. Nil if they may be. Calendar resources don't count.
    func refusal(of now: ContactSet) -> String? {
        if isForced { return nil }
        guard change.last.mayHaveLeft(now.contacts, aside: now.preserved) else {
            return "are not those that the replacement left, so nothing was written: \(cause)"
        }
        let others = [].adding(change.changedBetween).without(now.preserved)
        if others.isEmpty { return nil }
        let ids = others.prefix(10).joined(separator: ", ") + (others.count > 10 ? " and others" : "")
        return "were changed by others between two replacements of the run (\(ids)), so nothing was written; see force"
    }

    /// Why others are there, and what to do.
    private var cause: String {
        switch change.sequel {
        case .changed(_, let run?):
            "the run \(run.shown) has changed them since. Undo that run first, or see force"
        case .changed(let number, nil):
            "the write with the number \(number) has changed them since. Undo that one first, or see force"
        case .undone: "it was undone already, and somebody has changed them since; see force"
        case .none: "somebody else has changed them since; see force"
        }
    }
}
