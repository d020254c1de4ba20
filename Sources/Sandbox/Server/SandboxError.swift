import Platform

/// Why the sandbox could not be started.
package struct SandboxError: Error, CustomStringConvertible, Sendable {
    /// The system call that failed.
    private let call: String
    /// The system's reason.
    package let reason: SystemError

    init(_ call: String, _ reason: SystemError) { (self.call, self.reason) = (call, reason) }

    package var description: String { "\(call): \(reason.text)" }
}
