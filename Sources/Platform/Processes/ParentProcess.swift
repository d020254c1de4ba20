import CSystem
import Glibc

/// The process that started this one, and whether it lives.
package struct ParentProcess: Sendable {
    /// Readable when the parent is gone; `none` where it has to be asked for, as on old kernels.
    package let descriptor: FileDescriptor
    private let id = getppid()

    package init() {
        let opened = FileDescriptor(id > 0 ? rpc_watch_process(id) : -1)
        // Its number may have been given to another between the two.
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
