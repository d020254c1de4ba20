/// The methods of RFC 9110 that the API uses.
public enum HTTPVerb: Int, CaseIterable, Sendable {
    case get, put, post, patch, delete

    /// The method's name on the wire.
    public var name: String {
        switch self {
        case .get: "GET"
        case .put: "PUT"
        case .post: "POST"
        case .patch: "PATCH"
        case .delete: "DELETE"
        }
    }

    /// Whether a request with this method states its body's length even without a body (RFC 9110 §8.6).
    public var usuallyHasBody: Bool { self != .get && self != .delete }
}
