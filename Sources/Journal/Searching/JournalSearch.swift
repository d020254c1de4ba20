import Bytes

/// Looks through the lines of a journal for what a query asks. The lines come newest first.
package struct JournalSearch {
    /// Bytes of lines whose writes are held at once, at most.
    static let usualSizeLimit = 64 << 20

    /// Bytes that a run takes beside its name, about.
    private static let runSize = 256

    private let query: JournalQuery
    private let workspace: String?
    private let sizeLimit: Int
    private let needle: [UInt8]?
    private var joiner = WriteJoiner()
    private var records: [JournalRecord] = []
    private var size = 0
    /// The runs by their names' bytes, because `String` equates different spellings, and when each was last met.
    private var runs: [[UInt8]: (run: JournalRun, met: Int)] = [:]
    private var met = 0
    private var undoable: UndoableSearch

    /// A search that has seen no line.
    ///
    /// - Parameter workspace: where writes went that may be undone; nil for anywhere.
    package init(_ query: JournalQuery, of workspace: String? = nil, sizeLimit: Int = usualSizeLimit) {
        self.query = query
        self.workspace = workspace
        self.sizeLimit = sizeLimit
        needle = query.needle
        undoable = UndoableSearch(query)
    }

    /// Whether no older line can change the finding.
    package private(set) var isOver = false
    /// Whether there is more to hold than may be held at once.
    var isTooLarge: Bool { size > sizeLimit || joiner.isCrowded }
    /// Why that is so, as a clause; nil if it is not.
    var excess: String? {
        if joiner.isCrowded { return WriteJoiner.excess }
        guard isTooLarge else { return nil }
        if case .runs = query { return "has more runs than fit into \(sizeLimit >> 20) MiB" }
        return "has more than \(sizeLimit >> 20) MiB of such writes; a smaller limit gives the newest"
    }

    /// What the lines so far hold.
    package var finding: JournalFinding {
        switch query {
        case .writes: .writes(records)
        case .undoable: .undoable(undoable.change)
        case .runs(let limit):
            // Those whose first write is the newest were met for the last time before the others.
            .runs(Array(runs.values.sorted { $0.met < $1.met }.prefix(limit).map(\.run)))
        }
    }

    /// Reads the line before those read so far. Skips it if it is cut or foreign.
    package mutating func read(_ line: Bytes) {
        guard !isOver, needle.map({ $0.withUnsafeBytes { line.holds($0) } }) ?? true else { return }
        switch query {
        case .writes(let resource, let run, let limit):
            let record = joiner.record(of: line) { begin in
                resource.map { begin.resource.spells($0) } ?? true && run.map { begin.run?.spells($0) == true } ?? true
            }
            if let record {
                records.append(record)
                size += line.count
            }
            isOver = records.count >= limit || isTooLarge
        case .runs:
            let record = joiner.record(of: line, withSets: false) { $0.run != nil && !$0.isUndo }
            if let record, let name = record.run { count(record, name) }
            isOver = isTooLarge
        case .undoable(let resource, _, _, let anywhere):
            let record = joiner.record(of: line) { $0.resource.spells(resource) && (anywhere || $0.isOf(workspace)) }
            if let record { undoable.read(record) }
            isOver = undoable.isOver || joiner.isCrowded
        }
    }

    private mutating func count(_ record: JournalRecord, _ name: String) {
        met += 1
        let key = Array(name.utf8)
        guard var known = runs[key]?.run else {
            size += key.count + Self.runSize
            runs[key] = (JournalRun(record, named: name), met)
            return
        }
        known.count(record)
        runs[key] = (known, met)
    }
}

extension Bytes {
    fileprivate func spells(_ text: String) -> Bool { elementsEqual(text.utf8) }
}

extension String {
    /// Whether both are the same bytes. `==` equates different spellings of an accented letter.
    func spells(_ text: String) -> Bool { utf8.elementsEqual(text.utf8) }
}
