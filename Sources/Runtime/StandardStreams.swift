import Bytes
import Glibc

/// The process's stdin and stdout, taken over for frames.
///
/// `O_NONBLOCK` set on an inherited descriptor would reach everyone who shares it. So a pipe is opened anew through
/// `/proc/self/fd`, which gives this process a file description of its own; a socket is used with `MSG_DONTWAIT`.
/// Afterwards descriptor 0 is `/dev/null` and descriptor 1 is stderr: nothing but frames can reach the host.
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
        /// A pipe that could not be opened anew: after `poll` a page always fits.
        case sharedPipe
        /// A file or terminal: it does not block for long.
        case file
    }

    /// What came of one read or write.
    enum Result: Equatable {
        case moved(Int)
        case wouldBlock
        case ended
    }

    /// What to poll: the description that the host gave. One that was opened anew on a named FIFO after its writer had
    /// gone is never told of the end.
    let descriptor: Int32
    /// What to read from or write to.
    private let channel: Int32
    /// What to poll for to learn that the other end was closed, and nothing else. A pipe tells unasked.
    var hangUpEvents: Int32 { care == .socket ? Self.readHangUp : 0 }
    /// `POLLRDHUP` of poll(2): the peer of a socket writes no more.
    static let readHangUp: Int32 = 0x2000
    private let care: Care
    private static let page = 4096
    /// `F_SETPIPE_SZ` of fcntl(2).
    private static let setPipeSize: Int32 = 1031

    init(taking inherited: Int32, _ mode: Int32) {
        var status = stat()
        fstat(inherited, &status)
        let own = fcntl(inherited, F_DUPFD_CLOEXEC, 3)
        switch status.st_mode & S_IFMT {
        case S_IFIFO:
            let reopened = open("/proc/self/fd/\(inherited)", mode | O_NONBLOCK | O_CLOEXEC)
            // Fewer turns for a large answer. Refused where the user's pipes hold too much already, which is no matter.
            if mode == O_WRONLY { _ = fcntl(reopened, Self.setPipeSize, 1024 * 1024) }
            channel = reopened >= 0 ? reopened : own
            care = reopened >= 0 ? .ownDescription : .sharedPipe
        case S_IFSOCK: (channel, care) = (own, .socket)
        default: (channel, care) = (own, .file)
        }
        descriptor = own
    }

    /// Reads what is there. Call it after `poll` said so.
    func read(into room: UnsafeMutableRawBufferPointer) -> Result {
        while true {
            let count =
                care == .socket
                ? recv(channel, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
                : Glibc.read(channel, room.baseAddress, room.count)
            if count > 0 { return .moved(count) }
            if count < 0, errno == EINTR { continue }
            return count < 0 && errno == EAGAIN ? .wouldBlock : .ended
        }
    }

    /// Writes as much of the queue as is taken. `ended` when nobody reads any more.
    func write(_ queue: ChunkQueue) -> Result {
        var total = 0
        while queue.count > 0 {
            let count = writeSome(queue)
            if count < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN ? .wouldBlock : .ended
            }
            queue.consume(count)
            total += count
            if care == .sharedPipe, queue.count > 0 { return .wouldBlock }
        }
        return .moved(total)
    }

    private func writeSome(_ queue: ChunkQueue) -> Int {
        if care == .sharedPipe {
            return Glibc.write(channel, queue.front.baseAddress, min(queue.front.count, Self.page))
        }
        if care == .socket {
            let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
            return send(channel, queue.front.baseAddress, queue.front.count, flags)
        }
        return Glibc.write(channel, queue.front.baseAddress, queue.front.count)
    }
}
