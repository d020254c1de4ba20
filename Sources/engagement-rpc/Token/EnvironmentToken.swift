import Platform

/// A token known from the start: the environment's or the sandbox's.
final class EnvironmentToken: TokenSource {
    private let token: String?

    init(_ token: String?) { self.token = token }

    var subject: String { "The token" }
    var mayChange: Bool { false }

    func read() -> TokenReading {
        token.map { .token($0) }
            ?? .failed(
                "There is no token: set ENGAGEMENT_RPC_TOKEN, --token-file or --token-command, or try --sandbox.")
    }

    /// Takes a token out of the process's environment, and erases it there.
    static func take(_ name: String) -> String? {
        // An empty value counts as not set, as for every other variable.
        Environment.take(name).map(TokenText.trimmed).flatMap { $0.isEmpty ? nil : $0 }
    }
}
