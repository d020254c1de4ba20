import Glibc

/// Why a system call failed: its `errno`.
package struct SystemError: Error, Equatable, Sendable {
    package let code: Int32

    package init(code: Int32) { self.code = code }

    /// The error of the last call on this thread.
    package static var last: SystemError { SystemError(code: errno) }

    package var text: String { String(cString: strerror(code)) }

    /// A signal interrupted the call, which must be repeated.
    package static let interrupted = SystemError(code: EINTR)
    /// The call would have waited.
    package static let wouldBlock = SystemError(code: EAGAIN)
    /// Nobody reads the other end.
    package static let brokenPipe = SystemError(code: EPIPE)
    /// The peer has reset the connection.
    package static let connectionReset = SystemError(code: ECONNRESET)
    /// A terminal that has gone reports this.
    package static let inputOutput = SystemError(code: EIO)
    package static let noSuchFile = SystemError(code: ENOENT)
    package static let isLink = SystemError(code: ELOOP)
    package static let noMemory = SystemError(code: ENOMEM)
    /// The peer closed the connection before it was accepted.
    package static let connectionAborted = SystemError(code: ECONNABORTED)

    /// Whether no descriptors are left, in the process or in the system.
    package var isForDescriptors: Bool { code == EMFILE || code == ENFILE }

    /// Whether an address can't be reached, because an interface is down or has no address.
    package var isForRoute: Bool { [ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, ENETDOWN].contains(code) }
}
