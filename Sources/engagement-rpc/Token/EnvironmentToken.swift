import Glibc

/// A token that is known from the start: the environment's, or the sandbox's.
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

    /// Takes a token out of the process's environment. The bytes themselves are overwritten, because `unsetenv` leaves
    /// them in `/proc/PID/environ`.
    static func take(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        memset(value, 0, strlen(value))
        unsetenv(name)
        // Empty is as good as not set, as with every other variable.
        let token = TokenText.trimmed(text)
        return token.isEmpty ? nil : token
    }
}
