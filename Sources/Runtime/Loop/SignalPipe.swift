import Glibc

/// Where the signal handler writes. Set once, before the handler is installed, and only read afterwards.
private nonisolated(unsafe) var handlerEnd: Int32 = -1

/// Turns SIGTERM, SIGINT and SIGHUP into bytes on a pipe that the loop polls, and has SIGPIPE ignored. A SIGHUP that
/// was ignored when the process began stays ignored: that is what `nohup` is for. One that the parent has blocked is
/// let through: a mask is inherited, and nothing else would ever lift it.
public struct SignalPipe {
    let descriptor: Int32

    /// Installs the handlers. Call it once, before other threads exist.
    public init() {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = ends[0]
        handlerEnd = ends[1]
        signal(SIGPIPE, SIG_IGN)
        var before = sigaction()
        sigaction(SIGHUP, nil, &before)
        let isHangUpIgnored = before.__sigaction_handler.sa_handler.map { unsafeBitCast($0, to: Int.self) } == 1
        var handled = sigset_t()
        sigemptyset(&handled)
        for number in isHangUpIgnored ? [SIGTERM, SIGINT] : [SIGTERM, SIGINT, SIGHUP] {
            sigaddset(&handled, number)
            signal(number) { number in
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                write(handlerEnd, &byte, 1)
                errno = saved
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &handled, nil)
        Children.collectOrphans()
    }

    /// The signals that came since the last call, in order.
    func take() -> [Int32] {
        var room = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &room, room.count)
        return room.prefix(max(0, count)).map(Int32.init)
    }

    /// Ends the process as the signal `number` would have: a shell that runs it in a loop then ends its loop. Where the
    /// system spares it, which it does the first process of a container, it ends with the status that a shell would
    /// tell.
    public static func die(of number: Int32) -> Never {
        signal(number, SIG_DFL)
        kill(getpid(), number)
        _exit(128 + number)
    }
}
