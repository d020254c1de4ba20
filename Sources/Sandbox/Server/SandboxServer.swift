import Bytes
import Platform

/// An embedded AskElephant workspace behind an HTTP/1.1 server on 127.0.0.1, on its own thread.
///
/// It has the API's paths, below `/api`. `POST /api/sandbox/reset`, `fail`, `requests` and `scopes` steer it. It
/// implements the API's rules without the client's code, so that it can contradict the client. The server stops when
/// the last reference to this handle goes, or when `stop` is called.
package final class SandboxServer: Sendable {
    /// The port on 127.0.0.1, chosen by the system. A request whose `Host` is neither `127.0.0.1:PORT` nor
    /// `localhost:PORT` gets a 403.
    package let port: UInt16
    /// The token that every request must send, as `Authorization: Bearer TOKEN`: 64 hexadecimal digits, random at each
    /// start. Where processes share the server, any token is accepted, and this is one.
    package let token: String

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
    package func stop() {
        lifeline.endWriting()
        lifeline.wait(for: .readable, milliseconds: 2_000)
    }

    /// Binds a port of 127.0.0.1 and starts the thread.
    ///
    /// - Parameter isShared: whether other processes use it, with any token and on the port that the settings want.
    /// - Throws: `SandboxError` when the port is taken, or the system has no socket or no thread left.
    package static func start(
        _ settings: SandboxSettings = SandboxSettings(), isShared: Bool = false
    ) throws(SandboxError) -> SandboxServer {
        let token = randomToken()
        let listener = try listen(isShared ? settings.port : 0)
        let port = listener.descriptor.localPort
        let (ours, theirs) = try lifeline(or: listener)
        do throws(SystemError) {
            try DetachedThread.start {
                let api = SandboxAPI(token: isShared ? nil : token, port: port, settings: settings)
                ServerLoop(listener: listener, lifeline: theirs, api: api).run()
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

    private static func listen(_ port: Int) throws(SandboxError) -> Listener {
        do throws(Listener.Fault) {
            return try Listener(port: UInt16(truncatingIfNeeded: port))
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
