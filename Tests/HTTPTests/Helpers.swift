import Bytes

/// Lends the UTF-8 bytes of `text`.
func withBytes<Result>(_ text: String, _ body: (Bytes) -> Result) -> Result {
    var text = text
    return text.withUTF8 { body(Bytes($0)) }
}
