/// How to edit an engagement's contacts.
public final class Editing: Sendable {
    /// Whether nothing is written.
    public let isDryRun: Bool
    /// The contacts that must be there before, calendar resources apart; nil for any.
    public let expected: [String]?

    /// Whether to report the changes.
    public let isReported: Bool

    /// An edit with these terms.
    public init(isDryRun: Bool, expected: [String]?, isReported: Bool = true) {
        self.isDryRun = isDryRun
        self.expected = expected
        self.isReported = isReported
    }
}
