import Bytes
import Glibc

/// Something open, by its number: a file, a pipe, a socket, a terminal. Whoever opens it closes it.
package struct FileDescriptor: Hashable, Sendable {
    package let number: Int32

    @inlinable package init(_ number: Int32) { self.number = number }

    package static let standardInput = FileDescriptor(0)
    package static let standardOutput = FileDescriptor(1)
    package static let standardError = FileDescriptor(2)
    /// Stands where nothing is open; nothing ever becomes ready on it.
    package static let none = FileDescriptor(-1)

    /// Whether it stands for something, which may be closed by now.
    @inlinable package var isSome: Bool { number >= 0 }

    /// How a file is to be opened.
    package struct Mode: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }

        package static let reading = Mode([])
        package static let writing = Mode(rawValue: O_WRONLY)
        package static let both = Mode(rawValue: O_RDWR)
        /// Every write goes behind all that is there, and the file is made for its owner alone where it is not there.
        package static let appending = Mode(rawValue: O_APPEND | O_CREAT)
        /// A symbolic link is refused.
        package static let unlinked = Mode(rawValue: O_NOFOLLOW)
        /// Neither opening nor what is done with it ever waits, as for a pipe that nobody writes to.
        package static let nonBlocking = Mode(rawValue: O_NONBLOCK)
        /// Children have it, too.
        package static let inherited = Mode(rawValue: 1 << 30)
    }

    /// Opens a file. No terminal becomes ours by that, and no child has the descriptor.
    package static func open(_ path: FilePath, _ mode: Mode) throws(SystemError) -> FileDescriptor {
        var flags = mode.subtracting(.inherited).rawValue | O_NOCTTY
        if !mode.contains(.inherited) { flags |= O_CLOEXEC }
        let number = path.withCString { Glibc.open($0, flags, 0o600) }
        guard number >= 0 else { throw .last }
        return FileDescriptor(number)
    }

    package func close() { Glibc.close(number) }

    /// Another descriptor for the same, from 3 on, which no child has. Nil where there is none left.
    package func duplicate() -> FileDescriptor? {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
        return copy >= 0 ? FileDescriptor(copy) : nil
    }

    /// Has this stand for what `other` stands for.
    package func become(_ other: FileDescriptor) { dup2(other.number, number) }

    /// Whether it is open.
    package var isOpen: Bool { fcntl(number, F_GETFD) >= 0 }

    /// Has no call on it wait, whoever shares what is open. False where that can't be.
    @discardableResult
    package func stopBlocking() -> Bool { fcntl(number, F_SETFL, O_NONBLOCK) == 0 }

    /// Keeps it from children.
    func keepFromChildren() { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }

    package var isTerminal: Bool { isatty(number) == 1 }

    /// Reads what is there, once. Zero at the end.
    package func read(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        let count = Glibc.read(number, room.baseAddress, room.count)
        guard count >= 0 else { throw .last }
        return count
    }

    /// Reads what is there, once, behind what `buffer` holds. Zero at the end.
    package func read(onto buffer: ByteBuffer, atLeast room: Int) throws(SystemError) -> Int {
        let room = buffer.spare(atLeast: room)
        guard !room.isEmpty else { throw .noMemory }
        let count = try read(into: room)
        buffer.commit(count)
        return count
    }

    /// Reads what stands at `offset` of a file, once. Zero at the end.
    package func read(into room: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        let count = pread(number, room.baseAddress, room.count, off_t(offset))
        guard count >= 0 else { throw .last }
        return count
    }

    /// Reads and forgets what there is of a descriptor that does not block: bytes that only wake.
    package func drain() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { room in
            while Glibc.read(number, room.baseAddress, room.count) == room.count {}
        }
    }

    /// Writes as much as is taken, once.
    package func write(_ bytes: Bytes) throws(SystemError) -> Int {
        let count = Glibc.write(number, bytes.baseAddress, bytes.count)
        guard count >= 0 else { throw .last }
        return count
    }

    /// Writes all of it, and waits where it has to.
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

    /// Writes all of a text, and waits where it has to.
    package func writeAll(text: String) throws(SystemError) {
        let buffer = ByteBuffer(text: text)
        defer { withExtendedLifetime(buffer) {} }
        try writeAll(buffer.bytes)
    }

    /// Writes one byte, if there is room for it: enough to wake who waits for this.
    package func wake() { _ = Glibc.write(number, [1], 1) }

    /// Waits until one of `events` has come; for so many milliseconds at most, -1 for ever. False when none has.
    @discardableResult
    package func wait(for events: PollEvents, milliseconds: Int32 = -1) -> Bool {
        var entry = pollfd(fd: number, events: events.rawValue, revents: 0)
        while poll(&entry, 1, milliseconds) < 0, errno == EINTR {}
        return !PollEvents(rawValue: entry.revents).isDisjoint(with: events)
    }

    /// Bytes that wait to be read, where the system can tell.
    package var waitingBytes: Int? {
        var count: Int32 = 0
        return ioctl(number, UInt(FIONREAD), &count) == 0 ? Int(count) : nil
    }
}

// MARK: Regular files

extension FileDescriptor {
    /// Where the next byte is read.
    package var position: Int { Int(lseek(number, 0, SEEK_CUR)) }

    /// Cuts the file, or fills it up with zeros.
    package func truncate(to size: Int) { ftruncate(number, off_t(size)) }

    /// Waits until what was written is on disk.
    package func synchronize() throws(SystemError) { if fdatasync(number) != 0 { throw .last } }

    /// Waits until no other process has the lock on the file, and takes it (flock(2)).
    package func lock() throws(SystemError) {
        while flock(number, LOCK_EX) != 0 { if errno != EINTR { throw .last } }
    }

    package func unlock() { flock(number, LOCK_UN) }
}
