import CSystem
import Glibc

/// The variables and the arguments of this process.
package enum Environment {
    /// The value of a variable, in bytes; nil if it is not set.
    package static func bytes(of name: String) -> [UInt8]? { getenv(name).map { copy($0) } }

    /// The value of a variable, as text; invalid UTF-8 becomes U+FFFD.
    package static func text(of name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// All variables, each as `NAME=value`.
    package static var all: [[UInt8]] {
        var found: [[UInt8]] = []
        while let variable = rpc_variable(Int32(found.count)) { found.append(copy(variable)) }
        return found
    }

    /// Sets a variable for a library.
    package static func set(_ name: String, _ value: String) { setenv(name, value, 1) }

    package static func remove(_ name: String) { unsetenv(name) }

    /// The value of a variable, which is then erased: its bytes are overwritten, because `unsetenv` leaves them in
    /// `/proc/PID/environ`.
    package static func take(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        memset(value, 0, strlen(value))
        unsetenv(name)
        return text
    }

    /// The arguments without the program's name; nil if they are unknown.
    package static var arguments: [[UInt8]]? {
        let count = rpc_argument_count()
        guard count > 0 else { return nil }
        return (1..<count).compactMap { rpc_argument($0).map { copy($0) } }
    }

    /// The program's name as it was called; nil if it is unknown.
    package static var programName: String? {
        guard rpc_argument_count() > 0, let name = rpc_argument(0) else { return nil }
        let text = String(cString: name)
        return text.isEmpty ? nil : text
    }

    private static func copy(_ start: UnsafePointer<CChar>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: start, count: strlen(start)))
    }
}
