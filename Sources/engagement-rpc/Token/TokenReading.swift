/// A source's answer.
enum TokenReading {
    /// Without blanks around it.
    case token(String)
    case awaited
    /// A sentence without any part of the token.
    case failed(String)
}
