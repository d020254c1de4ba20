import JSON

/// How to shape the answer of a read. Nothing of it is sent.
public final class Shaping: Sendable {
    /// The wanted fields; nil for all.
    public let fields: FieldSelection?
    /// Whether to fetch every page of a list, and up to how many items.
    public let walk: (isOn: Bool, maxItems: Int)

    /// Whether to ask until the engagement is processed.
    public let isAwaited: Bool

    init(fields: FieldSelection?, walk: (isOn: Bool, maxItems: Int), isAwaited: Bool = false) {
        self.fields = fields
        self.walk = walk
        self.isAwaited = isAwaited
    }

    /// Items of a walk over a list, at most: by default, and in any case.
    public static let (usualItems, mostItems) = (10_000, 100_000)
}
