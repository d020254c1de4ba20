/// A question to a person before a call writes.
package struct EditorQuestion {
    /// What the person reads, in lines.
    package let text: String
    /// The exact bytes that a yes covers: the write, and the state that it replaces.
    package let subject: [UInt8]

    /// A question with this text, about `subject`.
    package init(_ text: String, about subject: [UInt8]) {
        self.text = text
        self.subject = subject
    }
}
