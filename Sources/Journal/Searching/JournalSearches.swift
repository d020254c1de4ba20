import Bytes

/// Several searches in one reading of a journal. A line is read only by those that it may concern, so that a hundred
/// searches cost little more than one. The lines come newest first.
struct JournalSearches {
    private var searches: [JournalSearch]
    /// The searches about one record, by the fingerprint of its id.
    private var byRecord: [UInt64: [Int]] = [:]
    private var aboutAll: [Int] = []
    /// How many of them older lines can still change.
    private var open: Int

    /// Searches that have seen no line.
    init(_ queries: [JournalQuery], of workspace: String? = nil) {
        searches = queries.map { JournalSearch($0, of: workspace) }
        open = queries.count
        for (index, query) in queries.enumerated() {
            if let id = query.resource {
                byRecord[Array(id.utf8).withUnsafeBytes(\.fingerprint), default: []].append(index)
            } else {
                aboutAll.append(index)
            }
        }
    }

    /// Whether no older line can change any finding.
    var isOver: Bool { open == 0 }

    /// What the lines so far hold, in the order of the queries, and why that is more than can be held.
    var findings: [(JournalFinding, excess: String?)] { searches.map { ($0.finding, $0.excess) } }

    /// Reads the line before those read so far.
    mutating func read(_ line: Bytes) {
        guard searches.count > 1, let id = Self.id(in: line) else {
            for index in searches.indices { read(line, for: index) }
            return
        }
        for index in byRecord[id.fingerprint] ?? [] { read(line, for: index) }
        for index in aboutAll { read(line, for: index) }
    }

    private mutating func read(_ line: Bytes, for index: Int) {
        guard !searches[index].isOver else { return }
        searches[index].read(line)
        if searches[index].isOver { open -= 1 }
    }

    /// The record's id in a line as this program writes it; nil if the line is spelled otherwise.
    static func id(in line: Bytes) -> Bytes? {
        let name = Bytes("\"id\":\"")
        guard let start = line.firstPosition(of: name) else { return nil }
        let rest = line.dropping(start + name.count)
        return rest.firstPosition(of: UInt8(ascii: "\"")).map { rest.slice(0, $0) }
    }
}
