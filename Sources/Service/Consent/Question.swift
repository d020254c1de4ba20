/// What a person is asked before something is destroyed. It has one wording, whoever shows it.
struct Question {
    /// What they need to know, in lines.
    let message: String
    /// What a yes is to, to the byte: what would be written, and over what.
    let subject: [UInt8]
}
