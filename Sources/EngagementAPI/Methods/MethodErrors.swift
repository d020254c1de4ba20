import JSONRPC

/// A way in which a call can fail, for documents.
public struct MethodError: Sendable {
    /// The code of the error object.
    public let code: Int
    /// The stable word.
    public let kind: RPCFailure.Kind
    /// When it happens: a sentence.
    public let when: String

    private init(_ kind: RPCFailure.Kind, _ when: String) {
        (code, self.kind, self.when) = (kind.code ?? 0, kind, when)
    }

    private init(status: Int, _ method: Method) {
        code = status
        kind = RPCFailure.Kind(status: status)
        let isRetryable = RPCFailure.retryableStatuses.contains(status)
        when = RPCFailure.sentence(status, method, CallTerms(), isRetryable: isRetryable) + "."
    }

    /// What can become of any call.
    public static let ofEveryCall = [
        MethodError(.invalidParams, "A parameter is missing, unknown or not as its schema says; nothing was sent."),
        MethodError(.internalError, "The process could not make the request, or has no memory for the answer."),
        MethodError(.cancelled, "The host cancelled the call; applied says what became of a write."),
        MethodError(.network, "No connection came about, or it ended before the API answered."),
        MethodError(.timeout, "The call's time was over before an answer had come."),
        MethodError(.tls, "TLS failed: a certificate, a name in it, or the clock."),
        MethodError(.badResponse, "What came back is not a usable answer: not JSON, cut, or over 64 MiB."),
        MethodError(.notConfigured, "There is no token, or it can't be used; nothing was sent."),
        MethodError(
            .shuttingDown, "The process is ending: applied and attempts say what became of a call that had begun."),
        MethodError(.declined, "A person was asked, and did not say yes (--confirm); nothing was sent."),
        MethodError(.journalFailed, "The journal could not be written or read; nothing was sent."),
        MethodError(.notAllowed, "The process's settings exclude the method; nothing was sent."),
    ]

    /// What the API may answer to `method` besides success (API reference, the endpoints' pages).
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
    /// Whether it gives a name, a domain or an address that another resource may have.
    fileprivate var mayConflict: Bool {
        guard case .http(_, _, .once) = action else { return false }
        return parameters.contains { ["name", "domains", "emails"].contains($0.name) }
    }
}
