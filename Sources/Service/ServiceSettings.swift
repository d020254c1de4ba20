import Bytes
import EngagementAPI
import JSON
import JSONRPC

/// What a service is told at its start.
public struct ServiceSettings {
    /// The program's version.
    public var version: String
    /// The base URL, as `service.info` shows it.
    public var baseURL: String
    /// Whether the sandbox serves the API, which adds its methods.
    public var isSandbox = false
    /// Which methods may be called.
    public var filter = MethodTable.Filter()
    /// How messages are told apart.
    public var framing = Framing.auto
    /// Milliseconds for one call, all its attempts included: 1 to 600,000.
    public var timeoutMs = 30_000
    /// Attempts of one call, at most: 1 to 10.
    public var maxAttempts = 3
    /// Calls worked on at once, at most: 1 to 1,024. Further input waits unread.
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
        /// Where the client can ask.
        case auto
        /// Always; where the client can't ask, nothing is done.
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

/// What a service reaches the world through: everything that a simulation replaces.
public struct ServiceSurroundings {
    /// A uniform number in 0..<1, anew each time.
    public var random: () -> Double
    /// Seconds since 1970, to compare an HTTP date with.
    public var wallClock: () -> Double
    /// Readies the transport for its first exchange.
    public var prepare: () -> TokenAnswer
    /// Looks for another token than the one in use and has the transport use it.
    public var refreshToken: () -> TokenAnswer
    /// Writes over the token wherever it stands in some bytes of the API's: it may repeat in an error what it was sent.
    public var conceal: (UnsafeMutableRawBufferPointer) -> Void
    /// Where log lines go.
    public var log: Logger

    /// Surroundings, each as described at its property.
    public init(
        random: @escaping () -> Double, wallClock: @escaping () -> Double, prepare: @escaping () -> TokenAnswer,
        refreshToken: @escaping () -> TokenAnswer,
        conceal: @escaping (UnsafeMutableRawBufferPointer) -> Void = { _ in }, log: Logger
    ) {
        self.random = random
        self.wallClock = wallClock
        self.prepare = prepare
        self.refreshToken = refreshToken
        self.conceal = conceal
        self.log = log
    }
}
