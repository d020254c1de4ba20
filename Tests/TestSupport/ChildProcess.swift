import CSystem
import Foundation
import Glibc

/// How a process ended.
public enum Ending: Equatable, Sendable {
    /// It left with this exit code.
    case exited(Int32)
    /// This signal killed it.
    case killed(Int32)
}

/// Held while descriptors are created and a process is spawned. Swift sees neither `pipe2` nor `accept4`, and a process
/// that inherited another test's pipe or connection would keep it open.
let descriptorLock = NSLock()

/// A spawned process, and our ends of its pipes, which don't block; -1 for a missing one.
final class ChildProcess {
    let pid: pid_t
    private(set) var input: Int32 = -1
    private(set) var output: Int32 = -1
    private(set) var errors: Int32 = -1
    private(set) var ending: Ending?

    private static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    init(_ setup: Setup) throws {
        Self.ignoresBrokenPipes
        descriptorLock.lock()
        defer { descriptorLock.unlock() }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var theirs: [Int32] = []
        defer { for descriptor in theirs { Glibc.close(descriptor) } }
        var ours: [Int32] = []
        for (number, wiring) in [setup.input, setup.output, setup.errors].enumerated() {
            let ends = try Self.wire(wiring, as: Int32(number), &actions)
            ours.append(ends.ours)
            if ends.theirs >= 0 { theirs.append(ends.theirs) }
        }
        (input, output, errors) = (ours[0], ours[1], ours[2])

        // The child must not inherit descriptors of the test runner either.
        rpc_close_from(&actions, 3)
        // The child would inherit which signals this process ignores.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let program = setup.program ?? Setup.binary
        var (pid, error): (pid_t, Int32) = (0, 0)
        repeat {
            error = Self.withPointers([program] + setup.arguments) { arguments in
                Self.withPointers(setup.environment.map { "\($0.key)=\($0.value)" }) { environment in
                    posix_spawn(&pid, program, &actions, &attributes, arguments, environment)
                }
            }
        } while error == 0 && Self.hangs(pid)
        self.pid = pid
        guard error == 0 else {
            ending = .exited(127)
            throw HarnessFailure("can't start \(program): \(String(cString: strerror(error)))")
        }
    }

    /// Whether a child never came to its program, and was killed. On an emulated processor it may wait for a lock that
    /// another thread of the emulator held when it was forked.
    private static func hangs(_ pid: pid_t) -> Bool {
        guard Deadline.slowness > 1 else { return false }
        let end = Deadline(in: 30)
        while !end.hasPassed {
            let line = (try? Repository.bytes("/proc/\(pid)/cmdline")) ?? []
            if !String(decoding: line, as: UTF8.self).contains(".xctest") { return false }
            pause(milliseconds: 5)
        }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        print("a child that never began was killed, and is started anew")
        return true
    }

    deinit {
        if ending == nil {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
        for descriptor in [input, output, errors] where descriptor >= 0 { Glibc.close(descriptor) }
    }

    func closeInput() { Self.close(&input) }
    func closeOutput() { Self.close(&output) }
    func closeErrors() { Self.close(&errors) }

    func send(signal: Int32) { if ending == nil { kill(pid, signal) } }

    /// Collects the process's end, if it has come.
    func reap() -> Ending? {
        var status: Int32 = 0
        guard ending == nil, waitpid(pid, &status, WNOHANG) == pid else { return ending }
        ending = status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .killed(status & 0x7f)
        return ending
    }

    private static func close(_ descriptor: inout Int32) {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private static func wire(
        _ wiring: Setup.Wiring, as number: Int32, _ actions: inout posix_spawn_file_actions_t
    ) throws -> (ours: Int32, theirs: Int32) {
        var pair: [Int32] = [-1, -1]
        switch wiring {
        case .closed:
            posix_spawn_file_actions_addclose(&actions, number)
            return (-1, -1)
        case .file(let path):
            let flags = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
            posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o600)
            return (-1, -1)
        case .pipe:
            guard pipe(&pair) == 0 else { throw HarnessFailure.system("pipe") }
            if number == 0 { pair.swapAt(0, 1) }
        case .terminal:
            // This does what posix_openpt(3), unlockpt(3) and ptsname(3) do, which Swift does not see.
            let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            var (locked, number): (Int32, Int32) = (0, 0)
            guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0
            else { throw HarnessFailure.system("/dev/ptmx") }
            pair = [master, open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)]
        case .socket:
            guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0
            else { throw HarnessFailure.system("socketpair") }
        }
        for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK)
        posix_spawn_file_actions_adddup2(&actions, pair[1], number)
        return (pair[0], pair[1])
    }

    private static func withPointers<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
