import Glibc

/// Signals of the process and of its threads.
package enum Signals {
    /// Keeps the process's signals from the calling thread; another thread receives them.
    package static func keepFromThisThread() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }

    /// Runs `body` while all signals are kept from this thread, and from threads that it starts.
    static func keptOff<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return try body()
    }

    /// A set of these signals only.
    static func set(_ numbers: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }

    /// Signals that are ignored, because the failing call itself reports a missing reader, and a file that may not
    /// grow.
    static let ofWriting = [SIGPIPE, SIGXFSZ]

    /// Makes calls that write report these faults themselves.
    package static func ignoreThoseOfWriting() { for number in ofWriting { signal(number, SIG_IGN) } }

    /// Makes reading a terminal fail, and not stop the process, while another one has the foreground.
    package static func ignoreThatOfReading() { signal(SIGTTIN, SIG_IGN) }

    /// Ends the process by the signal `number`, so that a shell which runs it in a loop ends the loop. If the system
    /// spares the process, as the first one of a container, it exits with the status that a shell would report.
    package static func die(of number: Int32) -> Never {
        signal(number, SIG_DFL)
        kill(getpid(), number)
        _exit(128 + number)
    }
}
