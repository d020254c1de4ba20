import Bytes
import JSON

/// A question to the journal.
package enum JournalQuery: Sendable {
    /// The newest writes, `limit` at most: to one record, of one run, or all.
    case writes(resource: String? = nil, run: String? = nil, limit: Int)
    /// The runs, newest first by their first write, `limit` at most.
    case runs(limit: Int)
    /// What undoing would put back on an engagement: the replacement `number`; else the run's; else the last one that
    /// is no undo. Those that ended `no` are passed over, and so are those that went to another API than the journal's
    /// own, unless `anywhere`: there, others have the id.
    case undoable(resource: String, number: Int? = nil, run: String? = nil, anywhere: Bool = false)

    /// The record that all wanted writes are about; nil for any.
    var resource: String? {
        switch self {
        case .writes(let resource, _, _): resource
        case .undoable(let resource, _, _, _): resource
        case .runs: nil
        }
    }

    /// A text that the lines of all wanted writes contain: searching for it is much faster than parsing. Nil for none.
    var needle: [UInt8]? {
        switch self {
        case .writes(let resource?, _, _), .undoable(let resource, _, _, _): return Array(resource.utf8)
        case .writes(nil, let run?, _):
            let text = ByteBuffer()
            JSONWriter.appendString(run, to: text)
            return Array(text.bytes)
        case .writes(nil, nil, _), .runs: return nil
        }
    }
}
