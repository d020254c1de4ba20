import Bytes

/// Joins the lines of each write. The lines come newest first, so an end comes before its begin.
struct WriteJoiner {
    private var ends: [JournalLine.Key: JournalLine.End] = [:]
    private var lefts: [JournalLine.Key: [String]] = [:]
    private var leftSize = 0

    /// Writes that were under way at once, at most. Whoever writes more ends without a begin writes no journal.
    static let openLimit = 1 << 16
    /// Bytes of ids that are held for them, at most.
    private static let leftLimit = 64 << 20

    /// What is wrong with a journal in which there are more, as a clause.
    static let excess = "has the ends of more than \(openLimit) writes without their beginnings, so it is not whole"

    /// Whether there are more ends without a begin than are held. Then nothing that is found can be relied on.
    var isCrowded: Bool { ends.count > Self.openLimit || lefts.count > Self.openLimit || leftSize > Self.leftLimit }

    /// The write that begins with `line`; nil for any other line.
    ///
    /// - Parameters:
    ///   - withSets: false leaves out the contacts of a replacement.
    ///   - isWanted: false makes no record of the write.
    mutating func record(
        of line: Bytes, withSets: Bool = true, where isWanted: (JournalLine.Begin) -> Bool = { _ in true }
    ) -> JournalRecord? {
        switch JournalLine.read(line) {
        case .end(let end):
            ends[end.key] = end
            return nil
        case .left(let left):
            if withSets {
                if let old = lefts.updateValue(left.contacts, forKey: left.key) { leftSize -= Self.size(old) }
                leftSize += Self.size(lefts[left.key] ?? [])
            }
            return nil
        case .begin(let begin):
            let (end, left) = (ends.removeValue(forKey: begin.key), lefts.removeValue(forKey: begin.key))
            leftSize -= Self.size(left ?? [])
            return isWanted(begin) ? begin.record(end, left: left, withSets: withSets) : nil
        case nil: return nil
        }
    }

    private static func size(_ ids: [String]) -> Int { ids.reduce(0) { $0 + $1.utf8.count + 16 } }
}
