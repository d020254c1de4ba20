import Foundation
import Glibc

/// A raw HTTP/1.1 server on 127.0.0.1, in clear or over TLS, that misbehaves as told and counts exactly what reached
/// it.
///
/// One thread accepts, one per connection reads and reacts. Stops when it goes away. Thread-safe.
public final class FaultServer: Sendable {
    /// One request as it came in.
    public struct Request: Sendable {
        /// The method.
        public let method: String
        /// Path and query, as sent.
        public let target: String
        /// The header fields, names in lower case, in order.
        public let fields: [(name: String, value: String)]
        /// The body; empty when there was none or when it was not read.
        public internal(set) var body: [UInt8] = []
        /// Which request with this method and target it is, from 1.
        public let count: Int
        /// Which connection it came on, from 1.
        public let connection: Int
        /// Which request on that connection it is, from 1.
        public let countOnConnection: Int
        /// Seconds on the monotonic clock when its head was read.
        public let at: Double

        /// The first field called `name` (lower case), or nil.
        public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
        /// What follows the last slash of the path, without the query.
        public var lastPart: String {
            String(target.prefix { $0 != "?" }.split(separator: "/").last ?? "")
        }
    }

    /// Decides what happens to a request. Called on the connection's thread when the head is read.
    public typealias Plan = @Sendable (Request) -> Reaction

    /// What a connection speaks below HTTP.
    public enum Security: Sendable {
        case clear
        /// TLS, whose end is said (close_notify) before a connection is closed, as servers do.
        case tls
        /// TLS that a connection just ends without, as when a server is killed.
        case abruptTLS
        /// TLS with clients that have a certificate, which none here has.
        case clientTLS
        /// The reaction to a client's first bytes, by the number of the connection; TLS where there is none.
        case handshake(@Sendable (Int) -> Reaction?)
    }

    /// What servers speak that are not told: a whole suite runs over TLS by this.
    @TaskLocal public static var usualSecurity = Security.clear

    /// The port it listens on.
    public let port: UInt16
    /// The base URL to give to `--base-url`.
    public var baseURL: String { "\(state.isClear ? "http" : "https")://127.0.0.1:\(port)/api" }
    /// `--base-url`, and whom to trust.
    public var arguments: [String] {
        ["--base-url", baseURL] + (state.isClear ? [] : ["--ca-file", Certificates.shared?.authority ?? ""])
    }

    private let state: ServerState
    private let listener: Int32

    /// Starts to listen on `port` or a free one, and to react as `plan` says.
    public init(over security: Security? = nil, port wanted: UInt16 = 0, _ plan: @escaping Plan) throws {
        state = try ServerState(security ?? Self.usualSecurity, plan)
        listener = try Self.listen(on: wanted)
        port = try Self.port(of: listener)
        let (state, listener) = (state, listener)
        Thread.detachNewThread { state.acceptConnections(on: listener) }
    }

    /// Starts a server that reacts in the same way to everything.
    public convenience init(over security: Security? = nil, always reaction: Reaction) throws {
        try self.init(over: security) { _ in reaction }
    }

    /// Starts a server that looks the last part of the path that `table` knows up in it: the first request gets the
    /// first reaction, and so on, all later ones the last. What is not in the table gets 404.
    public convenience init(over security: Security? = nil, _ table: [String: [Reaction]]) throws {
        try self.init(over: security) { request in
            let path = request.target.prefix { $0 != "?" }.split(separator: "/").map(String.init)
            guard let rows = path.reversed().lazy.compactMap({ table[$0] }).first, let last = rows.last
            else { return .problem(404) }
            return request.count <= rows.count ? rows[request.count - 1] : last
        }
    }

    deinit {
        state.stop()
        // Closed by the thread that accepts: its number must not become another server's before that has ended.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Everything that reached the server, in order.
    public var requests: [Request] { state.requests }

    /// How many requests with this method came whose path holds `part`.
    public func count(_ method: String, _ part: String) -> Int {
        requests.count { $0.method == method && $0.target.contains(part) }
    }

    /// Connections that were accepted so far.
    public var connections: Int { state.connections }
    /// Connections that are open now.
    public var openConnections: Int { state.openConnections }

    /// Requests that were reacted to in full.
    public var reactionsDone: Int { state.reactionsDone }

    private static func listen(on port: UInt16 = 0) throws -> Int32 {
        descriptorLock.lock()
        defer { descriptorLock.unlock() }
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw HarnessFailure.system("socket") }
        _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
        // A connection that was reset between poll and accept must not block accept, which holds the lock.
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
        var (address, yes) = (sockaddr_in(), Int32(1))
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        guard bound == 0, Glibc.listen(listener, 1024) == 0 else { throw HarnessFailure.system("listen") }
        return listener
    }

    private static func port(of listener: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let known = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &size) }
        }
        guard known == 0 else { throw HarnessFailure.system("getsockname") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// A port on 127.0.0.1 where nobody listens.
    public static func closedPort() throws -> UInt16 {
        let listener = try listen()
        defer { close(listener) }
        return try port(of: listener)
    }
}
