import Glibc

/// An embedded AskElephant workspace behind an HTTP/1.1 server on 127.0.0.1, which runs on a thread of its own.
///
/// Its paths are those of the API, below `/api`; besides, `POST /api/sandbox/reset`, `fail`, `requests` and `scopes`
/// steer it. It holds the API's rules by itself and shares no code with the client, so that it can tell when the client
/// is wrong. The server stops when the last reference to this handle goes, or when `stop` is called.
public final class SandboxServer: Sendable {
    /// The port on 127.0.0.1, picked by the system. Requests whose `Host` is neither `127.0.0.1:PORT` nor
    /// `localhost:PORT` are refused with 403.
    public let port: UInt16
    /// 64 hexadecimal digits, random at each start. Every request needs it, as `Authorization: Bearer TOKEN`.
    public let token: String

    private let lifeline: Int32

    private init(port: UInt16, token: String, lifeline: Int32) {
        self.port = port
        self.token = token
        self.lifeline = lifeline
    }

    deinit {
        shutdown(lifeline, Int32(SHUT_RDWR))
        close(lifeline)
    }

    /// Ends the server: its port and all connections are closed when this returns, or after 2 s at most. Does nothing
    /// the second time. May be called from any thread.
    public func stop() {
        shutdown(lifeline, Int32(SHUT_WR))
        var ended = pollfd(fd: lifeline, events: Int16(POLLIN), revents: 0)
        while poll(&ended, 1, 2_000) < 0, errno == EINTR {}
    }

    /// Binds an ephemeral port of 127.0.0.1 and starts the thread.
    ///
    /// - Throws: `SandboxError` when the system has no socket, no randomness or no thread to give.
    public static func start() throws(SandboxError) -> SandboxServer {
        let token = try randomToken()
        let (listener, port) = try listen()
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            let error = SandboxError("socketpair")
            close(listener)
            throw error
        }
        let loop = ServerLoop(
            listener: listener, lifeline: ends[1], service: Service(token: token, port: port))
        do {
            try startThread(loop)
        } catch {
            close(ends[0])
            throw error
        }
        return SandboxServer(port: port, token: token, lifeline: ends[0])
    }

    private static func randomToken() throws(SandboxError) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        guard getentropy(&bytes, bytes.count) == 0 else { throw SandboxError("getentropy") }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func listen() throws(SandboxError) -> (descriptor: Int32, port: UInt16) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { throw SandboxError("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed: StaticString? = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                guard bind(descriptor, name, length) == 0 else { return "bind" }
                guard Glibc.listen(descriptor, 1_024) == 0 else { return "listen" }
                return getsockname(descriptor, name, &length) == 0 ? nil : "getsockname"
            }
        }
        if let failed {
            let error = SandboxError(failed)
            close(descriptor)
            throw error
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// Hands `loop` over to a new thread, which alone touches it from then on.
    private static func startThread(_ loop: ServerLoop) throws(SandboxError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // The new thread inherits the mask: no signal of the process is ever delivered to it.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let box = Unmanaged.passRetained(loop)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<ServerLoop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            throw SandboxError("pthread_create", status)
        }
    }
}

/// Why the sandbox could not be started.
public struct SandboxError: Error, CustomStringConvertible, Sendable {
    /// The system call that failed, and the system's reason.
    public let description: String

    init(_ call: StaticString, _ code: Int32 = errno) {
        description = "\(call): \(String(cString: strerror(code)))"
    }
}
