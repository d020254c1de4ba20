import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// A service's settings.
public struct ServiceSettings {
    /// The program's version.
    public var version: String
    /// The base URL, as `service.info` shows it.
    public var baseURL: String
    /// Whether the API is the sandbox, which adds methods of its own.
    public var isSandbox = false
    /// Which methods may be called.
    public var filter = MethodTable.Filter()
    /// How messages are framed.
    public var framing = Framing.auto
    /// Milliseconds for one call, all its attempts included: 1 to 600,000.
    public var timeoutMs = 30_000
    /// Attempts of one call, at most: 1 to 10.
    public var maxAttempts = 3
    /// Calls that run at once, at most: 1 to 1,024. Further input waits.
    public var maxInFlight = 64
    /// Connections to the API, at most: 1 to 256.
    public var maxConnections = 16
    /// HTTP requests begun per second, at most, with a burst of one second's worth; above 0. Nil for no limit.
    public var maxCallsPerSecond: Double?
    /// Whether exchanges may share a connection, as HTTP/2 lets them.
    public var sharesConnections = false

    /// When a person is asked before an MCP tool destroys something.
    public var confirm = Confirm.never

    /// When a person is asked.
    public enum Confirm: String, CaseIterable, Sendable {
        case never
        /// Whenever the client can ask.
        case auto
        /// Always. A client that can't ask is refused.
        case always
    }

    /// Exchanges on the wire at once, at most.
    var maxRunning: Int { sharesConnections ? maxInFlight : maxConnections }

    /// Appends the limits of the process, as `service.info` shows them.
    func writeLimits(to json: inout JSONWriter) {
        json.beginObject()
        json.member("timeout_ms", timeoutMs)
        json.member("max_attempts", maxAttempts)
        json.member("max_in_flight", maxInFlight)
        json.member("max_connections", maxConnections)
        if let maxCallsPerSecond {
            json.name("max_calls_per_second")
            json.raw(ByteBuffer("\(maxCallsPerSecond)".utf8))
        }
        json.member("message_bytes", FrameReader.messageLimit)
        json.member("batch_entries", Message.batchLimit)
        json.member("nesting", JSONScanner.depthLimit)
        json.endObject()
    }

    /// Settings with the usual limits.
    public init(version: String, baseURL: String) {
        self.version = version
        self.baseURL = baseURL
    }
}
