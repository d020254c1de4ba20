import Bytes
import Foundation
import Glibc

/// Why a journal can't be used.
public struct JournalProblem: Error, Sendable {
    /// As a sentence.
    public let sentence: String
    /// As a clause about the file.
    let reason: String

    init(_ path: FilePath, _ reason: String) {
        self.reason = reason
        sentence = "The journal \(path.text) \(reason)."
    }
}

/// A journal in a file that is only ever appended to, and that several processes may share.
///
/// One thread of its own writes all that waits with one `write` and brings it to the disk with one `fdatasync`, so that
/// nobody waits for the disk but those who asked, and all of these together. Each batch is written under `flock`, and
/// behind a whole line; one that does not fit is taken out again.
///
/// Sendable, unchecked: everything that both threads touch is guarded by `lock`; the rest is the writing thread's.
public final class FileJournal: Journal, @unchecked Sendable {
    private let path: FilePath
    private let now: @Sendable () -> String
    private let lock = NSCondition()
    private var waiting: [(line: [UInt8], token: Int?)] = []
    private var answers: [(token: Int, answer: JournalAnswer)] = []
    private var isClosing = false
    private var isOver = false
    /// How many batches were brought to the disk.
    private var batches = 0
    private let wakeReading: Int32
    private let wakeWriting: Int32
    private var file: Int32

    /// Opens the journal, which is made when it is not there (0600).
    ///
    /// - Parameter now: the time, as RFC 3339 has it.
    /// - Throws: why it can't be used: a directory, a pipe, a device, a link, no permission, another user's, a file of
    ///   another kind.
    public init(path: FilePath, now: @escaping @Sendable () -> String) throws(JournalProblem) {
        self.path = path
        self.now = now
        file = try Self.open(path)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            Glibc.close(file)
            throw JournalProblem(path, "can't be used: \(String(cString: strerror(errno)))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (wakeReading, wakeWriting) = (ends[0], ends[1])
        let thread = Thread { [self] in work() }
        thread.name = "journal"
        thread.start()
    }

    /// Readable when there are answers to collect.
    public var descriptor: Int32 { wakeReading }

    /// How many times events were brought to the disk, together or alone.
    public var batchCount: Int { lock.withLock { batches } }

    /// Notes an event, with the time.
    public func append(_ event: JournalEvent, token: Int?) {
        let line = ByteBuffer()
        JournalLine.append(event, at: now(), process: getpid(), to: line)
        guard !line.isIncomplete else {
            return answer(token.map { [($0, .failed("can't be written: there is no memory for the line"))] } ?? [])
        }
        lock.withLock {
            waiting.append((Array(line.bytes), token))
            lock.signal()
        }
    }

    /// Looks for writes, in a thread of its own.
    public func look(for query: JournalQuery, token: Int) {
        // On a thread of its own: a search through a long file must not keep writes waiting.
        Thread.detachNewThread { [self] in
            do throws(JournalProblem) {
                answer([(token, .found(try JournalReader.find(query, in: path)))])
            } catch {
                answer([(token, .failed(error.reason))])
            }
        }
    }

    /// The answers that have come since the last time; `descriptor` is readable when there are any.
    public func collect() -> [(token: Int, answer: JournalAnswer)] {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wakeReading, &bytes, bytes.count) == bytes.count {}
        return lock.withLock {
            defer { answers = [] }
            return answers
        }
    }

    /// Waits until what was appended is on disk, for so many seconds at most.
    public func close(within seconds: Double) {
        let limit = Date(timeIntervalSinceNow: seconds)
        lock.withLock {
            isClosing = true
            lock.signal()
            while !isOver, lock.wait(until: limit) {}
        }
    }

    private func answer(_ new: [(token: Int, answer: JournalAnswer)]) {
        guard !new.isEmpty else { return }
        lock.withLock { answers += new }
        _ = Glibc.write(wakeWriting, [1], 1)
    }

    // MARK: The writing thread

    private func work() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        while let batch = nextBatch() {
            let reason = put(batch.flatMap(\.line))
            lock.withLock { batches += 1 }
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

    private func nextBatch() -> [(line: [UInt8], token: Int?)]? {
        lock.withLock {
            while waiting.isEmpty, !isClosing { lock.wait() }
            defer { waiting = [] }
            return waiting.isEmpty ? nil : waiting
        }
    }

    /// Brings lines to the disk. Returns why that can't be, as a clause, or nil.
    private func put(_ lines: [UInt8]) -> String? {
        do throws(JournalProblem) {
            try reopenIfMoved()
        } catch {
            return error.reason
        }
        while flock(file, LOCK_EX) != 0 { if errno != EINTR { return Self.failure("locked") } }
        defer { flock(file, LOCK_UN) }
        let size = lseek(file, 0, SEEK_END)
        var text = lines
        var last: UInt8 = 0
        // Somebody was killed within a line.
        if size > 0, pread(file, &last, 1, size - 1) == 1, last != UInt8(ascii: "\n") {
            text.insert(UInt8(ascii: "\n"), at: 0)
        }
        var written = 0
        while written < text.count {
            let count = text.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + written }, text.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let reason = Self.failure("written")
                ftruncate(file, size)
                return reason
            }
            written += count
        }
        return fdatasync(file) == 0 ? nil : Self.failure("brought to the disk")
    }

    private static func failure(_ verb: String) -> String { "can't be \(verb): \(String(cString: strerror(errno)))" }

    /// When the file was removed, or renamed by whoever rotates logs, the path is opened anew.
    private func reopenIfMoved() throws(JournalProblem) {
        var (ours, there) = (stat(), stat())
        guard fstat(file, &ours) == 0, path.withCString({ lstat($0, &there) }) == 0, ours.st_ino == there.st_ino,
            ours.st_dev == there.st_dev
        else {
            let fresh = try Self.open(path)
            Glibc.close(file)
            file = fresh
            return
        }
    }

    private static func open(_ path: FilePath) throws(JournalProblem) -> Int32 {
        // O_NONBLOCK: a pipe that nobody reads must not stop the start.
        let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        let file = path.withCString { Glibc.open($0, flags, 0o600) }
        guard file >= 0 else {
            let reason = errno == ELOOP ? "is a symbolic link" : "can't be opened: \(String(cString: strerror(errno)))"
            throw JournalProblem(path, reason)
        }
        if let reason = stranger(file) {
            Glibc.close(file)
            throw JournalProblem(path, reason)
        }
        var facts = stat()
        var first = [UInt8](repeating: 0, count: JournalLine.start.utf8CodeUnitCount)
        let count = pread(file, &first, first.count, 0)
        let isRegular = fstat(file, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
        let isOurs = count >= 0 && JournalLine.start.withUTF8Buffer { $0.starts(with: first.prefix(count)) }
        guard isRegular, isOurs else {
            Glibc.close(file)
            throw JournalProblem(path, isRegular ? "is a file of another kind" : "is not a regular file")
        }
        return file
    }

    /// Why a file is not to be relied on, as a clause: somebody else owns it, or may write to it. Nil where neither is
    /// so.
    static func stranger(_ file: Int32) -> String? {
        var facts = stat()
        guard fstat(file, &facts) == 0 else { return "can't be looked at: \(String(cString: strerror(errno)))" }
        guard facts.st_mode & S_IFMT == S_IFREG else { return nil }
        guard facts.st_uid == geteuid() else { return "belongs to another user" }
        let isClosed = facts.st_mode & (S_IWGRP | S_IWOTH) == 0
        return isClosed ? nil : "can be written by others; chmod 600 keeps it to its owner"
    }
}
