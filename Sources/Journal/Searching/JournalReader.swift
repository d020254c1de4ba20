import Bytes
import Platform

/// Reads a journal from its end, so that it finds the newest events first, however long the file is. Skips lines that
/// are cut, foreign or too long.
package struct JournalReader {
    /// Bytes of a line, at most: a replacement of 100,000 contacts has 6 MB.
    static let lineLimit = 16 << 20
    private static let blockSize = 1 << 20

    private let file: FileDescriptor

    /// What each of `queries` finds in a file that is read once. Throws why it can't be read. A failure of one query is
    /// a finding that is more than can be held.
    ///
    /// - Parameters:
    ///   - workspace: where writes went that may be undone; nil for anywhere.
    ///   - isOpen: whether this process has opened the file. If not, there need be none yet, and then nothing is found.
    static func findAll(
        _ queries: [JournalQuery], of workspace: String? = nil, in path: FilePath, isOpen: Bool = false
    ) throws(JournalProblem) -> [Result<JournalFinding, JournalProblem>] {
        var searches = JournalSearches(queries, of: workspace)
        try readLines(of: path, isOpen: isOpen) { line in
            searches.read(line)
            return !searches.isOver
        }
        return searches.findings.map { finding, excess in
            excess.map { .failure(JournalProblem(path, $0)) } ?? .success(finding)
        }
    }

    /// What `query` finds.
    package static func find(_ query: JournalQuery, in path: FilePath) throws(JournalProblem) -> JournalFinding {
        guard let found = try findAll([query], in: path).first else { return .undoable(nil) }
        return try found.get()
    }

    /// All runs, newest first by their first write. For jobs: reads the file once, and holds only the runs.
    package static func runs(in path: FilePath) throws(JournalProblem) -> [JournalRun] {
        guard case .runs(let runs) = try find(.runs(limit: .max), in: path) else { return [] }
        return runs
    }

    /// What followed a run on each of these records. For jobs: reads the file once.
    package static func sequels(
        of run: String, on records: [String], in path: FilePath
    ) throws(JournalProblem) -> [UndoableChange.Sequel] {
        try findAll(records.map { .undoable(resource: $0, run: run) }, in: path).compactMap { finding in
            guard case .success(.undoable(let change?)) = finding else { return nil }
            return change.sequel
        }
    }

    /// Calls `body` with each write of a run, newest first, undos left out. For jobs: reads the file once, and holds no
    /// write, so that a run may have any number of them.
    package static func forEachWrite(
        of run: String, in path: FilePath, _ body: (JournalRecord) -> Void
    ) throws(JournalProblem) {
        let needle = JournalQuery.writes(run: run, limit: .max).needle ?? []
        var joiner = WriteJoiner()
        try readLines(of: path) { line in
            guard needle.withUnsafeBytes({ line.holds($0) }) else { return true }
            let record = joiner.record(of: line) { !$0.isUndo && $0.run?.spells(run) == true }
            if let record { body(record) }
            return !joiner.isCrowded
        }
        if joiner.isCrowded { throw JournalProblem(path, WriteJoiner.excess) }
    }

    /// Calls `body` with each deletion of a contact that was or may have been made, newest first. For jobs: reads the
    /// file once.
    package static func forEachDeletion(
        in path: FilePath, _ body: (JournalRecord) -> Void
    ) throws(JournalProblem) {
        let methods = ["contact.delete", "contact.merge"]
        var joiner = WriteJoiner()
        try readLines(of: path) { line in
            guard let record = joiner.record(of: line, withSets: false) else { return !joiner.isCrowded }
            // A merge writes to engagements, too.
            let isDeletion = methods.contains(record.method) && record.resource.hasPrefix("cnt_")
            if isDeletion, record.applied != "no" { body(record) }
            return !joiner.isCrowded
        }
    }

    /// The same, by an index that is renewed. All queries have to be about one record.
    static func findAll(
        _ queries: [JournalQuery], of workspace: String?, in path: FilePath, by index: inout JournalIndex
    ) throws(JournalProblem) -> [Result<JournalFinding, JournalProblem>] {
        guard let file = try open(path, isOpen: true) else { return [] }
        defer { file.close() }
        do throws(SystemError) {
            if let findings = try index.find(queries, of: workspace, in: file) {
                return findings.map { finding, excess in
                    excess.map { .failure(JournalProblem(path, $0)) } ?? .success(finding)
                }
            }
        } catch {
            throw JournalProblem(path, "can't be read: \(error.text)")
        }
        return try findAll(queries, of: workspace, in: path, isOpen: true)
    }

    /// Opens a journal to read it. Nil if there is none yet.
    private static func open(_ path: FilePath, isOpen: Bool) throws(JournalProblem) -> FileDescriptor? {
        let file: FileDescriptor
        do throws(SystemError) {
            file = try FileDescriptor.open(path, [.unlinked, .nonBlocking])
        } catch .noSuchFile {
            // Nobody has written to it yet.
            guard isOpen else { return nil }
            throw JournalProblem(path, "was removed or moved away while it was in use, with all that it held")
        } catch {
            throw JournalProblem(path, "can't be read: \(error.text)")
        }
        guard let reason = FileJournal.stranger(file) ?? FileJournal.foreign(file) else { return file }
        file.close()
        throw JournalProblem(path, reason)
    }

    /// Calls `body` with each line from the last to the first, until it returns false.
    private static func readLines(
        of path: FilePath, isOpen: Bool = false, _ body: (Bytes) -> Bool
    ) throws(JournalProblem) {
        guard let file = try open(path, isOpen: isOpen) else { return }
        defer { file.close() }
        do throws(SystemError) {
            try JournalReader(file: file).readBackwards(body)
        } catch {
            throw JournalProblem(path, "can't be read: \(error.text)")
        }
    }

    /// Block by block.
    private func readBackwards(_ body: (Bytes) -> Bool) throws(SystemError) {
        var position = try FileStatus(file).size
        // The end of a line that begins in an earlier block, and whether it is too long to be kept.
        let tail = ByteBuffer()
        var isTooLong = false
        while position > 0 {
            let size = min(Self.blockSize, position)
            position -= size
            let block = ByteBuffer()
            guard block.tryReserve(size + tail.count) else { throw .noMemory }
            try file.fill(block, size, from: position)
            if !isTooLong { block.append(tail) }
            tail.truncate(to: 0)
            var end = block.count
            // The text after the last line break may be cut, or still being written.
            while let line = block.bytes.slice(0, end).lastPosition(of: UInt8(ascii: "\n")) {
                if !isTooLong, line + 1 < end, !body(block.bytes.slice(line + 1, end)) { return }
                isTooLong = false
                end = line
            }
            if isTooLong { continue }
            if end > Self.lineLimit { isTooLong = true } else { tail.append(block.bytes.slice(0, end)) }
        }
        if !isTooLong, tail.count > 0 { _ = body(tail.bytes) }
    }
}
