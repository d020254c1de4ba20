import CSystem
import HTTP
import Platform

/// libcurl's open connections, each from its socket's opening to its closing, and which of them may carry another
/// request. libcurl trusts any pooled connection that is open, and takes bytes that wait on it for the next answer.
final class Connections {
    private struct Connection {
        let socket: FileDescriptor
        /// Its number, which no other connection has had.
        let name: Int
        /// 0 before the first request.
        var localPort: UInt16 = 0
        /// Requests sent on it.
        var requests = 0
        var isIdle = false
        var idleSince = Instant(nanoseconds: 0)
        /// Seconds after which the server closes it when it is idle (`Keep-Alive: timeout`).
        var keepAlive: Double?
        /// Whether it carries several requests at once: then waiting bytes prove nothing.
        var isMultiplexed = false
    }

    private var open: [Connection] = []
    /// The transfers whose sockets have not carried a request yet. Kept apart from `open`, which every request
    /// searches.
    private var openers: [(socket: FileDescriptor, transfer: Transfer)] = []
    private var count = 0

    /// A request that may not be repeated uses no connection that has been idle for this many seconds: the idle limits
    /// of servers and balancers begin at a few seconds.
    private static let longestIdle = 2.0
    /// Seconds below the server's own limit: its clock and ours differ by as much as an answer takes.
    private static let margin = 1.0

    /// Whether there is a connection that has not carried a request yet.
    var isOpening: Bool { open.contains { $0.requests == 0 } }

    /// Adds a socket with which `transfer` opens a connection.
    func opened(_ socket: FileDescriptor, for transfer: Transfer) {
        // libcurl does not report that it closes a socket which never connected.
        forget(socket)
        count += 1
        open.append(Connection(socket: socket, name: count))
        openers.append((socket, transfer))
    }

    /// Closes a socket that libcurl has given up.
    func closeSocket(_ socket: FileDescriptor) {
        if let index = open.firstIndex(where: { $0.socket == socket }) {
            if open[index].requests == 0, socket.isConnected {
                openers.first { $0.socket == socket }?.transfer.reachedHost()
            }
            forget(socket)
        }
        socket.close()
    }

    /// Forgets the connections that `transfer` was opening, because the transfer is over.
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

    /// Whether the connection that libcurl chose may carry a request.
    enum Verdict {
        /// It may carry the request; its number.
        case fit(Int, isReused: Bool)
        /// Nobody asked for the bytes that wait on it, or the server may be about to close it.
        case unfit
    }

    /// Judges the connection with this local port. If it is fit, notes that a request is sent on it.
    ///
    /// - Parameters:
    ///   - mayRepeat: whether the request may be sent again if the server closes the connection at this moment.
    ///   - openSSL: returns the connection's `SSL *`, if it has one.
    func use(localPort: UInt16, mayRepeat: Bool, now: Instant, openSSL: () -> UnsafeMutableRawPointer?) -> Verdict? {
        guard let index = index(localPort) else { return nil }
        // A fresh connection may be readable: TLS 1.3 sends session tickets after the handshake.
        let isReused = open[index].requests > 0
        // On a connection that carries several requests (HTTP/2), the bytes belong to the others.
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

    /// Notes that the request on the connection `name` is over.
    func release(_ name: Int, keepAlive: Double?, isMultiplexed: Bool, now: Instant) {
        guard let index = open.firstIndex(where: { $0.name == name }) else { return }
        open[index].isIdle = true
        open[index].idleSince = now
        if let keepAlive { open[index].keepAlive = keepAlive }
        open[index].isMultiplexed = isMultiplexed
    }

    /// Ends an idle connection at once, for both sides. libcurl notices at its next look.
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
