import Bytes
import Jobs
import Platform
import Tables

/// The file for a table of what became of each row.
struct ReportFile {
    private let path: FilePath
    /// Whether this process has made it.
    private let isNew: Bool

    /// Makes sure that it can be written and that it is no table. Throws otherwise, before anything is sent.
    init(_ path: FilePath, table: TableFile) throws(Failure) {
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
        guard !table.isSame(as: status) else {
            throw Failure(sentence: "--report \(path.text.printable) is the table itself; name another file.")
        }
        guard status.kind != .file || status.size == 0 || Self.isReport(file) else {
            let text = "\(path.text.printable) is there already and is no report; name another file for --report."
            throw Failure(sentence: text, code: Failure.cantCreate)
        }
    }

    private static func isReport(_ file: FileDescriptor) -> Bool {
        let text = ByteBuffer()
        TableWriter(text, marked: true).append(row: ReportRow.heads)
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
            let table = TableWriter(text, marked: true)
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
