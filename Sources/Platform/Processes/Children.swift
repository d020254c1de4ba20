import Foundation
import Glibc

/// Collects the processes that this one has started. As the first process of a container (PID 1), it also collects
/// orphans, because nobody else does.
enum Children {
    private struct State {
        /// Started here, and not yet collected by `collect`.
        var running: Set<pid_t> = []
        /// The wait status of those that `collectAll` has reaped.
        var ended: [pid_t: Int32] = [:]
    }

    /// Guarded by `lock`.
    private nonisolated(unsafe) static var state = State()
    private static let lock = NSLock()
    private static let isFirst = getpid() == 1

    /// Starts a process with `spawn`, so that nobody collects it before it is known.
    static func start(_ spawn: () throws(SystemError) -> pid_t) throws(SystemError) -> pid_t {
        lock.lock()
        defer { lock.unlock() }
        let id = try spawn()
        state.running.insert(id)
        return id
    }

    /// The wait status of a process that `start` started, once it has ended. Then forgets the process.
    static func collect(_ pid: pid_t) -> Int32? {
        lock.withLock {
            if isFirst {
                collectAll()
            } else {
                var status: Int32 = 0
                if waitpid(pid, &status, WNOHANG) == pid { state.ended[pid] = status }
            }
            guard let status = state.ended.removeValue(forKey: pid) else { return nil }
            state.running.remove(pid)
            return status
        }
    }

    /// Reaps every process that has ended. Call it with the lock.
    private static func collectAll() {
        var status: Int32 = 0
        while case let pid = waitpid(-1, &status, WNOHANG), pid > 0 {
            if state.running.contains(pid) { state.ended[pid] = status }
        }
    }

    /// Starts a thread that reaps orphans, if nobody else would. Call it once, before other threads exist: they inherit
    /// the mask that keeps the signal from all threads but this one.
    static func collectOrphans() {
        guard isFirst else { return }
        var end = Signals.set([SIGCHLD])
        pthread_sigmask(SIG_BLOCK, &end, nil)
        Thread.detachNewThread {
            Signals.keepFromThisThread()
            var end = Signals.set([SIGCHLD])
            while true {
                lock.withLock { collectAll() }
                var number: Int32 = 0
                sigwait(&end, &number)
            }
        }
    }
}
