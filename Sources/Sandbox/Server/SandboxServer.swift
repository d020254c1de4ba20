import Bytes
import Platform

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

    /// Ends the server: its port and all connections are closed when this returns, or after 2 s at most. Does nothing
    /// the second time. May be called from any thread.
    public func stop() {
        lifeline.endWriting()
        lifeline.wait(for: .readable, milliseconds: 2_000)
    }

    /// Binds an ephemeral port of 127.0.0.1 and starts the thread.
    ///
    /// - Throws: `SandboxError` when the system has no socket or no thread to give.
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

    /// Two ends of which one is closed when the other is.
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
