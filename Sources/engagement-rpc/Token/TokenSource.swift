import Platform

/// The token's source. A new source is a type in a file here, and a flag.
protocol TokenSource: AnyObject {
    /// Reads the token. After `awaited`, call it again when `descriptor` is readable.
    func read() -> TokenReading
    /// Whether it may have another token later.
    var mayChange: Bool { get }
    /// The subject for a sentence about its token.
    var subject: String { get }
    /// The sentence about an unusable token.
    func refusal(because fault: String) -> String
    /// Readable when an awaited reading has come; `none` for a source that answers at once.
    var descriptor: FileDescriptor { get }
    /// Stops what it has started.
    func stop()
}

extension TokenSource {
    var mayChange: Bool { true }
    var descriptor: FileDescriptor { .none }
    func refusal(because fault: String) -> String { "The token \(fault); set it anew." }
    func stop() {}
}
