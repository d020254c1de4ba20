import Service

/// The token in use, and its source. Prints as dots.
final class Credential: CustomStringConvertible {
    private let source: any TokenSource
    private var token: String?
    private var secrets = Secrets()
    var description: String { "••••" }

    init(_ source: any TokenSource) { self.source = source }

    /// Reads the token if none is known yet.
    func obtain() -> TokenAnswer {
        guard token == nil else { return .ready }
        switch source.read() {
        case .awaited: return .awaited
        case .failed(let sentence): return .failed(sentence)
        case .token(let text):
            secrets.remember(text)
            // The next reading may be usable.
            if let fault = TokenText.fault(text) { return .failed(source.refusal(because: fault)) }
            token = text
            return .ready
        }
    }

    /// The value of the `Authorization` header: an API key as it is, any other token as a bearer token (API reference,
    /// "Authentication and scopes"). Nil without a token.
    var authorization: String? { token.map { $0.hasPrefix(TokenText.keyPrefix) ? $0 : "Bearer \($0)" } }

    /// Reads the token again after the API has refused it. Ready if it has changed.
    func refresh() -> TokenAnswer {
        guard source.mayChange else { return .failed("") }
        switch source.read() {
        case .awaited: return .awaited
        case .failed(let sentence): return .failed(sentence)
        case .token(token): return .failed("")
        case .token(let fresh):
            if let fault = TokenText.fault(fresh) {
                return .failed("\(source.subject) \(fault) now, so there is no other token to try.")
            }
            secrets.remember(fresh)
            token = fresh
            return .ready
        }
    }

    /// Overwrites the token, and all earlier ones, with stars in `bytes`.
    func conceal(in bytes: UnsafeMutableRawBufferPointer) { secrets.conceal(in: bytes) }
}
