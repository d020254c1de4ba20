import Bytes
import Foundation
import Platform

/// A journal in a file that only grows, and that several processes may share.
///
/// One thread writes all waiting events with one `write`, and waits for the disk with one `fdatasync`, so that only
/// those who asked for an answer wait, and all at once. `flock` guards each batch, which starts a new line. A batch
/// that does not fit is removed again.
///
/// Sendable, unchecked: `lock` guards everything that several threads touch; the rest is the writing thread's, or the
/// searching thread's.
package final class FileJournal: WriteJournal, @unchecked Sendable {
    private let path: FilePath
    private let workspace: String?
    private let now: @Sendable () -> Int
    private let digest: (JournalEvent) -> String?
    private let lock = NSCondition()
    private var waiting: [(line: ByteBuffer, token: Int?)] = []
    private var answers: [(token: Int, answer: JournalAnswer)] = []
    /// Searches to begin, each with the number of events that were appended before it, and whether a thread does.
    private var searches: [(query: JournalQuery, token: Int, after: Int)] = []
    private var isSearching = false
    /// Events that were appended, and those of them that are on disk or have failed.
    private var (appended, settled) = (0, 0)
    private var isClosing = false
    private var isOver = false
    /// Batches written to the disk.
    private var batches = 0
    private let wakes: OwnPipe
    private var file: FileDescriptor
    /// For a process that searches often, and the searches so far: the searching thread's alone, of which there is one.
    private var index = JournalIndex()
    private var searchCount = 0
    /// Searches that go without an index. Whoever undoes one write does not read a long journal to its beginning.
    private static let unindexed = 64

    /// Opens the journal, and creates the file if it is missing (0600).
    ///
    /// - Parameters:
    ///   - workspace: the base URL of the API, which stands beside each write; one that JSON has to escape is left out.
    ///   - now: returns the time in milliseconds since 1970.
    ///   - digest: returns what the line before a write notes of the address by which its record was named; called
    ///     where events are appended.
    /// - Throws: why it can't be used: a directory, a pipe, a device, a link, no permission, another user's file, a
    ///   file of another kind.
    package init(
        path: FilePath, workspace: String? = nil, now: @escaping @Sendable () -> Int,
        digest: @escaping (JournalEvent) -> String? = { _ in nil }
    ) throws(JournalProblem) {
        self.path = path
        self.workspace = workspace.flatMap { JournalLine.canHold(workspace: $0) ? $0 : nil }
        self.now = now
        self.digest = digest
        file = try Self.open(path)
        do throws(SystemError) {
            wakes = try OwnPipe(nonBlocking: true)
        } catch {
            file.close()
            throw JournalProblem(path, "can't be used: \(error.text)")
        }
        let thread = Thread { [self] in work() }
        thread.name = "journal"
        thread.start()
    }

    /// Readable when there are answers to collect.
    package var descriptor: FileDescriptor { wakes.reading }

    /// Batches written to the disk, each of one event or more.
    var batchCount: Int { lock.withLock { batches } }

    /// Appends an event, with the time.
    package func append(_ event: JournalEvent, token: Int?) {
        let line = ByteBuffer(capacity: 512)
        JournalLine.append(
            event, at: now(), process: ThisProcess.id, workspace: workspace, digest: digest(event), to: line)
        // An undo would pass over a line that can't be read, and put back who was there before an older write.
        let fault =
            line.isIncomplete ? "can't be written: there is no memory for the line" : JournalLine.fault(of: event)
        if let fault { return answer(token.map { [($0, .failed(fault))] } ?? []) }
        lock.withLock {
            waiting.append((line, token))
            appended += 1
            lock.broadcast()
        }
    }

    /// Searches for writes. Finds what was appended before.
    package func look(for query: JournalQuery, token: Int) {
        let isFirst = lock.withLock {
            searches.append((query, token, after: appended))
            defer { isSearching = true }
            return !isSearching
        }
        // On its own thread, so that a search through a long file does not hold up writes.
        if isFirst { Thread.detachNewThread { [self] in search() } }
    }

    /// The answers since the last call; `descriptor` is readable when there are any.
    package func collect() -> [(token: Int, answer: JournalAnswer)] {
        wakes.reading.drain()
        return lock.withLock {
            defer { answers = [] }
            return answers
        }
    }

    /// Waits until the appended events are on disk, for `seconds` at most.
    package func close(within seconds: Double) {
        let limit = Date(timeIntervalSinceNow: seconds)
        lock.withLock {
            isClosing = true
            lock.broadcast()
            while !isOver, lock.wait(until: limit) {}
        }
    }

    private func answer(_ new: [(token: Int, answer: JournalAnswer)]) {
        guard !new.isEmpty else { return }
        lock.withLock { answers += new }
        wakes.writing.wake()
    }

    // MARK: The searching thread

    /// Reads the file once for all searches that wait, as long as there are any.
    private func search() {
        Signals.keepFromThisThread()
        while let batch = nextSearches() {
            do throws(JournalProblem) {
                let findings = try findings(of: batch.map(\.query))
                answer(
                    zip(batch, findings).map { search, finding in
                        switch finding {
                        case .success(let found): (search.token, .found(found))
                        case .failure(let problem): (search.token, .failed(problem.reason))
                        }
                    })
            } catch {
                answer(batch.map { ($0.token, .failed(error.reason)) })
            }
        }
    }

    private func findings(
        of queries: [JournalQuery]
    ) throws(JournalProblem) -> [Result<JournalFinding, JournalProblem>] {
        searchCount += queries.count
        guard searchCount > Self.unindexed, queries.allSatisfy({ $0.resource != nil }) else {
            return try JournalReader.findAll(queries, of: workspace, in: path, isOpen: true)
        }
        return try JournalReader.findAll(queries, of: workspace, in: path, by: &index)
    }

    /// The searches that can begin: what was appended before them is on disk, or has failed. Waits for the first.
    private func nextSearches() -> ArraySlice<(query: JournalQuery, token: Int, after: Int)>? {
        lock.withLock {
            while let first = searches.first, settled < first.after, !isOver { lock.wait() }
            let batch = isOver ? searches[...] : searches.prefix { $0.after <= settled }
            searches.removeFirst(batch.count)
            isSearching = !batch.isEmpty
            return isSearching ? batch : nil
        }
    }

    // MARK: The writing thread

    private func work() {
        Signals.keepFromThisThread()
        while let batch = nextBatch() {
            let reason = put(batch.map(\.line))
            lock.withLock {
                batches += 1
                settled += batch.count
                lock.broadcast()
            }
            answer(
                batch.compactMap { entry in
                    entry.token.map { ($0, reason.map { .failed($0) } ?? .written) }
                })
        }
        lock.withLock {
            isOver = true
            lock.broadcast()
        }
    }

    private func nextBatch() -> [(line: ByteBuffer, token: Int?)]? {
        lock.withLock {
            while waiting.isEmpty, !isClosing { lock.wait() }
            defer { waiting = [] }
            return waiting.isEmpty ? nil : waiting
        }
    }

    /// Writes lines to the disk. Returns why it can't, as a clause, or nil.
    private func put(_ lines: [ByteBuffer]) -> String? {
        do throws(JournalProblem) {
            try reopenIfMoved()
        } catch {
            return error.reason
        }
        do throws(SystemError) {
            try file.lock()
        } catch {
            return "can't be locked: \(error.text)"
        }
        defer { file.unlock() }
        var size: Int
        do throws(SystemError) {
            size = try FileStatus(file).size
        } catch {
            return "can't be looked at: \(error.text)"
        }
        let text = ByteBuffer()
        // A process was killed while it wrote a line. If that was the first, the file has to begin like a journal.
        if size > 0, size < JournalLine.start.utf8CodeUnitCount {
            file.truncate(to: 0)
            size = 0
        } else if size > 0, let last = lastByte(size), last != UInt8(ascii: "\n") {
            text.append("\n")
        }
        for line in lines { text.append(line.bytes) }
        do throws(SystemError) {
            guard !text.isIncomplete else { throw .noMemory }
            try file.writeAll(text.bytes)
        } catch {
            file.truncate(to: size)
            return "can't be written: \(error.text)"
        }
        do throws(SystemError) {
            try file.synchronize()
        } catch {
            // The writes behind these lines are not begun.
            file.truncate(to: size)
            return "can't be brought to the disk: \(error.text)"
        }
        return nil
    }

    private func lastByte(_ size: Int) -> UInt8? {
        var byte: UInt8 = 0
        let count = withUnsafeMutableBytes(of: &byte) { try? file.read(into: $0, at: size - 1) }
        return count == 1 ? byte : nil
    }

    /// Reopens the path when the file was removed, or renamed by a log rotation.
    private func reopenIfMoved() throws(JournalProblem) {
        if let ours = try? FileStatus(file), let there = try? FileStatus(at: path), ours.isSame(as: there) { return }
        let fresh = try Self.open(path)
        file.close()
        file = fresh
    }

    private static func open(_ path: FilePath) throws(JournalProblem) -> FileDescriptor {
        let file: FileDescriptor
        do throws(SystemError) {
            // Without waiting: a pipe that nobody reads must not block the start.
            file = try FileDescriptor.open(path, [.both, .appending, .unlinked, .nonBlocking])
        } catch {
            throw JournalProblem(path, error == .isLink ? "is a symbolic link" : "can't be opened: \(error.text)")
        }
        if let reason = stranger(file) ?? foreign(file) {
            file.close()
            throw JournalProblem(path, reason)
        }
        return file
    }

    /// Why a file is no journal, as a clause; nil if it is one, or empty.
    static func foreign(_ file: FileDescriptor) -> String? {
        var first = [UInt8](repeating: 0, count: JournalLine.start.utf8CodeUnitCount)
        let count = first.withUnsafeMutableBytes { try? file.read(into: $0, at: 0) }
        guard let status = try? FileStatus(file), status.kind == .file else { return "is not a regular file" }
        let isOurs = count.map { count in
            JournalLine.start.withUTF8Buffer { $0.starts(with: first.prefix(count)) }
        }
        return isOurs == true ? nil : "is a file of another kind"
    }

    /// Why a file can't be trusted, as a clause: another user owns it, or may write to it; nil otherwise.
    static func stranger(_ file: FileDescriptor) -> String? {
        let status: FileStatus
        do throws(SystemError) {
            status = try FileStatus(file)
        } catch {
            return "can't be looked at: \(error.text)"
        }
        guard status.kind == .file else { return nil }
        guard status.isOurs else { return "belongs to another user" }
        return status.isWritableByOthers ? "can be written by others; chmod 600 keeps it to its owner" : nil
    }
}
