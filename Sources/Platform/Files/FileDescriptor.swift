import Bytes
import Glibc

/// The number of an open file, pipe, socket or terminal. Whoever opens it closes it.
package struct FileDescriptor: Hashable, Sendable {
    package let number: Int32

    @inlinable package init(_ number: Int32) { self.number = number }

    package static let standardInput = FileDescriptor(0)
    package static let standardOutput = FileDescriptor(1)
    package static let standardError = FileDescriptor(2)
    /// No descriptor; it never becomes ready.
    package static let none = FileDescriptor(-1)

    /// Whether this is a descriptor, which may be closed by now.
    @inlinable package var isSome: Bool { number >= 0 }

    /// How a file is to be opened.
    package struct Mode: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }

        package static let reading = Mode([])
        package static let writing = Mode(rawValue: O_WRONLY)
        package static let both = Mode(rawValue: O_RDWR)
        /// Every write appends, and a missing file is created for its owner alone.
        package static let appending = Mode(rawValue: O_APPEND | O_CREAT)
        /// A symbolic link is refused.
        package static let unlinked = Mode(rawValue: O_NOFOLLOW)
        /// Opening and using it never wait, not even on a pipe that nobody writes to.
        package static let nonBlocking = Mode(rawValue: O_NONBLOCK)
        /// Children inherit it.
        package static let inherited = Mode(rawValue: 1 << 30)
    }

    /// Opens a file. It never becomes the controlling terminal, and children don't inherit it, unless the mode says so.
    package static func open(_ path: FilePath, _ mode: Mode) throws(SystemError) -> FileDescriptor {
        var flags = mode.subtracting(.inherited).rawValue | O_NOCTTY
        if !mode.contains(.inherited) { flags |= O_CLOEXEC }
        let number = path.withCString { Glibc.open($0, flags, 0o600) }
        guard number >= 0 else { throw .last }
        return FileDescriptor(number)
    }

    package func close() { Glibc.close(number) }

    /// A copy of the descriptor, 3 or above, which children don't inherit; nil if none is left.
    package func duplicate() -> FileDescriptor? {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
        return copy >= 0 ? FileDescriptor(copy) : nil
    }

    /// Makes this number refer to what `other` has open.
    package func become(_ other: FileDescriptor) { dup2(other.number, number) }

    package var isOpen: Bool { fcntl(number, F_GETFD) >= 0 }

    /// Makes all calls on it non-blocking, for everyone who shares its description. False when that fails.
    @discardableResult
    package func stopBlocking() -> Bool { fcntl(number, F_SETFL, O_NONBLOCK) == 0 }

    /// Makes children not inherit it.
    func keepFromChildren() { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }

    package var isTerminal: Bool { isatty(number) == 1 }

    /// Reads what is there, once. Returns 0 at the end.
    package func read(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        let count = Glibc.read(number, room.baseAddress, room.count)
        guard count >= 0 else { throw .last }
        return count
    }

    /// Reads what is there, once, and appends it to `buffer`. Returns 0 at the end.
    package func read(onto buffer: ByteBuffer, atLeast room: Int) throws(SystemError) -> Int {
        let room = buffer.spare(atLeast: room)
        guard !room.isEmpty else { throw .noMemory }
        let count = try read(into: room)
        buffer.commit(count)
        return count
    }

    /// Reads up to the end, or to `limit` bytes; waits if it must.
    package func readAll(upTo limit: Int) throws(SystemError) -> ByteBuffer {
        let content = ByteBuffer()
        while content.count < limit {
            do throws(SystemError) {
                if try read(onto: content, atLeast: min(limit - content.count, 1 << 16)) == 0 { break }
            } catch .interrupted {
                continue
            } catch .wouldBlock {
                wait(for: .readable)
            }
        }
        return content
    }

    /// Reads at `offset` of a file, once. Returns 0 at the end.
    package func read(into room: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        let count = pread(number, room.baseAddress, room.count, off_t(offset))
        guard count >= 0 else { throw .last }
        return count
    }

    /// Reads and discards the bytes on a non-blocking descriptor, which only wake.
    package func drain() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { room in
            while Glibc.read(number, room.baseAddress, room.count) == room.count {}
        }
    }

    /// Writes as much as fits, once.
    package func write(_ bytes: Bytes) throws(SystemError) -> Int {
        let count = Glibc.write(number, bytes.baseAddress, bytes.count)
        guard count >= 0 else { throw .last }
        return count
    }

    /// Writes all of `bytes`, and waits if it must.
    package func writeAll(_ bytes: Bytes) throws(SystemError) {
        var rest = bytes
        while !rest.isEmpty {
            do throws(SystemError) {
                let count = try write(rest)
                guard count > 0 else { throw .inputOutput }
                rest = rest.dropping(count)
            } catch .interrupted {
                continue
            } catch .wouldBlock {
                wait(for: .writable)
            }
        }
    }

    /// Writes all of `text`, and waits if it must.
    package func writeAll(text: String) throws(SystemError) {
        let buffer = ByteBuffer(text: text)
        defer { withExtendedLifetime(buffer) {} }
        try writeAll(buffer.bytes)
    }

    /// Writes one byte if there is room for it, to wake whoever polls the other end.
    package func wake() { _ = Glibc.write(number, [1], 1) }

    /// Waits for one of `events`, for `milliseconds` at most; -1 for ever. False if none came.
    @discardableResult
    package func wait(for events: PollEvents, milliseconds: Int32 = -1) -> Bool {
        var entry = pollfd(fd: number, events: events.rawValue, revents: 0)
        while poll(&entry, 1, milliseconds) < 0, errno == EINTR {}
        return PollEvents(rawValue: entry.revents).hasAny(of: events)
    }

    /// Bytes that wait to be read; nil if the system can't tell.
    package var waitingBytes: Int? {
        var count: Int32 = 0
        return ioctl(number, UInt(FIONREAD), &count) == 0 ? Int(count) : nil
    }
}

// MARK: Regular files

extension FileDescriptor {
    /// The position of the next read.
    package var position: Int { Int(lseek(number, 0, SEEK_CUR)) }

    /// Cuts the file, or extends it with zeros.
    package func truncate(to size: Int) { ftruncate(number, off_t(size)) }

    /// Waits until everything written is on disk.
    package func synchronize() throws(SystemError) { if fdatasync(number) != 0 { throw .last } }

    /// Takes the file's lock (flock(2)), and waits while another process has it.
    package func lock() throws(SystemError) {
        while flock(number, LOCK_EX) != 0 { if errno != EINTR { throw .last } }
    }

    /// Takes the file's lock if nobody else has it; false if somebody does.
    package func tryLock() -> Bool { flock(number, LOCK_EX | LOCK_NB) == 0 }

    package func unlock() { flock(number, LOCK_UN) }
}
