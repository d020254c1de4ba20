import Foundation
import TestSupport

/// A folder with a certificate authority and what it issued, made by the `openssl` command. Removed when it goes away.
final class Certificates {
    /// A server certificate that is wrong in some way, or in none.
    enum Leaf: String, Sendable {
        case good, wrongName, expired, selfSigned, unknownIssuer, missingIntermediate
    }

    let folder: String
    /// The authority to trust.
    var authority: String { folder + "/trusted.pem" }

    /// Makes an authority, and one certificate for 127.0.0.1 or for what `leaf` says.
    init(_ leaf: Leaf) throws {
        folder = NSTemporaryDirectory() + "engagement-rpc-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let (name, days) = (leaf == .wrongName ? "DNS:elsewhere.test" : "IP:127.0.0.1", leaf == .expired ? "-1" : "2")
        let issuer = leaf == .unknownIssuer ? "other" : leaf == .missingIntermediate ? "between" : "trusted"
        var setup = Setup(["-c", Self.script, "sh", folder, name, days, leaf == .selfSigned ? "leaf" : issuer])
        (setup.program, setup.environment) = ("/bin/sh", ProcessInfo.processInfo.environment)
        let made = try Command(setup, within: 30)
        guard made.ending == .exited(0) else { throw HarnessFailure("openssl: \(made.errors)") }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static let script = #"""
        set -e
        cd "$1"
        printf 'subjectAltName=%s\n' "$2" >leaf.ext
        printf 'basicConstraints=critical,CA:TRUE\n' >between.ext
        key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
        authority() { key "$1"; openssl req -x509 -new -key "$1.key" -days 2 -subj "/CN=$1" -out "$1.pem"; }
        issued() {
            key "$1"
            openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
            openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days "$3" \
                -extfile "$1.ext" -out "$1.pem"
        }
        authority trusted
        case $4 in
        leaf) key leaf; openssl req -x509 -new -key leaf.key -days 2 -subj /CN=leaf -addext "$(cat leaf.ext)" -out leaf.pem ;;
        other) authority other; issued leaf other "$3" ;;
        between) issued between trusted 2; issued leaf between "$3" ;;
        *) issued leaf trusted "$3" ;;
        esac
        """#
}

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
