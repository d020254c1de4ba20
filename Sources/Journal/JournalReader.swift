import Bytes
import CSystem
import Glibc

/// Reads a journal from its end, so that what happened last is found first however long the file is. Lines that are
/// cut, foreign or longer than it keeps are passed over.
struct JournalReader {
    /// Bytes of a line, at most: a replacement of 100,000 contacts has 6 MB.
    static let lineLimit = 16 << 20
    private static let blockSize = 1 << 20

    private let descriptor: Int32
    private let query: JournalQuery
    private var ends: [JournalLine.Key: (applied: String, status: Int?)] = [:]
    private var records: [JournalRecord] = []

    private init(_ descriptor: Int32, _ query: JournalQuery) {
        self.descriptor = descriptor
        self.query = query
    }

    /// What `query` asks for, newest first. Throws why the file can't be read, as a clause.
    static func find(_ query: JournalQuery, in path: FilePath) throws(JournalProblem) -> [JournalRecord] {
        let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
        guard descriptor >= 0 else {
            // Nothing has been written yet.
            if errno == ENOENT { return [] }
            throw JournalProblem(path, "can't be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        if let reason = FileJournal.stranger(descriptor) { throw JournalProblem(path, reason) }
        var reader = JournalReader(descriptor, query)
        guard reader.readBackwards() else {
            throw JournalProblem(path, "can't be read: \(String(cString: strerror(errno)))")
        }
        return reader.records
    }

    /// Block by block. Returns false when the file can't be read.
    private mutating func readBackwards() -> Bool {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return false }
        var position = Int(facts.st_size)
        // The beginning of a line whose rest stands in the blocks before, and whether it is too long to be kept.
        let tail = ByteBuffer()
        var isTooLong = false
        while position > 0 {
            let size = min(Self.blockSize, position)
            position -= size
            let block = ByteBuffer(capacity: size + tail.count)
            guard block.tryReserve(size + tail.count) else {
                errno = ENOMEM
                return false
            }
            guard fill(block, size, from: position) else { return false }
            if !isTooLong { block.append(tail) }
            tail.truncate(to: 0)
            var end = block.count
            // What follows the last line break may be a line that is being written, or was cut.
            while case let line = rpc_last(block.bytes.baseAddress, end, UInt8(ascii: "\n")), line >= 0 {
                if !isTooLong { take(block.bytes.slice(line + 1, end)) }
                isTooLong = false
                end = line
                if records.count >= query.limit { return true }
            }
            if isTooLong { continue }
            if end > Self.lineLimit { isTooLong = true } else { tail.append(block.bytes.slice(0, end)) }
        }
        if !isTooLong { take(tail.bytes) }
        return true
    }

    private func fill(_ block: ByteBuffer, _ size: Int, from position: Int) -> Bool {
        while block.count < size {
            let room = block.spare(atLeast: size - block.count)
            let count = pread(descriptor, room.baseAddress, size - block.count, off_t(position + block.count))
            if count < 0, errno == EINTR { continue }
            // A file that has been made shorter meanwhile.
            guard count > 0 else { return false }
            block.commit(count)
        }
        return true
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

    /// Whether the wanted id stands somewhere in the line: far quicker to see than what the line says.
    private func mentions(_ line: Bytes) -> Bool {
        guard var id = query.resource else { return true }
        return id.withUTF8 { rpc_contains(line.baseAddress, line.count, $0.baseAddress, $0.count) != 0 }
    }
}
