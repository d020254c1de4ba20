import Foundation
import TestSupport

/// `Tests/NetworkSupport/tls_server.py`, running. It ends with this.
final class TLSServer {
    enum Mode: String, Sendable {
        case tls
        case tls1_1 = "tls1.1"
        case plain, cut, silent, tunnel
        case tunnelCut = "tunnel-cut"
    }

    let port: Int
    private let process: HostProcess

    init(_ mode: Mode, _ certificates: Certificates) throws {
        let script = Repository.root + "/Tests/NetworkSupport/tls_server.py"
        let files = [certificates.folder + "/leaf.pem", certificates.folder + "/leaf.key"]
        var setup = Setup(["python3", script, mode.rawValue] + files)
        (setup.program, setup.environment, setup.checks) = ("/usr/bin/env", ProcessInfo.processInfo.environment, .text)
        let process = try HostProcess(setup)
        try process.wait(within: 20, for: "the TLS server") { process.outputText.contains("\n") }
        let line = process.outputText.split(separator: "\n").first ?? ""
        guard let port = Int(line.split(separator: " ").last ?? "") else { throw HarnessFailure(process.errorText) }
        (self.port, self.process) = (port, process)
    }

    /// What it said so far.
    func lines() throws -> [Substring] {
        try process.expectSilence(for: 0.1)
        return process.outputText.split(separator: "\n")
    }

    /// How many lines it said so far that begin with `word`: `connection`, `request`, `proxy`.
    func count(_ word: String) throws -> Int { try lines().count { $0.hasPrefix(word) } }

    /// Whether the programs that these tests take are there; says "skipped" when not.
    static let isPossible: Bool = {
        for program in ["openssl", "python3"] {
            var setup = Setup([program, program == "openssl" ? "version" : "--version"])
            (setup.program, setup.environment) = ("/usr/bin/env", ProcessInfo.processInfo.environment)
            guard let ran = try? Command(setup), ran.ending == .exited(0) else {
                print("skipped: the TLS tests need \(program)")
                return false
            }
        }
        return true
    }()
}
