import Bytes
import Glibc

/// Opens files anew, so that their description is only ours. `O_NONBLOCK` on an inherited descriptor would affect
/// everyone who shares it; a pipe or terminal opened anew has its own flags.
package enum OwnDescription {
    /// A non-blocking descriptor for what `inherited` has open. Nil without `/proc`, or when another user owns the
    /// pipe.
    package static func open(_ inherited: FileDescriptor, _ mode: FileDescriptor.Mode) -> FileDescriptor? {
        let mode = mode.union(.nonBlocking)
        if let opened = try? FileDescriptor.open(FilePath("/proc/self/fd/\(inherited.number)"), mode) { return opened }
        guard inherited.isTerminal else { return nil }
        var name = [CChar](repeating: 0, count: 256)
        guard ttyname_r(inherited.number, &name, name.count) == 0 else { return nil }
        return try? FileDescriptor.open(FilePath(cString: name), mode)
    }
}
