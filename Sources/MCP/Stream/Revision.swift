/// A revision of the Model Context Protocol that this server speaks, by its date.
public enum Revision: String, CaseIterable, Comparable, Sendable {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    /// The newest revision that begins with `initialize`. A client that asks for an unknown one is offered this.
    static let newestWithHandshake = Revision.november2025

    /// Whether `left` is the earlier one.
    public static func < (left: Revision, right: Revision) -> Bool { left.rawValue < right.rawValue }

    /// Whether each request carries its own version and capabilities, without a handshake.
    public var isStateless: Bool { self >= .july2026 }
    /// Whether a message may be an array of messages.
    var allowsBatches: Bool { self == .march2025 }
    /// Whether a tool has annotations, hints about its effects.
    var hasAnnotations: Bool { self >= .march2025 }
    /// Whether progress notifications may have a message, and completion is a capability.
    var hasProgressMessages: Bool { self >= .march2025 }
    /// Whether tools, prompts and the server itself have a title beside their name.
    var hasTitles: Bool { self >= .june2025 }
    /// Whether a tool's result comes as JSON beside its text.
    var hasStructuredContent: Bool { self >= .june2025 }
    /// Whether invalid arguments give a tool result, which the model sees, instead of an error.
    var argumentErrorsAreResults: Bool { self >= .november2025 }
    /// Whether a server lists its protocol extensions.
    var hasExtensions: Bool { self >= .november2025 }
    /// The error code for a missing resource.
    var resourceNotFoundCode: Int { isStateless ? -32602 : -32002 }

    /// All revisions, the newest first: the order in which clients should choose.
    public static let offered = allCases.sorted(by: >).map(\.rawValue)
}
