import Bytes
import CSystem
import Glibc

/// A command that `/bin/sh -c` runs in its own process group, with `/dev/null` as stdin and our stderr.
package struct ShellCommand: Sendable {
    private let command: String
    /// The environment at the time of `init`, without variables that are set for libraries later.
    private let environment: [[CChar]]

    /// A command that has not run yet. Keeps the current environment.
    package init(_ command: String) {
        self.command = command
        environment = Environment.all.map { $0.map(CChar.init(bitPattern:)) + [0] }
    }

    /// A running command, and the processes that it has started.
    package struct Running: Sendable {
        fileprivate let id: pid_t

        /// How it ended; nil while it runs. Reports the end once.
        package func collect() -> Ending? { Children.collect(id).map(Ending.init(waitStatus:)) }

        /// Kills it, and the processes that it has started.
        package func kill() { Glibc.kill(-id, SIGKILL) }
    }

    /// How a process ended.
    package enum Ending: Equatable, Sendable {
        case status(Int32)
        case signal(Int32)

        fileprivate init(waitStatus: Int32) {
            self = waitStatus & 0x7F == 0 ? .status(waitStatus >> 8 & 0xFF) : .signal(waitStatus & 0x7F)
        }
    }

    /// Starts it, with `output` as its stdout.
    package func start(output: FileDescriptor) throws(SystemError) -> Running {
        Running(id: try Children.start { () throws(SystemError) in try spawn(output) })
    }

    private func spawn(_ output: FileDescriptor) throws(SystemError) -> pid_t {
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
        posix_spawn_file_actions_adddup2(&actions, output.number, 1)
        // The child gets neither the API's sockets nor descriptors that our parent left open.
        rpc_close_from(&actions, 3)
        var none = Signals.set([])
        var usual = Signals.set(Signals.ofWriting)
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
        var id: pid_t = 0
        let code = posix_spawn(&id, "/bin/sh", &actions, &attributes, &words, &variables)
        guard code == 0 else { throw SystemError(code: code) }
        return id
    }
}
