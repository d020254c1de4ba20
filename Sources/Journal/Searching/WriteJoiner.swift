import Bytes

/// Joins the two lines of each write. The lines come newest first, so an end comes before its begin.
struct WriteJoiner {
    private var ends: [JournalLine.Key: JournalLine.End] = [:]

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
        case .begin(let begin):
            let end = ends.removeValue(forKey: begin.key)
            return isWanted(begin) ? begin.record(end, withSets: withSets) : nil
        case nil: return nil
        }
    }
}
