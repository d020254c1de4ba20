import Bytes
import Jobs
import Platform
import Tables

/// The file for a table of what became of each row.
struct ReportFile {
    private let path: FilePath
    /// Whether this process has made it.
    private let isNew: Bool

    /// Makes sure that it can be written, and that it is neither the table, nor the journal, nor a stream of this
    /// process. Throws otherwise, before anything is sent.
    init(_ path: FilePath, table: TableFile, journal: FilePath) throws(Failure) {
        self.path = path
        isNew = (try? FileStatus(at: path)) == nil
        let file: FileDescriptor
        let status: FileStatus
        do throws(SystemError) {
            file = try FileDescriptor.open(path, [.both, .appending, .nonBlocking])
            status = try FileStatus(file)
        } catch {
            let text = "The report \(path.text.printable) can't be written, so nothing was sent: \(error.text)."
            throw Failure(sentence: text, code: Failure.cantCreate)
        }
        defer { file.close() }
        if let other = Self.owner(of: status, table, journal) {
            withdraw()
            throw Failure(sentence: "--report \(path.text.printable) is \(other); name another file.")
        }
        guard status.kind != .file || status.size == 0 || Self.isReport(file) else {
            let text = "\(path.text.printable) is there already and is no report; name another file for --report."
            throw Failure(sentence: text, code: Failure.cantCreate)
        }
    }

    /// What else the file is; nil if it is nothing else. A device such as /dev/null takes whatever it is given.
    private static func owner(of status: FileStatus, _ table: TableFile, _ journal: FilePath) -> String? {
        if table.isSame(as: status) { return "the table itself" }
        let kept = (try? FileDescriptor.open(journal, [.reading, .nonBlocking])).flatMap { file in
            defer { file.close() }
            return try? FileStatus(file)
        }
        if kept?.isSame(as: status) == true { return "the journal" }
        let streams: [(FileDescriptor, String)] = [
            (.standardInput, "stdin"), (.standardOutput, "stdout"), (.standardError, "stderr"),
        ]
        return streams.first { stream, _ in
            guard status.kind != .characterDevice || stream.isTerminal, let own = try? FileStatus(stream) else {
                return false
            }
            return own.isSame(as: status)
        }?.1
    }

    private static func isReport(_ file: FileDescriptor) -> Bool {
        let text = ByteBuffer()
        TableWriter(text, for: .spreadsheet).append(row: ReportRow.heads)
        let head = Array(text.bytes)
        var start = [UInt8](repeating: 0, count: head.count)
        let count = start.withUnsafeMutableBytes { try? file.read(into: $0, at: 0) }
        return count == head.count && start == head
    }

    /// Takes away what has no report in it; one of an earlier run stays as it is.
    func withdraw() {
        if isNew, let status = try? FileStatus(at: path), status.kind == .file, status.size == 0 { Folder.remove(path) }
    }

    /// Writes the report over what was there. Returns why it can't, as a sentence, or nil.
    func write(_ rows: [ReportRow]) -> String? {
        do throws(SystemError) {
            let file = try FileDescriptor.open(path, .writing)
            defer { file.close() }
            if try FileStatus(file).kind == .file { file.truncate(to: 0) }
            let text = ByteBuffer()
            // Spreadsheets take a file without the mark for Windows' encoding.
            let table = TableWriter(text, for: .spreadsheet)
            table.append(row: ReportRow.heads)
            for row in rows {
                table.append(row: row.cells)
                guard text.count > 64 * 1024 else { continue }
                try file.writeAll(text.bytes)
                text.truncate(to: 0)
            }
            try file.writeAll(text.bytes)
            return nil
        } catch {
            return "The report \(path.text) can't be written: \(error.text)."
        }
    }
}
