import Foundation

/// A folder with a certificate authority and its certificates, made by the `openssl` command. Removed with this object.
public final class Certificates: Sendable {
    /// A server certificate, with one fault or none.
    public enum Leaf: String, Sendable {
        case good, wrongName, expired, selfSigned, unknownIssuer, missingIntermediate
    }

    /// The folder: it has `leaf.pem`, `leaf.key` and the authorities' files.
    public let folder: String
    /// The authority to trust.
    public var authority: String { folder + "/trusted.pem" }

    /// Good certificates, made once for all servers of a test run; nil if they can't be made.
    public static let shared: Certificates? = {
        guard let made = try? Certificates(.good) else { return nil }
        // A static value is never released.
        atexit {
            if let folder = Certificates.shared?.folder { try? FileManager.default.removeItem(atPath: folder) }
        }
        return made
    }()

    /// Makes an authority, and the certificate `leaf` for this machine.
    public init(_ leaf: Leaf) throws {
        folder = NSTemporaryDirectory() + "engagement-rpc-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let (name, time) = (leaf == .wrongName ? "DNS:elsewhere.test" : Self.names, leaf == .expired ? "past" : "now")
        let issuer = leaf == .unknownIssuer ? "other" : leaf == .missingIntermediate ? "between" : "trusted"
        let arguments = ["-c", Self.script, "sh", folder, name, time, leaf == .selfSigned ? "leaf" : issuer]
        // Otherwise the command would be told to trust the certificates that it makes.
        var setup = FaultServer.$usualSecurity.withValue(.clear) { Setup(arguments) }
        (setup.program, setup.environment) = ("/bin/sh", ProcessInfo.processInfo.environment)
        let made = try Command(setup, within: 30)
        guard made.ending == .exited(0) else { throw HarnessFailure("openssl: \(made.errors)") }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The names and addresses of the tests' servers.
    private static let names = "IP:127.0.0.1,IP:192.0.2.1,DNS:localhost,DNS:api.test"

    private static let script = #"""
        set -e
        # A transport for clear text sets it for this process; without its settings an authority is none.
        unset OPENSSL_CONF
        cd "$1"
        printf 'subjectAltName=%s\n' "$2" >leaf.ext
        printf 'basicConstraints=critical,CA:TRUE\n' >between.ext
        key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
        # Of two authorities with the same name OpenSSL would look at one.
        authority() {
            key "$1"
            openssl req -x509 -new -key "$1.key" -days 2 -subj "/CN=$1 ${PWD##*-}" -out "$1.pem"
        }
        sign() {
            name=$1 issuer=$2
            shift 2
            openssl x509 -req -in "$name.csr" -CA "$issuer.pem" -CAkey "$issuer.key" -CAcreateserial "$@" \
                -extfile "$name.ext" -out "$name.pem"
        }
        issued() {
            key "$1"
            openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
            # From 3.4 on OpenSSL takes dates and no days that are past; before, the other way round.
            case $3 in
            past) sign "$1" "$2" -days -1 || sign "$1" "$2" -not_before 20200101000000Z -not_after 20200102000000Z ;;
            *) sign "$1" "$2" -days 2 ;;
            esac
        }
        authority trusted
        case $4 in
        leaf) key leaf; openssl req -x509 -new -key leaf.key -days 2 -subj /CN=leaf -addext "$(cat leaf.ext)" -out leaf.pem ;;
        other) authority other; issued leaf other "$3" ;;
        between) issued between trusted now; issued leaf between "$3" ;;
        *) issued leaf trusted "$3" ;;
        esac
        """#
}
