/// The path of a file, as the system's bytes: a path need not be UTF-8.
public struct FilePath: Sendable, Equatable {
    private let bytes: [CChar]

    /// The path at `start`, up to its NUL.
    public init(cString start: UnsafePointer<CChar>) {
        var count = 0
        while start[count] != 0 { count += 1 }
        bytes = Array(UnsafeBufferPointer(start: start, count: count + 1))
    }

    /// The path with the spelling `text`.
    public init(_ text: String) { bytes = Array(text.utf8CString) }

    /// Whether the path is empty.
    public var isEmpty: Bool { bytes.count <= 1 }

    /// The path for people; invalid UTF-8 becomes U+FFFD.
    public var text: String { String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) }

    /// Calls `body` with the path as a C string.
    public func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { path in path.baseAddress.map(body) ?? "".withCString(body) }
    }
}
