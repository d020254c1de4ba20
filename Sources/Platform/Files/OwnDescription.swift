import Bytes
import Glibc

/// Descriptions of open files that are this process's alone. `O_NONBLOCK` set on an inherited descriptor would reach
/// everyone who shares it; opened anew, a pipe or terminal has flags of its own.
package enum OwnDescription {
    /// A non-blocking descriptor for what `inherited` is open on. Nil where there is no `/proc`, or another user owns
    /// the pipe.
    package static func open(_ inherited: FileDescriptor, _ mode: FileDescriptor.Mode) -> FileDescriptor? {
        let mode = mode.union(.nonBlocking)
        if let opened = try? FileDescriptor.open(FilePath("/proc/self/fd/\(inherited.number)"), mode) { return opened }
        guard inherited.isTerminal else { return nil }
        var name = [CChar](repeating: 0, count: 256)
        guard ttyname_r(inherited.number, &name, name.count) == 0 else { return nil }
        return try? FileDescriptor.open(FilePath(cString: name), mode)
    }
}
