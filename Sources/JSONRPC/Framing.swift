/// How a stream separates messages.
public enum Framing: String, CaseIterable, Sendable {
    /// Decided once, by the first bytes that aren't blank: `Content-`, in any case, means headers, and so does any
    /// other header line if a `Content-Length` follows in the same header section.
    case auto
    /// One JSON text per line.
    case lines
    /// `Content-Length` headers before each JSON text, as in the Language Server Protocol.
    case headers
}
