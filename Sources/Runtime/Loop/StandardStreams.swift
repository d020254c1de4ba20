import Bytes
import CSystem
import Glibc

/// The process's stdin and stdout, taken over for frames.
///
/// A pipe or terminal is opened anew (see `OwnDescription`); a socket is used with `MSG_DONTWAIT`. Afterwards
/// descriptor 0 is `/dev/null` and descriptor 1 is stderr: nothing but frames can reach the host.
public struct StandardStreams {
    let input: Stream
    let output: Stream

    /// Opens `/dev/null` in place of descriptors that the parent left closed, so that nothing of ours can end up as
    /// stdout. To be called before anything else is opened. Returns whether there is a stdout.
    public static func fillGaps() -> Bool {
        let hasOutput = fcntl(1, F_GETFD) >= 0
        for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDWR)
        }
        return hasOutput
    }

    /// Takes both over.
    public init() {
        input = Stream(taking: 0, O_RDONLY)
        output = Stream(taking: 1, O_WRONLY)
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        if null >= 0 {
            dup2(null, 0)
            close(null)
        }
        dup2(2, 1)
    }
}

/// One direction of the conversation with the host.
struct Stream {
    /// How to keep a call from blocking.
    private enum Care {
        /// The description is our own and set to `O_NONBLOCK`.
        case ownDescription
        /// A socket: each call says `MSG_DONTWAIT`.
        case socket
        /// A pipe that could not be opened anew: bytes go into a pipe of our own and are moved from there, which takes
        /// a flag of its own (splice(2)).
        case sharedPipe(staging: Staging)
        /// A terminal that could not be opened anew: a few bytes at a time, each time after asking.
        case sharedTerminal
        /// A file: it does not block for long.
        case file
    }

    /// What came of one read or write.
    enum Result: Equatable {
        case moved(Int)
        case wouldBlock
        case ended
        /// It can't be used, for the reason `errno` had.
        case failed(Int32)
    }

    /// What to poll: the description that the host gave. One that was opened anew on a named FIFO after its writer had
    /// gone is never told of the end.
    let descriptor: Int32
    /// What to read from or write to.
    private let channel: Int32
    private let care: Care
    private let isPipe: Bool
    private let isTerminal: Bool
    /// What to poll for to learn that the other end was closed, and nothing else. A pipe tells unasked.
    var hangUpEvents: Int32 { if case .socket = care { Self.readHangUp } else { 0 } }
    /// `POLLRDHUP` of poll(2): the peer of a socket writes no more.
    static let readHangUp: Int32 = 0x2000
    /// Whether it is a regular file.
    let isFile: Bool
    /// Whether it is a regular file of which something is left to read.
    var hasMoreOfFile: Bool {
        var status = stat()
        return isFile && fstat(channel, &status) == 0 && lseek(channel, 0, SEEK_CUR) < status.st_size
    }
    /// Bytes that wait to be read, as far as that can be told.
    var waiting: Int {
        var count: Int32 = 0
        return isFile || ioctl(channel, UInt(FIONREAD), &count) != 0 ? 0 : Int(count)
    }
    /// Bytes that go to a shared terminal at once.
    private static let terminalStep = 64

    init(taking inherited: Int32, _ mode: Int32) {
        var status = stat()
        fstat(inherited, &status)
        let own = fcntl(inherited, F_DUPFD_CLOEXEC, 3)
        let kind = status.st_mode & S_IFMT
        isPipe = kind == S_IFIFO
        isFile = kind == S_IFREG
        isTerminal = kind == S_IFCHR && isatty(inherited) == 1
        let reopened = isPipe || isTerminal ? OwnDescription.open(inherited, mode) : -1
        channel = reopened >= 0 ? reopened : own
        descriptor = own
        if reopened >= 0 {
            care = .ownDescription
        } else if isPipe, mode == O_WRONLY, let staging = Staging() {
            care = .sharedPipe(staging: staging)
        } else if kind == S_IFSOCK {
            care = .socket
        } else {
            care = isTerminal ? .sharedTerminal : .file
        }
    }

    /// Reads what is there. Call it after `poll` said so.
    func read(into room: UnsafeMutableRawBufferPointer) -> Result {
        while true {
            let count: Int
            if case .socket = care {
                count = recv(channel, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
            } else {
                count = Glibc.read(channel, room.baseAddress, room.count)
            }
            if count > 0 { return .moved(count) }
            if count == 0 { return .ended }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case ECONNRESET: return .ended
            // What a terminal says that has gone.
            case EIO where isTerminal: return .ended
            default: return .failed(errno)
            }
        }
    }

    /// Writes as much of the queue as is taken. `ended` when nobody reads any more.
    func write(_ queue: ChunkQueue) -> Result {
        var total = 0
        while queue.count > 0 {
            let count = writeSome(queue.front)
            if count < 0 {
                switch errno {
                case EINTR: continue
                case EAGAIN: return .wouldBlock
                case EPIPE, ECONNRESET: return .ended
                case EIO where isTerminal: return .ended
                default: return .failed(errno)
                }
            }
            queue.consume(count)
            total += count
        }
        return .moved(total)
    }

    private func writeSome(_ bytes: Bytes) -> Int {
        switch care {
        case .ownDescription, .file: return Glibc.write(channel, bytes.baseAddress, bytes.count)
        case .socket:
            return send(channel, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        case .sharedPipe(let staging): return staging.move(bytes, to: channel)
        case .sharedTerminal:
            guard OwnDescription.isWritable(channel) else {
                errno = EAGAIN
                return -1
            }
            return Glibc.write(channel, bytes.baseAddress, min(bytes.count, Self.terminalStep))
        }
    }

    /// `F_SETPIPE_SZ` and `F_GETPIPE_SZ` of fcntl(2).
    private static let (setPipeSize, getPipeSize): (Int32, Int32) = (1031, 1032)
    private static let (usualPipeSize, largePipeSize): (Int32, Int32) = (64 * 1024, 1024 * 1024)

    /// Makes the pipe large, so that a large answer takes fewer turns; true when it is. What one user's pipes may hold
    /// together is bounded, and past the bound each new pipe of that user's is a small one: where it is near, the pipe
    /// is left as it was.
    func growPipe() -> Bool {
        guard isPipe, fcntl(channel, Self.setPipeSize, Self.largePipeSize) >= 0 else { return false }
        var probe: [Int32] = [-1, -1]
        guard pipe(&probe) == 0 else { return true }
        let isNearBound = fcntl(probe[0], Self.getPipeSize) < Self.usualPipeSize
        close(probe[0])
        close(probe[1])
        if isNearBound { shrinkPipe() }
        return !isNearBound
    }

    /// Makes the pipe as it usually is, if what is in it allows that.
    func shrinkPipe() { _ = fcntl(channel, Self.setPipeSize, Self.usualPipeSize) }
}

/// A pipe of our own, from which bytes are moved into one whose description others share.
final class Staging {
    private var ends: [Int32] = [-1, -1]
    /// Bytes in it: the first of those that are to be moved next.
    private var held = 0
    /// Bytes that go in at once: what a pipe always has room for while it is empty.
    private static let most = 32 * 1024

    /// Nil where there are no descriptors for it.
    init?() {
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit { for end in ends where end >= 0 { close(end) } }

    /// Moves the first of `bytes` to `pipe`; returns how many, or -1 with `errno`. Bytes that were not moved are to be
    /// first among those of the next call.
    func move(_ bytes: Bytes, to pipe: Int32) -> Int {
        if held == 0 {
            let count = write(ends[1], bytes.baseAddress, min(bytes.count, Self.most))
            guard count > 0 else { return count }
            held = count
        }
        let moved = rpc_splice_now(ends[0], pipe, held)
        if moved > 0 { held -= moved }
        return moved
    }
}
