import CSystem
import Foundation
import Glibc
import HTTP

/// A command that prints the token: run by `/bin/sh -c` in a process group of its own, with nothing on stdin and our
/// stderr, for at most 10 s.
///
/// A thread waits for it, so that nobody else does; `descriptor` is readable when it has ended.
/// Sendable, unchecked: what both threads touch is guarded by `lock`.
public final class TokenCommand: @unchecked Sendable {
    /// How it ended.
    public enum Outcome: Sendable {
        /// With status 0: the beginning of what it printed, up to its first line's end.
        case printed([UInt8])
        /// In another way, as a sentence without anything of its output.
        case failed(String)
    }

    /// Seconds it may take.
    private static let patience = 10.0
    private let command: String
    /// The most bytes that are kept of its output.
    private let limit: Int
    private let lock = NSLock()
    private var isRunning = false
    private var child: pid_t = 0
    private var outcome: Outcome?
    private let wakeReading: Int32
    private let wakeWriting: Int32
    /// The environment as this process was given it, without variables that are set for libraries later.
    private let environment: [[CChar]]

    /// A command that is not run yet, or nil when there are no descriptors for it.
    public init?(_ command: String, limit: Int) {
        (self.command, self.limit) = (command, limit)
        var variables: [[CChar]] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(Array(UnsafeBufferPointer(start: variable, count: strlen(variable) + 1)))
            next += 1
        }
        environment = variables
        guard let (reading, writing) = Self.pipe() else { return nil }
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        (wakeReading, wakeWriting) = (reading, writing)
    }

    /// Readable when it has ended.
    public var descriptor: Int32 { wakeReading }

    /// How it ended, once for each time that it is run; nil, and it is started, when it does not run already.
    public func collect() -> Outcome? {
        var bytes = [UInt8](repeating: 0, count: 16)
        while read(wakeReading, &bytes, bytes.count) == bytes.count {}
        return lock.withLock {
            if let ended = outcome {
                outcome = nil
                return ended
            }
            if !isRunning {
                isRunning = true
                Thread.detachNewThread { [self] in work() }
            }
            return nil
        }
    }

    /// Ends it if it runs, and whatever it has started.
    public func stop() { lock.withLock { if child > 0 { kill(-child, SIGKILL) } } }

    private func work() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        let ended = run()
        lock.withLock { (outcome, isRunning, child) = (ended, false, 0) }
        _ = write(wakeWriting, [1], 1)
    }

    private func run() -> Outcome {
        guard let (output, printing) = Self.pipe() else {
            return .failed("The token command can't be run: \(String(cString: strerror(errno))).")
        }
        let (pid, error) = Children.start { spawn(printing) }
        Glibc.close(printing)
        defer { Glibc.close(output) }
        guard error == 0 else { return .failed("The token command can't be run: \(String(cString: strerror(error))).") }
        lock.withLock { child = pid }
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
        let clock = LoopClock()
        let end = clock.now + Self.patience
        var (text, status) = ([UInt8](), Int32(0))
        var isOpen = true
        while true {
            // Seen first, so that what was printed before the end is read after it.
            let ended = Children.collect(pid)
            isOpen = isOpen && drain(output, into: &text)
            if let ended {
                status = ended
                break
            }
            clock.update()
            guard clock.now < end else {
                kill(-pid, SIGKILL)
                while Children.collect(pid) == nil { poll(nil, 0, 1) }
                return .failed("The token command did not end within \(Int(Self.patience)) s.")
            }
            var entry = pollfd(fd: isOpen ? output : -1, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, 10)
        }
        let (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
        if signal != 0 { return .failed("The token command was ended by signal \(signal).") }
        guard code == 0 else {
            return .failed("The token command ended with status \(code); run it by hand to see why.")
        }
        return .printed(Array(text.prefix { $0 != 0x0A }))
    }

    /// Reads what there is, and keeps the first bytes of it; false at the end.
    private func drain(_ descriptor: Int32, into text: inout [UInt8]) -> Bool {
        var room = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &room, room.count)
            guard count > 0 else { return count < 0 }
            text += room[0..<min(count, limit - text.count)]
        }
    }

    private func spawn(_ printing: Int32) -> (pid: pid_t, error: Int32) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        // Our stdin and stdout are the host's.
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, printing, 1)
        // Not the API's sockets, nor what our parent has left open in us.
        rpc_close_from(&actions, 3)
        var none = sigset_t()
        var usual = sigset_t()
        sigemptyset(&none)
        sigemptyset(&usual)
        for number in [SIGPIPE, SIGXFSZ] { sigaddset(&usual, number) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        let texts = ["/bin/sh", "-c", command]
        var words: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for variable in variables { free(variable) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &words, &variables)
        return (pid, error)
    }

    private static func pipe() -> (reading: Int32, writing: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
