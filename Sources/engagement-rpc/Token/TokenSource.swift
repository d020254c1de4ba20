import Platform

/// Where the token comes from. A new source is a type in a file here, and the flag that names it.
protocol TokenSource: AnyObject {
    /// Reads the token. A reading that is awaited is asked for again when `descriptor` is readable.
    func read() -> TokenReading
    /// Whether another token may be there later.
    var mayChange: Bool { get }
    /// The subject of a sentence about the token that it has given.
    var subject: String { get }
    /// The sentence about a token that can't be used.
    func refusal(because fault: String) -> String
    /// Readable when a reading that is awaited is there; `none` for a source that is read at once.
    var descriptor: FileDescriptor { get }
    /// Ends what runs for it.
    func stop()
}

/// What a source has.
enum TokenReading {
    /// Without blanks around.
    case token(String)
    case awaited
    /// A sentence that shows nothing of a token.
    case failed(String)
}

extension TokenSource {
    var mayChange: Bool { true }
    var descriptor: FileDescriptor { .none }
    func refusal(because fault: String) -> String { "The token \(fault); set it anew." }
    func stop() {}
}
