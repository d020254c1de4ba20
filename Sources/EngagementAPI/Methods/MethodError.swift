import HTTP
import JSONRPC

/// A way in which a call can fail, for documents.
public struct MethodError: Sendable {
    /// The code of the error object.
    public let code: Int
    /// The stable word.
    public let kind: RPCFailure.Kind
    /// When it happens: a sentence.
    public let when: String

    private init(status: Int, _ method: Method) {
        code = status
        kind = RPCFailure.Kind(status: status)
        let isRetryable = RetryableStatus(status) != nil
        when = RPCFailure.sentence(status, method, CallTerms(), isRetryable: isRetryable) + "."
    }

    private init?(_ kind: RPCFailure.Kind) {
        guard let code = kind.code, let occasion = kind.occasion else { return nil }
        (self.code, self.kind, when) = (code, kind, occasion)
    }

    /// The failures that any call can end in.
    public static let ofEveryCall = RPCFailure.Kind.allCases.compactMap(MethodError.init)

    /// The failures that a call can end in which the process answers by itself.
    static let ofProcess = ofEveryCall.filter { $0.kind == .invalidParams }

    /// The API's possible refusals of `method` (API reference, the endpoints' pages).
    public static func refusals(of method: Method) -> [MethodError] {
        guard method.isRemote, method.availability == .listed else { return [] }
        var statuses = [401]
        let places = method.parameters.map(\.place)
        if places.contains(.query) { statuses.append(400) }
        if !method.scopes.isEmpty { statuses.append(403) }
        if places.contains(.path) { statuses.append(404) }
        if method.mayConflict { statuses.append(409) }
        if places.contains(.body) || places.contains(.query) { statuses.append(422) }
        return (statuses + [429, 500, 503]).sorted().map { MethodError(status: $0, method) }
    }
}

extension Method {
    /// Whether it sets a name, domain or address that another resource may have.
    fileprivate var mayConflict: Bool {
        guard case .http(_, _, .once) = action else { return false }
        return parameters.contains { ["name", "domains", "emails"].contains($0.name) }
    }
}
