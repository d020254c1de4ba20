import Bytes
import Platform

/// Reads a journal from its end, so that it finds the newest events first, however long the file is. Skips lines that
/// are cut, foreign or too long.
struct JournalReader {
    /// Bytes of a line, at most: a replacement of 100,000 contacts has 6 MB.
    static let lineLimit = 16 << 20
    private static let blockSize = 1 << 20

    private let file: FileDescriptor
    private let query: JournalQuery
    private var ends: [JournalLine.Key: (applied: String, status: Int?)] = [:]
    private var records: [JournalRecord] = []

    private init(_ file: FileDescriptor, _ query: JournalQuery) {
        self.file = file
        self.query = query
    }

    /// The writes that match `query`, newest first. Throws why the file can't be read.
    static func find(_ query: JournalQuery, in path: FilePath) throws(JournalProblem) -> [JournalRecord] {
        let file: FileDescriptor
        do throws(SystemError) {
            file = try FileDescriptor.open(path, [.unlinked, .nonBlocking])
        } catch .noSuchFile {
            // Nobody has written to it yet.
            return []
        } catch {
            throw JournalProblem(path, "can't be read: \(error.text)")
        }
        defer { file.close() }
        if let reason = FileJournal.stranger(file) { throw JournalProblem(path, reason) }
        var reader = JournalReader(file, query)
        do throws(SystemError) {
            try reader.readBackwards()
        } catch {
            throw JournalProblem(path, "can't be read: \(error.text)")
        }
        return reader.records
    }

    /// Block by block.
    private mutating func readBackwards() throws(SystemError) {
        var position = try FileStatus(file).size
        // The end of a line that begins in an earlier block, and whether it is too long to be kept.
        let tail = ByteBuffer()
        var isTooLong = false
        while position > 0 {
            let size = min(Self.blockSize, position)
            position -= size
            let block = ByteBuffer(capacity: size + tail.count)
            guard block.tryReserve(size + tail.count) else { throw .noMemory }
            try fill(block, size, from: position)
            if !isTooLong { block.append(tail) }
            tail.truncate(to: 0)
            var end = block.count
            // The text after the last line break may be cut, or still being written.
            while let line = block.bytes.slice(0, end).lastPosition(of: UInt8(ascii: "\n")) {
                if !isTooLong { take(block.bytes.slice(line + 1, end)) }
                isTooLong = false
                end = line
                if records.count >= query.limit { return }
            }
            if isTooLong { continue }
            if end > Self.lineLimit { isTooLong = true } else { tail.append(block.bytes.slice(0, end)) }
        }
        if !isTooLong { take(tail.bytes) }
    }

    private func fill(_ block: ByteBuffer, _ size: Int, from position: Int) throws(SystemError) {
        while block.count < size {
            let room = UnsafeMutableRawBufferPointer(
                rebasing: block.spare(atLeast: size - block.count).prefix(size - block.count))
            do throws(SystemError) {
                let count = try file.read(into: room, at: position + block.count)
                // The file has become shorter meanwhile.
                guard count > 0 else { throw .inputOutput }
                block.commit(count)
            } catch .interrupted {
                continue
            }
        }
    }

    private mutating func take(_ line: Bytes) {
        guard !line.isEmpty, mentions(line), let read = JournalLine.read(line) else { return }
        switch read {
        case .end(let key, let applied, let status): ends[key] = (applied, status)
        case .begin(let key, let begun):
            let end = ends.removeValue(forKey: key)
            guard query.resource.map({ $0 == begun.resource }) ?? true, records.count < query.limit else { return }
            let record = JournalRecord(
                number: begun.number, at: begun.at, method: begun.method, resource: begun.resource,
                before: begun.before, wanted: begun.wanted, applied: end?.applied ?? "unknown", status: end?.status)
            if query.isForUndo, record.before == nil || record.wanted == nil || record.applied == "no" { return }
            records.append(record)
        }
    }

    /// Whether the wanted id occurs in the line: much faster than parsing it.
    private func mentions(_ line: Bytes) -> Bool {
        guard var id = query.resource else { return true }
        return id.withUTF8 { line.holds(Bytes($0)) }
    }
}
