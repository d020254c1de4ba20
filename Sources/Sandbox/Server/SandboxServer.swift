import Bytes
import Platform

/// An embedded AskElephant workspace behind an HTTP/1.1 server on 127.0.0.1, on its own thread.
///
/// It has the API's paths, below `/api`. `POST /api/sandbox/reset`, `fail`, `requests` and `scopes` steer it. It
/// implements the API's rules without the client's code, so that it can contradict the client. The server stops when
/// the last reference to this handle goes, or when `stop` is called.
public final class SandboxServer: Sendable {
    /// The port on 127.0.0.1, chosen by the system. A request whose `Host` is neither `127.0.0.1:PORT` nor
    /// `localhost:PORT` gets a 403.
    public let port: UInt16
    /// 64 hexadecimal digits, random at each start. Every request must send it, as `Authorization: Bearer TOKEN`.
    public let token: String

    private let lifeline: FileDescriptor

    private init(port: UInt16, token: String, lifeline: FileDescriptor) {
        self.port = port
        self.token = token
        self.lifeline = lifeline
    }

    deinit {
        lifeline.endBoth()
        lifeline.close()
    }

    /// Stops the server: its port and all connections are closed when this returns, or after 2 s at most. A second call
    /// does nothing. Any thread may call it.
    public func stop() {
        lifeline.endWriting()
        lifeline.wait(for: .readable, milliseconds: 2_000)
    }

    /// Binds an ephemeral port of 127.0.0.1 and starts the thread.
    ///
    /// - Throws: `SandboxError` when the system has no socket or no thread left.
    public static func start() throws(SandboxError) -> SandboxServer {
        let token = randomToken()
        let listener = try listen()
        let port = listener.descriptor.localPort
        let (ours, theirs) = try lifeline(or: listener)
        do throws(SystemError) {
            try DetachedThread.start {
                ServerLoop(
                    listener: listener, lifeline: theirs, api: SandboxAPI(token: token, port: port)
                ).run()
            }
        } catch {
            for descriptor in [ours, theirs, listener.descriptor] { descriptor.close() }
            throw SandboxError("pthread_create", error)
        }
        return SandboxServer(port: port, token: token, lifeline: ours)
    }

    private static func randomToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in UInt64.random(in: .min ... .max, using: &generator).padded(to: 16, radix: 16) }
            .joined()
    }

    private static func listen() throws(SandboxError) -> Listener {
        do throws(Listener.Fault) {
            return try Listener()
        } catch {
            throw SandboxError(error.call, error.error)
        }
    }

    /// Two sockets; when one is closed, so is the other.
    private static func lifeline(or listener: Listener) throws(SandboxError) -> (FileDescriptor, FileDescriptor) {
        do throws(SystemError) {
            return try FileDescriptor.socketPair()
        } catch {
            listener.descriptor.close()
            throw SandboxError("socketpair", error)
        }
    }
}

/// Why the sandbox could not be started.
public struct SandboxError: Error, CustomStringConvertible, Sendable {
    /// The system call that failed, and the system's reason.
    public let description: String

    init(_ call: String, _ error: SystemError) { description = "\(call): \(error.text)" }
}
