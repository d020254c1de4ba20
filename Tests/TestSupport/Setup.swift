import Foundation
import Glibc

/// How to start a process: its arguments, its environment, and its three descriptors.
public struct Setup: Sendable {
    /// The kind of one of the descriptors 0 to 2.
    public enum Wiring: Sendable, Equatable {
        /// One direction of a pipe.
        case pipe
        /// One end of a Unix stream socket pair, as Node gives its children.
        case socket
        /// A pseudo-terminal.
        case terminal
        /// A file, opened for reading (stdin) or emptied and written (stdout, stderr).
        case file(String)
        /// Not open.
        case closed
    }

    /// The expected content of stdout, which the harness checks.
    public enum Output: Sendable {
        /// One JSON text per line.
        case lines
        /// `Content-Length` frames, as in LSP.
        case headers
        /// Text for people: not checked.
        case text
    }

    /// The arguments after the program's name.
    public var arguments: [String]
    /// The whole environment.
    public var environment: [String: String]
    /// Descriptor 0.
    public var input = Wiring.pipe
    /// Descriptor 1.
    public var output = Wiring.pipe
    /// Descriptor 2.
    public var errors = Wiring.pipe
    /// The expected content of stdout.
    public var checks = Output.lines
    /// The program; nil for the `engagement-rpc` that belongs to the tests.
    public var program: String?

    /// A process with `arguments`, and the minimal environment plus `environment`. For a test over TLS, it also trusts
    /// the `FaultServer`s.
    public init(_ arguments: [String], environment: [String: String] = [:]) {
        self.arguments = arguments
        self.environment = Setup.minimalEnvironment.merging(environment) { _, given in given }
        if case .clear = FaultServer.usualSecurity { return }
        if environment["ENGAGEMENT_RPC_CA_FILE"] == nil {
            self.environment["ENGAGEMENT_RPC_CA_FILE"] = Certificates.shared?.authority
        }
    }

    /// The least environment for a process. Without the backtracer, which would keep the pipes of a crashed process
    /// open. The library path is `ENGAGEMENT_RPC_LIBRARY_PATH`, for tests of another libcurl; the options of
    /// sanitizers and of an emulator are passed on.
    public static let minimalEnvironment: [String: String] = {
        let own = ProcessInfo.processInfo.environment
        var minimum = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "SWIFT_BACKTRACE": "enable=no"]
        for name in ["ASAN_OPTIONS", "TSAN_OPTIONS", "QEMU_CPU"] { minimum[name] = own[name] }
        if let libraries = own["ENGAGEMENT_RPC_LIBRARY_PATH"], !libraries.isEmpty {
            minimum["LD_LIBRARY_PATH"] = libraries
        }
        return minimum
    }()

    /// The `engagement-rpc` to test: `ENGAGEMENT_RPC_BINARY`, or the one built beside this test bundle.
    public static let binary: String = {
        if let given = ProcessInfo.processInfo.environment["ENGAGEMENT_RPC_BINARY"] { return given }
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("engagement-rpc")
        if FileManager.default.isExecutableFile(atPath: beside.path) { return beside.path }
        return Repository.root + "/.build/debug/engagement-rpc"
    }()

    /// Whether the caller named the binary under test, so that it may be a release build with bounds on memory.
    public static var binaryIsGiven: Bool {
        ProcessInfo.processInfo.environment["ENGAGEMENT_RPC_BINARY"] != nil
    }
}

/// Places in the source tree.
public enum Repository {
    /// The folder of `Package.swift`.
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// A file or folder beside the source tree, under `../shared`; nil without it, with a line that says "skipped".
    public static func shared(_ path: String) -> String? {
        let full = root + "/../shared/" + path
        if FileManager.default.fileExists(atPath: full) { return full }
        print("skipped: there is no ../shared/\(path)")
        return nil
    }

    /// The bytes of a file; throws when it can't be read.
    public static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
