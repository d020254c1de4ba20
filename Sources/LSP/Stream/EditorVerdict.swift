/// A person's answer to a question before a write.
package enum EditorVerdict {
    case yes, no
    /// The client has no way to ask.
    case cantBeAsked
}
