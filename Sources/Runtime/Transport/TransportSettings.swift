import Bytes

/// Where requests go, and how they are secured. A process has one origin and one credential.
public struct TransportSettings: Sendable {
    /// The beginning of every URL, without a slash at the end.
    public var baseURL: String
    /// The value of the `User-Agent` header.
    public var userAgent: String
    /// A PEM file of certificates to trust besides the system's.
    public var caFile: FilePath?
    /// The file of certificates that libcurl uses; nil for its own.
    private(set) var trustedFile: FilePath?
    /// Whether the base URL is `http`.
    public var isClearText: Bool
    /// Whether the base URL's host is this machine.
    public var isLoopback: Bool
    /// Connections open at once, at most.
    public var maxConnections: Int
    /// Whether HTTP/2 may be negotiated.
    public var allowsHTTP2: Bool

    /// Settings; the properties describe them.
    public init(
        baseURL: String, userAgent: String, caFile: FilePath? = nil, isClearText: Bool,
        isLoopback: Bool, maxConnections: Int, allowsHTTP2: Bool = false
    ) {
        self.baseURL = baseURL
        self.userAgent = userAgent
        self.caFile = caFile
        self.isClearText = isClearText
        self.isLoopback = isLoopback
        self.maxConnections = maxConnections
        self.allowsHTTP2 = allowsHTTP2
    }

    /// Uses this file of certificates; nil for libcurl's own.
    mutating func trust(_ file: FilePath?) { trustedFile = file }
}
