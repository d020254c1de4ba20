/// The path of a file as the bytes that the system was given: a path need not be UTF-8.
public struct FilePath: Sendable, Equatable {
    private let bytes: [CChar]

    /// The path that stands at `start`, up to its NUL.
    public init(cString start: UnsafePointer<CChar>) {
        var count = 0
        while start[count] != 0 { count += 1 }
        bytes = Array(UnsafeBufferPointer(start: start, count: count + 1))
    }

    /// The path that `text` spells.
    public init(_ text: String) { bytes = Array(text.utf8CString) }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { bytes.count <= 1 }

    /// For people; what is not UTF-8 becomes U+FFFD.
    public var text: String { String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) }

    /// Lends the path to a C function.
    public func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { path in path.baseAddress.map(body) ?? "".withCString(body) }
    }
}
