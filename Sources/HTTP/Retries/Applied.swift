/// Whether a write changed something.
public enum Applied: String, CaseIterable, Sendable {
    /// Nothing was sent, or everything sent was refused.
    case no
    /// It may have changed something: check before relying on either.
    case unknown
    /// The API answered 2xx.
    case yes

    /// Joins the evidence of two writes of one call. A change that was made stays made, and a refusal of one write says
    /// nothing about the other.
    public func joined(with other: Applied) -> Applied {
        if self == .yes || other == .yes { return .yes }
        return self == .unknown || other == .unknown ? .unknown : .no
    }
}
