import Glibc

/// Descriptions of open files that are this process's alone. `O_NONBLOCK` set on an inherited descriptor would reach
/// everyone who shares it; opened anew, a pipe or terminal has flags of its own.
enum OwnDescription {
    /// A non-blocking descriptor for what `inherited` is open on, or -1: where there is no `/proc`, or another user
    /// owns the pipe.
    static func open(_ inherited: Int32, _ mode: Int32) -> Int32 {
        let flags = mode | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
        let opened = Glibc.open("/proc/self/fd/\(inherited)", flags)
        guard opened < 0, isatty(inherited) == 1 else { return opened }
        var name = [CChar](repeating: 0, count: 256)
        return ttyname_r(inherited, &name, name.count) == 0 ? Glibc.open(name, flags) : -1
    }

    /// Whether `descriptor` takes bytes now. For one whose description is shared, so that nothing else can tell.
    static func isWritable(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) == 1 && entry.revents & Int16(POLLOUT) != 0
    }
}
