import Platform
import Runtime

/// A token that a shell command prints.
final class CommandToken: TokenSource {
    private let command: TokenCommand
    private let warn: (String) -> Void
    private var hasSucceeded = false

    /// Calls `warn` when the command fails after a success, because no call reports that. Nil when no descriptors are
    /// left for the command.
    init?(_ command: String, warn: @escaping (String) -> Void) {
        guard let command = TokenCommand(command, limit: TokenText.readLimit) else { return nil }
        (self.command, self.warn) = (command, warn)
    }

    var subject: String { "What the token command printed" }
    var descriptor: FileDescriptor { command.descriptor }

    func refusal(because fault: String) -> String { "\(subject) \(fault)." }

    /// Returns the command's output since the last call, or runs the command.
    func read() -> TokenReading {
        switch command.collect() {
        case nil: return .awaited
        case .failed(let sentence):
            if hasSucceeded { warn(sentence) }
            return .failed(sentence)
        case .printed(let line):
            hasSucceeded = true
            return .token(TokenText.trimmed(String(decoding: line, as: UTF8.self)))
        }
    }

    func stop() { command.stop() }
}
