import Glibc

/// Why a call of the system failed, as it left it in `errno`.
package struct SystemError: Error, Equatable, Sendable {
    package let code: Int32

    package init(code: Int32) { self.code = code }

    /// That of the call before, on this thread.
    package static var last: SystemError { SystemError(code: errno) }

    /// The system's words for it.
    package var text: String { String(cString: strerror(code)) }

    /// A signal came; the call is to be made again.
    package static let interrupted = SystemError(code: EINTR)
    /// What does not wait would have had to.
    package static let wouldBlock = SystemError(code: EAGAIN)
    /// Nobody reads the other end.
    package static let brokenPipe = SystemError(code: EPIPE)
    /// The peer has thrown the connection away.
    package static let connectionReset = SystemError(code: ECONNRESET)
    /// What a terminal says that has gone.
    package static let inputOutput = SystemError(code: EIO)
    package static let noSuchFile = SystemError(code: ENOENT)
    package static let isLink = SystemError(code: ELOOP)
    package static let noMemory = SystemError(code: ENOMEM)
    /// A connection has gone before it was accepted.
    package static let connectionAborted = SystemError(code: ECONNABORTED)

    /// Whether the process, or the system, has no descriptor left.
    package var isForDescriptors: Bool { code == EMFILE || code == ENFILE }

    /// Whether there is no way to an address, because an interface is down or has none.
    package var isForRoute: Bool { [ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, ENETDOWN].contains(code) }
}
