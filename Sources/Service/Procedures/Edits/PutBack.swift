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

    /// Whether the change may have left these contacts: those it wanted, and of those before it whomever the API kept.
    /// Calendar resources don't count.
    func mayFollow(_ now: ContactSet) -> Bool {
        if isForced { return true }
        let wanted = (change.last.wanted ?? []).without(now.preserved)
        let before = (change.last.before ?? []).without(now.preserved)
        // A write that may not have been made may have left what was there.
        if change.last.applied == "unknown", [].adding(before).holdsSame(as: now.contacts) { return true }
        return wanted.without(now.contacts).isEmpty && now.contacts.without(wanted).without(before).isEmpty
    }
}
