/// The service's access to the world outside. A simulation replaces it.
public struct ServiceSurroundings {
    /// A uniform number in 0..<1, anew each time.
    public var random: () -> Double
    /// Seconds since 1970, for HTTP dates.
    public var wallClock: () -> Double
    /// Readies the transport for its first exchange.
    public var prepare: () -> TokenAnswer
    /// Looks for a token other than the one in use, and gives it to the transport.
    public var refreshToken: () -> TokenAnswer
    /// Overwrites the token in bytes from the API, which may repeat it in an error.
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
