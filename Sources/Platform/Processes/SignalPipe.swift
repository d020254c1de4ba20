import Glibc

/// The descriptor that the signal handler writes to. Set once, before the handler is installed; then only read.
private nonisolated(unsafe) var handlerEnd: Int32 = -1

/// Turns SIGTERM, SIGINT and SIGHUP into bytes on a pipe that the loop polls, and ignores SIGPIPE. A SIGHUP that was
/// ignored at the start stays ignored, for `nohup`. A signal that the parent has blocked is unblocked, because nothing
/// else would unblock the inherited mask.
package struct SignalPipe {
    /// Readable when a signal has come.
    package let descriptor: FileDescriptor

    /// Installs the handlers. Call it once, before other threads exist.
    package init() {
        let pipe = try? OwnPipe(nonBlocking: true)
        descriptor = pipe?.reading ?? .none
        handlerEnd = pipe?.writing.number ?? -1
        signal(SIGPIPE, SIG_IGN)
        var before = sigaction()
        sigaction(SIGHUP, nil, &before)
        let isHangUpIgnored = before.__sigaction_handler.sa_handler.map { unsafeBitCast($0, to: Int.self) } == 1
        let numbers = isHangUpIgnored ? [SIGTERM, SIGINT] : [SIGTERM, SIGINT, SIGHUP]
        for number in numbers {
            signal(number) { number in
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                write(handlerEnd, &byte, 1)
                errno = saved
            }
        }
        var handled = Signals.set(numbers)
        pthread_sigmask(SIG_UNBLOCK, &handled, nil)
        Children.collectOrphans()
    }

    /// The signals that came since the last call, in order.
    package func take() -> [Int32] {
        var room = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor.number, &room, room.count)
        return room.prefix(max(0, count)).map(Int32.init)
    }
}
