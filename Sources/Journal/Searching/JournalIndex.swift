import Bytes
import Platform

/// Where the lines about each record stand in a journal that grows, so that thousands of searches, as a job makes them,
/// don't read all of it each time.
struct JournalIndex {
    /// Each line's beginning, in the order of the file.
    private var starts: [Int] = []
    /// Of each line, the line before it about the same record; -1 for none.
    private var previous: [Int32] = []
    /// The last line about each record, by the fingerprint of its id.
    private var last: [UInt64: Int32] = [:]
    /// Lines that don't tell their record where this program writes it.
    private var others: [Int32] = []
    /// Where the first line stands that is not in it.
    private var end = 0
    private var status: FileStatus?
    /// The text before that. Where it is another, the file was cut and written again.
    private var seal: [UInt8] = []

    /// Lines, at most. A longer journal is searched without an index.
    private let limit: Int
    private static let usualLimit = 1 << 20
    private static let blockSize = 1 << 20
    /// A line tells its record in so many bytes at its beginning.
    private static let headSize = 1024
    private static let sealSize = 512

    init(limit: Int = usualLimit) { self.limit = limit }

    /// What each of `queries`, all of them about one record, finds in `file`; nil if it has too many lines.
    mutating func find(
        _ queries: [JournalQuery], of workspace: String? = nil, in file: FileDescriptor
    ) throws(SystemError) -> [(JournalFinding, excess: String?)]? {
        let now = try FileStatus(file)
        if let status {
            let isLonger = status.isSame(as: now) && now.size >= end
            let isSame = isLonger ? try textBeforeEnd(of: file) == seal : false
            if !isSame { self = JournalIndex(limit: limit) }
        }
        status = now
        try extend(to: now.size, of: file)
        seal = try textBeforeEnd(of: file)
        guard starts.count <= limit else {
            // Its memory is given back, and it stays too long.
            self = JournalIndex(limit: -1)
            return nil
        }
        // The text after the last line break may be cut, or still being written.
        let rest = ByteBuffer()
        if now.size - end <= JournalReader.lineLimit { try file.fill(rest, now.size - end, from: end) }
        var findings: [(JournalFinding, excess: String?)] = []
        for query in queries {
            var search = JournalSearch(query, of: workspace)
            if rest.count > 0 { search.read(rest.bytes) }
            for index in lines(about: query.resource ?? "") {
                if search.isOver { break }
                let line = ByteBuffer()
                let next = index + 1 < starts.count ? starts[index + 1] : end
                let size = next - 1 - starts[index]
                guard size <= JournalReader.lineLimit else { continue }
                try file.fill(line, size, from: starts[index])
                withExtendedLifetime(line) { search.read(line.bytes) }
            }
            findings.append((search.finding, search.excess))
        }
        return findings
    }

    /// The lines that may be about a record, newest first.
    private func lines(about record: String) -> [Int] {
        var lines: [Int] = []
        var line = last[Array(record.utf8).withUnsafeBytes(\.fingerprint)] ?? -1
        while line >= 0 {
            lines.append(Int(line))
            line = previous[Int(line)]
        }
        return others.isEmpty ? lines : (lines + others.map(Int.init)).sorted(by: >)
    }

    /// Reads the whole lines that have been appended.
    private mutating func extend(to size: Int, of file: FileDescriptor) throws(SystemError) {
        while end < size, starts.count <= limit {
            let block = ByteBuffer()
            try file.fill(block, min(Self.blockSize, size - end), from: end)
            var start = 0
            while let length = block.bytes.dropping(start).firstPosition(of: UInt8(ascii: "\n")) {
                add(block.bytes.slice(start, start + length), at: end + start)
                start += length + 1
            }
            if start == 0 {
                guard let next = try breakPosition(from: end + block.count, to: size, of: file) else { return }
                add(block.bytes, at: end)
                start = next + 1 - end
            }
            end += start
        }
    }

    private func textBeforeEnd(of file: FileDescriptor) throws(SystemError) -> [UInt8] {
        let text = ByteBuffer()
        let size = min(Self.sealSize, end)
        try file.fill(text, size, from: end - size)
        return Array(text.bytes)
    }

    /// The position of the first line break; nil if there is none.
    private func breakPosition(
        from start: Int, to size: Int, of file: FileDescriptor
    ) throws(SystemError) -> Int? {
        var position = start
        while position < size {
            let block = ByteBuffer()
            try file.fill(block, min(Self.blockSize, size - position), from: position)
            if let found = block.bytes.firstPosition(of: UInt8(ascii: "\n")) { return position + found }
            position += block.count
        }
        return nil
    }

    private mutating func add(_ line: Bytes, at start: Int) {
        let number = Int32(starts.count)
        starts.append(start)
        guard let id = JournalSearches.id(in: line.slice(0, min(line.count, Self.headSize))) else {
            others.append(number)
            previous.append(-1)
            return
        }
        previous.append(last.updateValue(number, forKey: id.fingerprint) ?? -1)
    }
}
