import Foundation
import Glibc

/// Processes that this one has started, and, where it is the first of its container (PID 1), whoever was left behind
/// there: nobody else collects them.
enum Children {
    private struct State {
        /// Started here and not asked for since they ended.
        var running: Set<pid_t> = []
        /// The wait status of those of them that were collected together with others.
        var ended: [pid_t: Int32] = [:]
    }

    /// Guarded by `lock`.
    private nonisolated(unsafe) static var state = State()
    private static let lock = NSLock()
    private static let isFirst = getpid() == 1

    /// Starts a process, by `spawn`, so that nobody collects it before it is known.
    static func start(_ spawn: () throws(SystemError) -> pid_t) throws(SystemError) -> pid_t {
        lock.lock()
        defer { lock.unlock() }
        let id = try spawn()
        state.running.insert(id)
        return id
    }

    /// The wait status of a process that `start` has started, once it has ended; then it is forgotten.
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

    /// Takes whoever has ended. With the lock.
    private static func collectAll() {
        var status: Int32 = 0
        while case let pid = waitpid(-1, &status, WNOHANG), pid > 0 {
            if state.running.contains(pid) { state.ended[pid] = status }
        }
    }

    /// Has a thread collect who was left behind, where nobody else would. Call it once, before other threads exist, so
    /// that the signal is kept from all of them and waits for this one.
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
