/// A question to a person before a destructive write. Its wording is the same wherever it is shown.
struct Question {
    /// The text, in lines.
    let message: String
    /// The exact bytes that a yes covers: the write, and the state that it replaces.
    let subject: [UInt8]
}
