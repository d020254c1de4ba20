/// Looks for what undoing would put back, among the writes to one record. They come newest first.
struct UndoableSearch {
    /// What is to be undone, as far as it is known.
    private(set) var change: UndoableChange?
    /// Whether no older write can change it.
    private(set) var isOver = false
    private let number: Int?
    private let run: String?
    /// The newest write after the change that is no undo and is not undone.
    private var later: JournalRecord?
    /// The write that an undo has put back. All from that undo back to it is void.
    private var undone: Int?

    /// A search for what `query` asks.
    init(_ query: JournalQuery) {
        guard case .undoable(_, let number, let run, _) = query else {
            (number, run) = (nil, nil)
            return
        }
        (self.number, self.run) = (number, run)
    }

    /// Reads the write before those read so far.
    mutating func read(_ record: JournalRecord) {
        guard record.isUndoable else { return }
        let isVoid = undone != nil
        if isWanted(record) {
            add(record, isVoid: isVoid)
        } else if !isVoid, let number = record.undoes, record.applied == "yes" {
            undone = number
        } else if !isVoid, !record.isUndo, change == nil, later == nil {
            later = record
        }
        guard isVoid, record.number == undone else { return }
        undone = nil
        change?.pass(over: record)
    }

    private func isWanted(_ record: JournalRecord) -> Bool {
        if let number { return record.number == number }
        return !record.isUndo && run.map { record.run?.spells($0) == true } ?? true
    }

    private mutating func add(_ record: JournalRecord, isVoid: Bool) {
        if change == nil {
            change = UndoableChange(
                record, isVoid ? .undone : later.map { .changed(number: $0.number, run: $0.run) } ?? .none)
            undone = nil
        } else {
            change?.extend(to: record, isVoid: isVoid)
        }
        // The first write of a run may stand anywhere before this one.
        isOver = number != nil || run == nil
    }
}
