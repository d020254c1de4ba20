import Glibc

/// Signals of the process and of its threads.
package enum Signals {
    /// Keeps every signal of the process from the thread that calls this: another one has them.
    package static func keepFromThisThread() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }

    /// Runs `body` with every signal kept from this thread, and from the threads that it starts meanwhile.
    static func keptOff<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return try body()
    }

    /// A set of these and no others.
    static func set(_ numbers: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }

    /// Those that are ignored: a reader that has gone, and a file that may not grow, are told by the call that meets
    /// them.
    static let ofWriting = [SIGPIPE, SIGXFSZ]

    /// Has the calls that write tell what is wrong.
    package static func ignoreThoseOfWriting() { for number in ofWriting { signal(number, SIG_IGN) } }

    /// Ends the process as the signal `number` would have: a shell that runs it in a loop then ends its loop. Where the
    /// system spares it, which it does the first process of a container, it ends with the status that a shell would
    /// tell.
    package static func die(of number: Int32) -> Never {
        signal(number, SIG_DFL)
        kill(getpid(), number)
        _exit(128 + number)
    }
}
