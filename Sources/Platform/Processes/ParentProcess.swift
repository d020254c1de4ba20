import CSystem
import Glibc

/// The process that started this one, and whether it is alive.
package struct ParentProcess: Sendable {
    /// Readable when the parent is gone; `none` on old kernels, where the caller must ask.
    package let descriptor: FileDescriptor
    private let id = getppid()

    package init() {
        let opened = FileDescriptor(id > 0 ? rpc_watch_process(id) : -1)
        // Between the two calls, another process may have got the parent's number.
        if opened.isSome, getppid() != id {
            opened.close()
            descriptor = .none
        } else {
            descriptor = opened
        }
    }

    /// Whether another process is our parent now.
    package var isGone: Bool { getppid() != id }
}
