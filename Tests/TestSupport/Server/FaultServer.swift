import Foundation
import Glibc

/// A raw HTTP/1.1 server on 127.0.0.1, in clear or over TLS, that misbehaves as planned and counts exactly what it
/// received.
///
/// One thread accepts connections; each connection has a thread of its own. Stops with this object. Thread-safe.
public final class FaultServer: Sendable {
    /// One received request.
    public struct Request: Sendable {
        /// The method.
        public let method: String
        /// Path and query, as sent.
        public let target: String
        /// The header fields, names in lower case, in order.
        public let fields: [(name: String, value: String)]
        /// The body; empty if it had none, or was not read.
        public internal(set) var body: [UInt8] = []
        /// The number of this request with its method and target, from 1.
        public let count: Int
        /// The number of its connection, from 1.
        public let connection: Int
        /// The number of this request on its connection, from 1.
        public let countOnConnection: Int
        /// When its head was read, in seconds on the monotonic clock.
        public let at: Double

        /// The first field called `name` (lower case), or nil.
        public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
        /// The path after its last slash, without the query.
        public var lastPart: String {
            String(target.prefix { $0 != "?" }.split(separator: "/").last ?? "")
        }
    }

    /// Decides the reaction to a request. Called on the connection's thread when the head is read.
    public typealias Plan = @Sendable (Request) -> Reaction

    /// What a connection uses below HTTP.
    public enum Security: Sendable {
        case clear
        /// TLS that ends with close_notify before the connection closes, as servers do.
        case tls
        /// TLS that ends without close_notify, as when a server is killed.
        case abruptTLS
        /// TLS that demands a client certificate, which no client here has.
        case clientTLS
        /// The reaction to a client's first bytes, by the number of the connection; TLS if it is nil.
        case handshake(@Sendable (Int) -> Reaction?)
    }

    /// The default for servers: by it, a whole suite runs over TLS.
    @TaskLocal public static var usualSecurity = Security.clear

    /// The port it listens on.
    public let port: UInt16
    /// The value for `--base-url`.
    public var baseURL: String { "\(state.isClear ? "http" : "https")://127.0.0.1:\(port)/api" }
    /// The arguments for this server: `--base-url`, and the certificates to trust.
    public var arguments: [String] {
        ["--base-url", baseURL] + (state.isClear ? [] : ["--ca-file", Certificates.shared?.authority ?? ""])
    }

    private let state: ServerState
    private let listener: Int32

    /// Listens on `port`, or on a free one, and reacts as `plan` decides.
    public init(over security: Security? = nil, port wanted: UInt16 = 0, _ plan: @escaping Plan) throws {
        state = try ServerState(security ?? Self.usualSecurity, plan)
        listener = try Self.listen(on: wanted)
        port = try Self.port(of: listener)
        let (state, listener) = (state, listener)
        Thread.detachNewThread { state.acceptConnections(on: listener) }
    }

    /// Starts a server with the same reaction to everything.
    public convenience init(over security: Security? = nil, always reaction: Reaction) throws {
        try self.init(over: security) { _ in reaction }
    }

    /// Starts a server that looks up the last part of the path that `table` has. The first request gets the first
    /// reaction, and so on; all further ones get the last. Others get 404.
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
        // The accepting thread closes it: until that ends, no other server may get the same number.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// All requests, in order.
    public var requests: [Request] { state.requests }

    /// The number of requests with this method whose path contains `part`.
    public func count(_ method: String, _ part: String) -> Int {
        requests.count { $0.method == method && $0.target.contains(part) }
    }

    /// Connections that were accepted so far.
    public var connections: Int { state.connections }
    /// Connections that are open now.
    public var openConnections: Int { state.openConnections }

    /// Requests whose reaction is complete.
    public var reactionsDone: Int { state.reactionsDone }

    private static func listen(on port: UInt16) throws -> Int32 {
        let listener = try bind(to: port)
        guard Glibc.listen(listener, 1024) == 0 else { throw HarnessFailure.system("listen") }
        return listener
    }

    private static func bind(to port: UInt16) throws -> Int32 {
        descriptorLock.lock()
        defer { descriptorLock.unlock() }
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw HarnessFailure.system("socket") }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        // If a connection is reset between poll and accept, accept must not block, because it holds the lock.
        _ = fcntl(socket, F_SETFL, O_NONBLOCK)
        var (address, yes) = (sockaddr_in(), Int32(1))
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(socket, $0, size) }
        }
        guard bound == 0 else { throw HarnessFailure.system("bind") }
        return socket
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

    /// A port of 127.0.0.1 without a listener. It stays reserved while the tests run, so that no other test's server
    /// gets it; a server that asks for this very port may listen there.
    public static func closedPort() throws -> UInt16 { try port(of: bind(to: 0)) }
}
