/// A revision of the Model Context Protocol that this server speaks, by its date.
public enum Revision: String, CaseIterable, Comparable, Sendable {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    /// The newest revision that begins with `initialize`: what an unknown version in `initialize` is answered with.
    public static let newestWithHandshake = Revision.november2025

    /// Whether `left` is the earlier one.
    public static func < (left: Revision, right: Revision) -> Bool { left.rawValue < right.rawValue }

    /// Whether each request carries its version and capabilities itself, and nothing is remembered between two of them.
    public var isStateless: Bool { self >= .july2026 }
    /// Whether a message may be an array of messages.
    public var allowsBatches: Bool { self == .march2025 }
    /// Whether a tool tells by hints what it does.
    public var hasAnnotations: Bool { self >= .march2025 }
    /// Whether a progress notification may hold a sentence, and completion is a capability of its own.
    public var hasProgressMessages: Bool { self >= .march2025 }
    /// Whether tools, prompts and the server itself have a title beside their name.
    public var hasTitles: Bool { self >= .june2025 }
    /// Whether a tool's result comes as JSON beside its text.
    public var hasStructuredContent: Bool { self >= .june2025 }
    /// Whether arguments that don't fit the schema are told to the model, as a result, and not to its client only.
    public var argumentErrorsAreResults: Bool { self >= .november2025 }
    /// Whether a server tells which extensions of the protocol it has.
    public var hasExtensions: Bool { self >= .november2025 }
    /// The code that says there is no such resource.
    public var resourceNotFoundCode: Int { isStateless ? -32602 : -32002 }

    /// All revisions, the newest first: the order in which a client is to choose.
    public static let offered = allCases.sorted(by: >).map(\.rawValue)
}
