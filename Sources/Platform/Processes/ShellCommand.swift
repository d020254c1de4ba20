import Bytes
import CSystem
import Glibc

/// A command that runs in `/bin/sh -c`, in a process group of its own, with nothing on stdin and our stderr.
package struct ShellCommand: Sendable {
    private let command: String
    /// The environment as this process was given it: what is set for libraries later is none of the command's business.
    private let environment: [[CChar]]

    /// A command that is not run yet. Keeps the environment as it is now.
    package init(_ command: String) {
        self.command = command
        environment = Environment.all.map { $0.map(CChar.init(bitPattern:)) + [0] }
    }

    /// One that runs, with what it has started.
    package struct Running: Sendable {
        fileprivate let id: pid_t

        /// How it ended; nil while it runs. Once told it is forgotten.
        package func collect() -> Ending? { Children.collect(id).map(Ending.init(waitStatus:)) }

        /// Ends it, and whatever it has started.
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

    /// Starts it, with `output` for its stdout.
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
        // Not the API's sockets, nor what our parent has left open in us.
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
