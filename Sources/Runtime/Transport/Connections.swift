import CSystem
import HTTP
import Platform

/// The connections that libcurl has open, each from its socket's opening to its closing, and which of them may carry a
/// further request. libcurl takes any pooled connection that is not closed as good, and what lies on it for the next
/// answer.
final class Connections {
    private struct Connection {
        let socket: FileDescriptor
        /// Its name, which no other connection has had.
        let name: Int
        /// 0 before the first request.
        var localPort: UInt16 = 0
        /// Requests that went out on it.
        var requests = 0
        var isIdle = false
        var idleSince = Instant(nanoseconds: 0)
        /// Seconds after which the server closes it when idle, as it has said (`Keep-Alive: timeout`).
        var keepAlive: Double?
        /// Whether it carries several requests at once, so that bytes on it say nothing.
        var isMultiplexed = false
    }

    private var open: [Connection] = []
    /// Whom the sockets are opened for that have not carried a request yet. Not in the connections, which are looked
    /// through for every request.
    private var openers: [(socket: FileDescriptor, transfer: Transfer)] = []
    private var count = 0

    /// A request that may not be repeated takes no connection that has been idle for so many seconds: idle limits of
    /// servers and balancers begin at a few.
    private static let longestIdle = 2.0
    /// The same, below the limit that the server has told: its clock and ours run apart by as much as an answer takes.
    private static let margin = 1.0

    /// Whether there is a connection that has not carried a request yet.
    var isOpening: Bool { open.contains { $0.requests == 0 } }

    /// Counts a socket that `transfer` opens a connection with.
    func opened(_ socket: FileDescriptor, for transfer: Transfer) {
        // libcurl closes a socket that never was connected without a word.
        forget(socket)
        count += 1
        open.append(Connection(socket: socket, name: count))
        openers.append((socket, transfer))
    }

    /// Closes a socket, which libcurl has no use for any more.
    func closeSocket(_ socket: FileDescriptor) {
        if let index = open.firstIndex(where: { $0.socket == socket }) {
            if open[index].requests == 0, socket.isConnected {
                openers.first { $0.socket == socket }?.transfer.reachedHost()
            }
            forget(socket)
        }
        socket.close()
    }

    /// Forgets the connections that `transfer` has begun to open, because it is over.
    func forgetOpening(_ transfer: Transfer) {
        guard !openers.isEmpty else { return }
        let sockets = openers.filter { $0.transfer === transfer }.map(\.socket)
        open.removeAll { $0.requests == 0 && sockets.contains($0.socket) }
        openers.removeAll { $0.transfer === transfer }
    }

    private func forget(_ socket: FileDescriptor) {
        open.removeAll { $0.socket == socket }
        openers.removeAll { $0.socket == socket }
    }

    /// What the connection that libcurl has chosen for a request is to be used for.
    enum Verdict {
        /// It may carry the request; its name.
        case fit(Int, isReused: Bool)
        /// Something lies on it that nobody has asked for, or the server may be about to close it.
        case unfit
    }

    /// Judges the connection with this local port, and notes that a request goes out on it if it is fit.
    ///
    /// - Parameters:
    ///   - mayRepeat: whether the request may be sent again when the server has closed it in this moment.
    ///   - openSSL: gives the `SSL *` of the connection, where there is one.
    func use(localPort: UInt16, mayRepeat: Bool, now: Instant, openSSL: () -> UnsafeMutableRawPointer?) -> Verdict? {
        guard let index = index(localPort) else { return nil }
        // A fresh one may be readable: TLS 1.3 brings session tickets behind the handshake.
        let isReused = open[index].requests > 0
        // On one that others are using at the same time, which takes HTTP/2, bytes are theirs.
        if isReused, open[index].isIdle, !open[index].isMultiplexed {
            if hasOutlivedItself(open[index], mayRepeat: mayRepeat, now: now) { return .unfit }
            if open[index].socket.unread != .nothing || rpc_tls_has_pending(openSSL()) != 0 { return .unfit }
        }
        open[index].requests += 1
        open[index].isIdle = false
        return .fit(open[index].name, isReused: isReused)
    }

    private func hasOutlivedItself(_ connection: Connection, mayRepeat: Bool, now: Instant) -> Bool {
        let idle = now.seconds(since: connection.idleSince)
        let told = connection.keepAlive ?? .infinity
        return mayRepeat ? idle >= told : idle >= min(Self.longestIdle, told - Self.margin)
    }

    /// The request on the connection called `name` is over.
    func release(_ name: Int, keepAlive: Double?, isMultiplexed: Bool, now: Instant) {
        guard let index = open.firstIndex(where: { $0.name == name }) else { return }
        open[index].isIdle = true
        open[index].idleSince = now
        if let keepAlive { open[index].keepAlive = keepAlive }
        open[index].isMultiplexed = isMultiplexed
    }

    /// Ends an idle connection at once, for both sides. libcurl finds out when it looks at it next.
    func end(_ name: Int) {
        guard let connection = open.first(where: { $0.name == name }), connection.isIdle, !connection.isMultiplexed
        else { return }
        connection.socket.endBoth()
    }

    private func index(_ localPort: UInt16) -> Int? {
        if let index = open.firstIndex(where: { $0.localPort == localPort }) { return index }
        for index in open.indices where open[index].localPort == 0 {
            guard open[index].socket.localPort == localPort else { continue }
            open[index].localPort = localPort
            return index
        }
        return nil
    }
}
